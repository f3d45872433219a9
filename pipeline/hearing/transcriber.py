"""What was said in at most half a minute of sound: the protocol, and Whisper behind it.

Whisper was trained on 30 s, and is usually given 30 s however short the sound is. Its encoder takes
less: the sound and a second of silence, and what was made of silence once is put behind that
(docs/decisions/025). Where the search fails, others roll unseeded dice; we search again over more
silence and then under a brake, so that the same sound always gives the same words. One call knows
nothing of the one before: only what was read a moment ago in the same sound leads on into its
rest, which else begins in the middle of a sentence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from core.audio import RATE_HZ, Span
from core.machine import Profile
from core.moment import Transcript, Word
from core.pcm import Pcm
from core.text.words import joined
from pipeline.hearing.alignment import Placed
from pipeline.hearing.doubt import is_disbelieved, is_doubtful
from pipeline.hearing.mel import FRAMES_A_SECOND, HOP_SAMPLES, Frames, frames_of, log_mel
from pipeline.hearing.packing import Pauses, parts
from pipeline.hearing.reading import Reading
from pipeline.hearing.steps import Heard, Place, Search, Steps, in_step
from pipeline.hearing.whisper import Whisper

BEAMS = 5

FULL = 3000
"""Frames: the 30 s that Whisper was trained on."""

LONGEST: Mapping[Profile, int] = {"full": FULL, "zero": 1800}
"""Frames: what is read once more at its full length comes to this at most. Where memory is short
it is 18 s, which mend as much (decision 032)."""


@dataclass(frozen=True, slots=True)
class Silence:
    """How much silence Whisper gets behind a sound: what suits one set of weights.

    `after` is how many frames are encoded behind the sound: without them it reads on past the end.
    Sound and silence together are `at_least` so many; the least of the `positions` that hold them
    are searched, and so many `again` where it turned in a circle: up to there is put what was made
    of silence once. With too few it turns in circles, however short the sound is. What is longer
    than the most of them is searched as it is.
    """

    after: int
    at_least: int
    positions: tuple[int, ...]
    again: int


PUT_BEHIND = Silence(after=120, at_least=0, positions=(550, 825, 1100), again=1100)
"""What suits tiny.en. What is as long can be searched together."""

ENCODED = Silence(after=200, at_least=1000, positions=(), again=0)
"""What suits the multilingual base, which hears other languages worse by what is put behind."""

CUT_ABOVE = 12 * RATE_HZ
"""Samples: what is longer is read in parts, cut in its pauses. They are searched together, without
timestamps, in half as many steps. Each cut costs a word now and then: what is a little over ten
seconds loses more words by it than it saves."""

LONGEST_PART = (2 * PUT_BEHIND.positions[0] - PUT_BEHIND.after) * HOP_SAMPLES
"""Samples that the least of the positions hold."""

IN_STEP = 2
"""Times as many are read in step as are searched at once: what has to be read again then finds
others that have to."""

LEAST_REST = 20
"""Frames: nobody says a word in a fifth of a second, yet Whisper would find one in it."""

AT_ONCE = 1000
"""Frames: what is no longer is read as one, without timestamps, which cost a third of the steps.
What is longer is read by sentences: else Whisper leaves out what comes late in it."""


class Transcriber(Protocol):
    """Turns sound into words. Not thread-safe."""

    @property
    def name(self) -> str:
        """The weights, as the archive records them beside the words."""
        ...

    def transcribe(self, pcm: Pcm) -> Transcript:
        """The words of at most 30 s; times count from the first sample.

        The same samples give the same words every time. No words: empty text.
        """
        ...

    def transcribe_together(
        self, pcms: Sequence[Pcm], pauses: Pauses | None = None
    ) -> list[Transcript]:
        """The same for each of these, where that costs less than one after the other.

        What is long may be read in parts, where it is told in which pauses to cut it.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of one of several sounds, by its number, that is read by itself."""

    number: int
    span: Span


@dataclass(frozen=True, slots=True)
class _Part:
    """What one reading gave."""

    words: tuple[Word, ...]
    mean_log_probability: float
    tokens: int


class WhisperTranscriber:
    """Hears one language with a Whisper."""

    def __init__(
        self,
        whisper: Whisper,
        *,
        name: str = "whisper-tiny.en",
        language: str = "en",
        longest: int = FULL,
        silence: Silence = PUT_BEHIND,
    ) -> None:
        """`longest` is how many frames the encoder is given at most."""
        self.name = name
        self._whisper = whisper
        self._language = language
        self._longest = longest
        self._silence = silence

    def transcribe(self, pcm: Pcm) -> Transcript:
        (heard,) = self.transcribe_together([pcm])
        return heard

    def transcribe_together(
        self, pcms: Sequence[Pcm], pauses: Pauses | None = None
    ) -> list[Transcript]:
        """Parts of a length in step, and no more than are searched twice: each holds its frames."""
        told = pauses or [()] * len(pcms)
        pieces = [
            _Piece(number, part)
            for number, (pcm, own) in enumerate(zip(pcms, told, strict=True))
            for part in _parts_of(Span(0, pcm.size), own)
        ]
        pieces.sort(key=lambda piece: piece.span.samples)
        most = IN_STEP * self._whisper.together
        read: dict[_Piece, list[_Part]] = {}
        for first in range(0, len(pieces), most):
            some = pieces[first : first + most]
            steps = [self._parts(pcms[piece.number], piece.span) for piece in some]
            read |= zip(some, in_step(steps, self._whisper.answer), strict=True)
        in_order = sorted(read, key=lambda piece: (piece.number, piece.span.start))
        found: list[list[_Part]] = [[] for _ in pcms]
        for piece in in_order:
            found[piece.number] += read[piece]
        return [self._transcript(each) for each in found]

    def _transcript(self, found: Sequence[_Part]) -> Transcript:
        worded = [part for part in found if part.words]
        words = tuple(word for part in worded for word in part.words)
        return Transcript(
            text=joined(word.word for word in words),
            words=words,
            model=self.name,
            mean_log_probability=_mean_log_probability(worded),
        )

    def _parts(self, whole: Pcm, span: Span) -> Steps[list[_Part]]:
        """Read on from where the last complete sentence ended, until the sound is used up."""
        pcm = whole[span.start : span.end]
        if not pcm.size:
            return []
        frames, end = log_mel(pcm, silence=FULL), frames_of(pcm)
        at, said, found = 0, list[int](), list[_Part]()
        while end - at >= LEAST_REST:
            size = min(FULL, end - at)
            reading, heard = yield from self._read(frames[:, at:], size, said)
            tokens, read_on = ([], None) if reading.silence else self._whisper.spoken(reading)
            words = yield Place(heard, size, self._language, tuple(tokens))
            done = size if read_on is None else min(read_on, size)
            at_s = span.start_s + at / FRAMES_A_SECOND
            placed = _within(words, done / FRAMES_A_SECOND)
            found.append(_part(reading, placed, at_s, len(tokens)))
            said += tokens
            at += done
        return found

    def _read(self, frames: Frames, size: int, said: list[int]) -> Steps[tuple[Reading, Heard]]:
        """The search over the sound and a little silence; what turns in a circle is read again.

        That is over more silence, or where the sound leaves no place for it over the most that
        the encoder is given, and with timestamps.
        """
        silence = self._silence
        length = _even(min(self._longest, max(silence.at_least, size + silence.after)))
        sound = self._whisper.encode(frames[:, :length])
        searched = next((each for each in silence.positions if each >= len(sound)), len(sound))
        heard = self._whisper.followed_by_silence(sound, searched)
        first = yield self._search(heard, size, said)
        if not first.repeats:
            likelier = yield from self._likelier(first, heard, size, said)
            return likelier, heard
        if length < self._longest:
            again_over = min(silence.again, self._longest // 2)
            heard = (
                self._whisper.followed_by_silence(sound, again_over)
                if len(sound) < again_over
                else self._whisper.encode(frames[:, : self._longest])
            )
            again = yield self._search(heard, size, said, timed=True)
            if not again.runs_away:  # an echo in both was said: people do repeat a sentence
                return again, heard
        braked = yield self._search(heard, size, [], repeats_none=True)
        return braked, heard

    def _likelier(self, first: Reading, heard: Heard, size: int, said: list[int]) -> Steps[Reading]:
        """This reading; where it is unlikely, that of a narrow search if that is likelier.

        A wide beam prefers fluent nonsense ("Thank you for watching"); a narrow one stays nearer
        to the sound.
        """
        if first.silence or not first.unlikely:
            return first
        narrow = yield self._search(heard, size, said, beams=1)
        is_likelier = narrow.mean_log_probability > first.mean_log_probability
        return narrow if is_likelier and not narrow.repeats else first

    def _search(self, heard: Heard, size: int, said: list[int], **how: Any) -> Search:  # noqa: ANN401
        """The usual search, but for `how`."""
        usual = Search(heard, size, self._language, BEAMS, timed=size > AT_ONCE, said=tuple(said))
        return replace(usual, **how)


def _parts_of(whole: Span, pauses: Sequence[Span]) -> list[Span]:
    return parts(whole, pauses, LONGEST_PART) if whole.samples > CUT_ABOVE else [whole]


def _even(count: int) -> int:
    """The encoder takes two frames at a time."""
    return count + count % 2


def _within(words: Sequence[Placed], end_s: float) -> list[Placed]:
    """The same words, none of them beyond the end: what is said there is read next."""
    return [
        replace(each, start_s=min(each.start_s, end_s), end_s=min(each.end_s, end_s))
        for each in words
    ]


def _part(reading: Reading, words: list[Placed], at_s: float, tokens: int) -> _Part:
    first = words[0].probability if words else 1.0
    disbelieved = is_disbelieved(reading.no_speech_probability, first)
    # Out of crackling Whisper makes lines of full stops.
    real = (word for word in words if any(map(str.isalnum, word.text)))
    return _Part(
        words=tuple(_word(word, at_s, disbelieved=disbelieved) for word in real),
        mean_log_probability=reading.mean_log_probability,
        tokens=tokens,
    )


def _word(placed: Placed, at_s: float, *, disbelieved: bool) -> Word:
    return Word(
        word=placed.text.strip(),
        start_ms=round((at_s + placed.start_s) * 1000),
        end_ms=round((at_s + placed.end_s) * 1000),
        probability=placed.probability,
        doubtful=disbelieved or is_doubtful(placed.probability),
    )


def _mean_log_probability(found: Sequence[_Part]) -> float | None:
    tokens = sum(part.tokens for part in found)
    if not tokens:
        return None
    return sum(part.mean_log_probability * part.tokens for part in found) / tokens
