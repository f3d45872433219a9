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

from core.machine import Profile
from core.moment import Transcript, Word
from core.pcm import Pcm
from core.text.words import joined
from pipeline.hearing.alignment import Placed
from pipeline.hearing.doubt import is_disbelieved, is_doubtful
from pipeline.hearing.mel import FRAMES_A_SECOND, Frames, frames_of, log_mel
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
    Sound and silence together are `at_least` so many, and at least so many `positions` are
    searched, and so many `again` where it turned in a circle: up to there is put what was made of
    silence once. With too few it turns in circles, however short the sound is.
    """

    after: int
    at_least: int
    positions: int
    again: int


PUT_BEHIND = Silence(after=120, at_least=0, positions=550, again=1100)
"""What suits tiny.en. What is as long can be searched together."""

ENCODED = Silence(after=200, at_least=1000, positions=0, again=0)
"""What suits the multilingual base, which hears other languages worse by what is put behind."""

ONE_STEP = 2
"""Frames to one step of the encoder: in a rest of less, nothing can be placed, nor was said."""

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

    def transcribe_together(self, pcms: Sequence[Pcm]) -> list[Transcript]:
        """The very same for each of these, where that costs less than one after the other."""
        ...


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

    def transcribe_together(self, pcms: Sequence[Pcm]) -> list[Transcript]:
        """No more in step than are searched together: each holds its frames meanwhile."""
        most, heard = self._whisper.together, list[Transcript]()
        for first in range(0, len(pcms), most):
            some = [self._steps(pcm) for pcm in pcms[first : first + most]]
            heard += in_step(some, self._whisper.answer)
        return heard

    def _steps(self, pcm: Pcm) -> Steps[Transcript]:
        parts = yield from self._parts(pcm)
        worded = [part for part in parts if part.words]
        words = tuple(word for part in worded for word in part.words)
        return Transcript(
            text=joined(word.word for word in words),
            words=words,
            model=self.name,
            mean_log_probability=_mean_log_probability(worded),
        )

    def _parts(self, pcm: Pcm) -> Steps[list[_Part]]:
        """Read on from where the last complete sentence ended, until the sound is used up."""
        if not pcm.size:
            return []
        frames, end = log_mel(pcm, silence=FULL), frames_of(pcm)
        at, said, parts = 0, list[int](), list[_Part]()
        while end - at >= ONE_STEP:
            size = min(FULL, end - at)
            reading, heard = yield from self._read(frames[:, at:], size, said)
            tokens, read_on = ([], None) if reading.silence else self._whisper.spoken(reading)
            words = yield Place(heard, size, self._language, tuple(tokens))
            parts.append(_part(reading, words, at / FRAMES_A_SECOND, len(tokens)))
            said += tokens
            at += size if read_on is None else min(read_on, size)
        return parts

    def _read(self, frames: Frames, size: int, said: list[int]) -> Steps[tuple[Reading, Heard]]:
        """The search over the sound and a little silence; what turns in a circle is read again.

        That is over more silence, or where the sound leaves no place for it over the most that
        the encoder is given, and with timestamps.
        """
        silence = self._silence
        length = _even(min(self._longest, max(silence.at_least, size + silence.after)))
        sound = self._whisper.encode(frames[:, :length])
        heard = self._whisper.followed_by_silence(sound, silence.positions)
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


def _even(count: int) -> int:
    """The encoder takes two frames at a time."""
    return count + count % 2


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


def _mean_log_probability(parts: list[_Part]) -> float | None:
    tokens = sum(part.tokens for part in parts)
    if not tokens:
        return None
    return sum(part.mean_log_probability * part.tokens for part in parts) / tokens
