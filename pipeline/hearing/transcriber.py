"""What was said in at most half a minute of sound: the protocol, and Whisper behind it.

Whisper is decoded as faster-whisper decodes it, with three differences. Where its
search fails, faster-whisper rolls unseeded dice; we search again under a brake, so
that the same sound always gives the same words. Words are aligned after the text is
settled; faster-whisper lets the last word's end decide where it reads on, which
costs words (meetings 54 % instead of 48 %, measured in November 2026). And one call
knows nothing of the one before: only what was read a moment ago in the same sound
leads on into its rest, which else begins in the middle of a sentence.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ctranslate2 import StorageView
from faster_whisper import WhisperModel
from faster_whisper.audio import pad_or_trim
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens

from core.moment import Transcript, Word
from core.pcm import Pcm, as_float
from pipeline.hearing.doubt import NO_SPEECH_ABOVE, is_disbelieved, is_doubtful

BEAMS = 5

# Both thresholds are Whisper's own, from the paper's long-form decoding.
REPEATS_ABOVE = 2.4  # bytes of text for one byte of it compressed
UNLIKELY_BELOW = -1.0  # mean log-probability of a token

LATEST_START = 50
"""The first sentence begins within 1 s of the window, in steps of 20 ms; Whisper's own rule."""

_OPENS_A_WORD = "\"'“([{-"
_CLOSES_A_WORD = "\"'.,!?:”)]}"

_Piece = dict[str, Any]  # a sentence as faster-whisper passes it about


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


@dataclass(frozen=True, slots=True)
class _Reading:
    """One answer of the search to one window."""

    tokens: list[int]
    mean_log_probability: float
    no_speech_probability: float
    repeats: bool

    @property
    def unlikely(self) -> bool:
        return self.mean_log_probability < UNLIKELY_BELOW

    @property
    def silence(self) -> bool:
        return self.unlikely and self.no_speech_probability > NO_SPEECH_ABOVE


@dataclass(frozen=True, slots=True)
class _Sentence:
    """What Whisper returns between two of its timestamps."""

    words: tuple[Word, ...]
    mean_log_probability: float
    tokens: int


class WhisperTranscriber:
    """An English Whisper in CTranslate2 form, int8, on the processor."""

    def __init__(self, folder: Path, *, threads: int = 1, name: str = "whisper-tiny.en") -> None:
        self.name = name
        self._whisper: Any = WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=threads
        )
        self._tokenizer = Tokenizer(
            self._whisper.hf_tokenizer,
            self._whisper.model.is_multilingual,
            task="transcribe",
            language="en",
        )
        self._suppressed = get_suppressed_tokens(self._tokenizer, [-1])

    def transcribe(self, pcm: Pcm) -> Transcript:
        sentences = list(self._sentences(pcm))
        words = tuple(word for sentence in sentences for word in sentence.words)
        return Transcript(
            text=" ".join(word.word for word in words),
            words=words,
            model=self.name,
            mean_log_probability=_mean_log_probability(sentences),
        )

    def _sentences(self, pcm: Pcm) -> Iterator[_Sentence]:
        """Read on from where the last complete sentence ended, until the sound is used up."""
        features = self._whisper.feature_extractor(as_float(pcm))
        end = features.shape[-1] - 1
        at, last_spoken_s, said = 0, 0.0, list[int]()
        while at < end:
            size = min(self._whisper.feature_extractor.nb_max_frames, end - at)
            heard = self._whisper.encode(pad_or_trim(features[:, at : at + size]))
            reading = self._read(heard, said)
            pieces, at = self._split(reading, at, size)
            last_spoken_s = self._align(pieces, heard, size, last_spoken_s)
            disbelieved = _is_disbelieved(reading, pieces)
            for piece in pieces:
                said.extend(piece["tokens"])
                yield _sentence(piece, reading, disbelieved=disbelieved)

    def _read(self, heard: StorageView, said: list[int]) -> _Reading:
        """The stock search; where that fails, the same under a brake."""
        first = self._search(heard, said, beam_size=BEAMS)
        if first.repeats:
            return self._search(heard, [], beam_size=BEAMS, no_repeat_ngram_size=3)
        if first.silence or not first.unlikely:
            return first
        # A wide beam prefers fluent nonsense ("Thank you for watching"); a narrow one
        # stays nearer to the sound.
        narrow = self._search(heard, said, beam_size=1)
        return max(first, narrow, key=lambda reading: reading.mean_log_probability)

    def _search(self, heard: StorageView, said: list[int], **how: int) -> _Reading:
        result = self._whisper.model.generate(
            heard,
            [self._whisper.get_prompt(self._tokenizer, said)],
            max_length=self._whisper.max_length,
            max_initial_timestamp_index=LATEST_START,
            suppress_tokens=self._suppressed,
            return_scores=True,
            return_no_speech_prob=True,
            **how,
        )[0]
        tokens: list[int] = result.sequences_ids[0]
        return _Reading(
            tokens=tokens,
            mean_log_probability=result.scores[0] * len(tokens) / (len(tokens) + 1),
            no_speech_probability=result.no_speech_prob,
            repeats=_repeats(self._tokenizer.decode(tokens).strip()),
        )

    def _split(self, reading: _Reading, at: int, size: int) -> tuple[list[_Piece], int]:
        """The sentences between Whisper's timestamps, and where in the features to read on."""
        if reading.silence:
            return [], at + size
        frame_s = self._whisper.feature_extractor.time_per_frame
        pieces, read_on, _ = self._whisper._split_segments_by_timestamps(  # noqa: SLF001
            tokenizer=self._tokenizer,
            tokens=reading.tokens,
            time_offset=at * frame_s,
            segment_size=size,
            segment_duration=size * frame_s,
            seek=at,
        )
        return [piece for piece in pieces if self._says_something(piece)], read_on

    def _says_something(self, piece: _Piece) -> bool:
        text: str = self._tokenizer.decode(piece["tokens"])
        return piece["start"] != piece["end"] and bool(text.strip())

    def _align(
        self, pieces: list[_Piece], heard: StorageView, size: int, last_spoken_s: float
    ) -> float:
        """Give each piece its words with their times; return when the last one ended."""
        if not pieces:
            return last_spoken_s
        ended: float = self._whisper.add_word_timestamps(
            [pieces], self._tokenizer, heard, size, _OPENS_A_WORD, _CLOSES_A_WORD, last_spoken_s
        )
        return ended


def _repeats(text: str) -> bool:
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw)) > REPEATS_ABOVE


def _is_disbelieved(reading: _Reading, pieces: list[_Piece]) -> bool:
    first = next((word["probability"] for piece in pieces for word in piece["words"]), 1.0)
    return is_disbelieved(reading.no_speech_probability, float(first))  # out of NumPy's own types


def _sentence(piece: _Piece, reading: _Reading, *, disbelieved: bool) -> _Sentence:
    words = (_word(parts, disbelieved=disbelieved) for parts in _joined(piece["words"]))
    return _Sentence(
        # Out of crackling Whisper makes lines of full stops.
        words=tuple(word for word in words if any(map(str.isalnum, word.word))),
        mean_log_probability=reading.mean_log_probability,
        tokens=len(piece["tokens"]),
    )


def _joined(pieces: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Whisper's pieces by the word that they make: one without a space before it goes on."""
    words: list[list[dict[str, Any]]] = []
    for piece in pieces:
        if words and not piece["word"].startswith(" "):
            words[-1].append(piece)
        else:
            words.append([piece])
    return words


def _word(pieces: list[dict[str, Any]], *, disbelieved: bool) -> Word:
    probability = float(min(piece["probability"] for piece in pieces))
    return Word(
        word="".join(piece["word"] for piece in pieces).strip(),
        start_ms=round(pieces[0]["start"] * 1000),
        end_ms=round(pieces[-1]["end"] * 1000),
        probability=probability,
        doubtful=disbelieved or is_doubtful(probability),
    )


def _mean_log_probability(sentences: list[_Sentence]) -> float | None:
    tokens = sum(sentence.tokens for sentence in sentences)
    if not tokens:
        return None
    return sum(s.mean_log_probability * s.tokens for s in sentences) / tokens
