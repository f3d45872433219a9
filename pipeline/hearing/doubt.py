"""Which words to mark and which not to believe at all, decided from numbers alone.

A doubtful word is one that Whisper itself hardly believes. Where somebody spoke it
stays, marked: it is then the best there is. Where nobody did, it was made of noise.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from core.audio import RATE_HZ, Span
from core.moment import Word
from core.text.words import is_unspaced

DOUBTFUL_BELOW = 0.5
"""Below it fewer than half of the words were right (47 % of 312 on the development data)."""

NO_SPEECH_ABOVE = 0.5
"""Whisper's own limit is 0.6; noises that the gate let through were at 0.48 to 0.56, speech that
is hard to understand (mean log-probability below -1) at 0.27 and less."""

DISBELIEVED_BELOW = 0.1
"""Invented text begins with a word that Whisper gives next to nothing, while it says that it
hears no speech; each word after that follows from the one before, and looks likely. Measured
on 161 noises; no recording of 224 with speech in it has both."""

BRIEF_S = 2.0
"""Lead-in and hangover included: less than 0.8 s of something like a voice."""

LITTLE_S = 1.2
"""Surely spoken, less than the shortest sentence of the development data; a bark or a click."""

SOME_S = 3.0
"""Surely spoken, by the speech model: of noises that are given words those most like a voice, a
chainsaw and a drone, come to 2.3 and 2.5 s."""

OUT_OF_NOTHING = 0.03
"""Of words that were spoken alone few begin below it; "Thank you" out of the sea, an
alarm or a cock does."""

OUT_OF_LITTLE = 0.08
"""The same with nothing but doubtful words, of which chainsaws begin at 0.061 and less; or with
mostly such, of a voice that is there for a moment. Two are lost by it of 814 words that came out
right in 500 runs of one to four words."""

HARDLY_LIKELY_BELOW = -1.1
"""Mean log-probability of a token, of which most words are doubtful: a chainsaw that says "We're
not here any more" is at -1.1 to -1.6."""

REFRAIN_WORDS = 3
REFRAIN_TIMES = 4
"""So few words so many times in a row are either insisted on, which is clear to hear, or a search
that turns in a circle; one that turns oftener is read again."""

_STRETCHED = re.compile(r"([a-z])\1\1")
"""A letter three times in a row stands in hardly any word, and in every howl."""

MOSTLY = 0.6
NEARLY = 0.75
"""The share of one word in a text: not reached in any of 224 recordings that begins in doubt, nor
in any of 500 runs of one to four words cut out of them."""

FEW_WORDS = 2
"""So few words are too little for a mean; half of the words that were spoken alone are unlikely."""

WORDS_A_SECOND = 10.0
"""Of what was surely spoken: twice what anybody says, and over the 8.5 of a murmured meeting."""

SIGNS_A_WORD = 3
"""Of a script without spaces: a Thai word is about three letters, a Japanese one as many kana."""

CRIES = frozenset(
    "a ah aha ba bah bep bo boh bop bu buh du duh e eh f ha hah haha hahaha hm huh m mh mhm o oh "
    "ow u uh uhuh wa wah whoa whop wo woah woh wow ya yah yay".split()
)
"""What barks, engines and alarms are written as, and no news where it was a voice: each without
letters said twice in a row, so that `hm` is also "hmmm"."""

SLACK_MS = 500
"""How far a word's time may be off: by alignment, and by the gate's own edges."""


def is_doubtful(probability: float) -> bool:
    """This word is more likely wrong than right."""
    return probability < DOUBTFUL_BELOW


def is_disbelieved(no_speech_probability: float, first_word_probability: float) -> bool:
    """All of this text is doubtful, however likely its later words look."""
    unheard = no_speech_probability > NO_SPEECH_ABOVE
    return unheard and first_word_probability < DISBELIEVED_BELOW


def believable(
    words: Sequence[Word],
    speech: Sequence[Span],
    sure_s: float,
    mean_log_probability: float | None = None,
) -> tuple[Word, ...]:
    """The words without those that were made of noise; `sure_s` is how long somebody surely spoke.

    These are doubtful words where nobody spoke; those that stand there over and over, and are
    hardly believed; and all, where a moment of something like a voice gave nothing but doubtful
    words that begin from nothing, or words that noises are written as.
    """
    if _is_brief(speech) and _begins_from_nothing(words):
        return ()
    if is_made_of_noise(words, sure_s, mean_log_probability):
        return ()
    turned = {at for circle in _circles(words) for at in _disbelieved_in(words, circle)}
    return tuple(
        word
        for at, word in enumerate(words)
        if at not in turned and (not word.doubtful or _is_spoken(word, speech))
    )


def _circles(words: Sequence[Word]) -> Iterator[range]:
    """Where the same words stand over and over."""
    sounds = [_sound(word) for word in words]
    for period in range(1, REFRAIN_WORDS + 1):
        again = [before == sound for before, sound in zip(sounds, sounds[period:], strict=False)]
        for is_again, run in groupby(range(len(again)), key=again.__getitem__):
            places = list(run)
            circle = range(places[0], places[-1] + 1 + period)
            if is_again and len(circle) >= REFRAIN_TIMES * period:
                yield circle


def _disbelieved_in(words: Sequence[Word], circle: range) -> Sequence[int]:
    """All of it, where it begins from nothing; what is doubtful, where that is most of it."""
    if words[circle.start].probability < DISBELIEVED_BELOW:
        return circle
    doubtful = [at for at in circle if words[at].doubtful]
    return doubtful if len(doubtful) >= MOSTLY * len(circle) else []


def is_made_of_noise(
    words: Sequence[Word], sure_s: float, mean_log_probability: float | None = None
) -> bool:
    """All of these words, heard in one go, are what Whisper makes of barks, engines and music.

    Four signs, each of which needs more of a voice against it than noises have: more words than
    can be spoken in the time; a beginning next to impossible; a doubtful beginning of nothing
    but cries, or of a word or two over and over; and a text that is hardly likely.
    """
    if not words:
        return False
    first = words[0].probability
    if sure_s < LITTLE_S and first < OUT_OF_NOTHING:
        return True
    if _is_too_dense(words, sure_s):
        return True
    if sure_s >= SOME_S or not is_doubtful(first):
        return False
    doubtful = sum(word.doubtful for word in words) / len(words)
    if first < OUT_OF_LITTLE and doubtful >= (MOSTLY if sure_s < LITTLE_S else 1):
        return True
    is_monotone = _are_cries(words) or _are_few_over_and_over(words)
    return is_monotone or _are_hardly_likely(words, mean_log_probability)


def _is_too_dense(words: Sequence[Word], sure_s: float) -> bool:
    """Some are doubtful, and nobody says so many in the time.

    The speech model is hardly sure of a soft voice: what Whisper is sure of is left alone.
    """
    spoken = sum(1 / SIGNS_A_WORD if _is_sign(word) else 1 for word in words)
    return spoken > WORDS_A_SECOND * sure_s and any(word.doubtful for word in words)


def _is_sign(word: Word) -> bool:
    """A sign of a script without spaces, which the transcriber gives as a word of its own."""
    return any(is_unspaced(sign) for sign in word.word)


def _are_hardly_likely(words: Sequence[Word], mean_log_probability: float | None) -> bool:
    doubtful = sum(word.doubtful for word in words)
    is_low = (mean_log_probability or 0.0) < HARDLY_LIKELY_BELOW
    return is_low and len(words) > FEW_WORDS and doubtful >= MOSTLY * len(words)


def _are_cries(words: Sequence[Word]) -> bool:
    return all(_sound(word) in CRIES or _STRETCHED.search(word.word.lower()) for word in words)


def _sound(word: Word) -> str:
    """Its letters of any script, those that stand side by side once, and its figures."""
    signs = [sign for sign in word.word.lower() if sign.isalnum()]
    return "".join(
        sign for before, sign in pairwise(["", *signs]) if sign.isdigit() or sign != before
    )


def _are_few_over_and_over(words: Sequence[Word]) -> bool:
    """Two words that are one; more of which each stands there three times or so, or one nearly all.

    A bark in a room is "Don't, don't, just don't! Don't!".
    """
    times = Counter(map(_sound, words))
    is_nearly_one = max(times.values()) >= NEARLY * len(words)
    return len(words) > 1 and (is_nearly_one or len(times) <= len(words) // 3)


def _is_brief(speech: Sequence[Span]) -> bool:
    return sum(span.duration_s for span in speech) < BRIEF_S


def _begins_from_nothing(words: Sequence[Word]) -> bool:
    doubtful = all(word.doubtful for word in words)
    return doubtful and any(word.probability < DISBELIEVED_BELOW for word in words[:1])


def _is_spoken(word: Word, speech: Sequence[Span]) -> bool:
    return any(
        word.start_ms <= span.end * 1000 // RATE_HZ + SLACK_MS
        and word.end_ms >= span.start * 1000 // RATE_HZ - SLACK_MS
        for span in speech
    )
