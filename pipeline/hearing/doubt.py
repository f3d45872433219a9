"""Which words to mark and which not to believe at all, decided from numbers alone.

A doubtful word is one that Whisper itself hardly believes. Where somebody spoke it
stays, marked: it is then the best there is. Where nobody did, it was made of noise.
"""

from collections.abc import Sequence

from core.audio import RATE_HZ, Span
from core.moment import Word

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

SLACK_MS = 500
"""How far a word's time may be off: by alignment, and by the gate's own edges."""


def is_doubtful(probability: float) -> bool:
    """This word is more likely wrong than right."""
    return probability < DOUBTFUL_BELOW


def is_disbelieved(no_speech_probability: float, first_word_probability: float) -> bool:
    """All of this text is doubtful, however likely its later words look."""
    unheard = no_speech_probability > NO_SPEECH_ABOVE
    return unheard and first_word_probability < DISBELIEVED_BELOW


def believable(words: Sequence[Word], speech: Sequence[Span]) -> tuple[Word, ...]:
    """The words without those that were made of noise.

    These are doubtful words where nobody spoke; and all, where a moment of something
    like a voice gave nothing but doubtful words that begin from nothing.
    """
    if _is_brief(speech) and _begins_from_nothing(words):
        return ()
    return tuple(word for word in words if not word.doubtful or _is_spoken(word, speech))


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
