"""From a clip, however long, to its transcript: gate, pack, transcribe, join."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from core.audio import FRAME_SAMPLES, RATE_HZ, Span
from core.moment import Transcript, Word
from core.pcm import Pcm, release_memory
from core.text.words import joined
from pipeline.hearing.doubt import believable
from pipeline.hearing.evidence import Evidence
from pipeline.hearing.packing import WINDOW_S, Window, windows
from pipeline.speech.levelling import levelled
from pipeline.speech.speech_gate import utterances

if TYPE_CHECKING:  # their modules load onnxruntime and ctranslate2; the fakes need neither
    from pipeline.hearing.transcriber import Transcriber
    from pipeline.speech.speech_model import SpeechModel

PIECE_SAMPLES = 900 * FRAME_SAMPLES
"""How much is gated at once: 28.8 s of sound, a tenth of a second of work."""

Progress = Callable[[float], None]
"""Told how many seconds of the sound are done."""


def hear(
    pcm: Pcm,
    speech_model: SpeechModel,
    transcriber: Transcriber,
    progress: Progress | None = None,
    *,
    longest_s: float = WINDOW_S,
) -> Transcript:
    """The words of a clip, with their times in it; empty text where nobody speaks.

    `pcm` may be a memory map of many hours: it is read piece by piece, and what is
    held does not grow with it, the words apart. Without speech the transcriber is
    not called. `progress` hears rising seconds, at every piece and every window, and
    the length of the whole clip last. No window is longer than `longest_s`.
    """
    tell = _rising(progress)
    parts: list[Transcript] = []
    evidence = Evidence()
    watched = evidence.watched(probabilities(pcm, speech_model, tell))
    spoken = utterances(watched, longest_s=longest_s - 1.0)
    for window in windows(spoken, pcm.size, longest_s=longest_s):
        parts.append(_heard(window, pcm, transcriber, evidence.sure_s(window.span)))
        tell(window.span.end_s)
    tell(pcm.size / RATE_HZ)
    return _joined(parts, transcriber.name)


def probabilities(pcm: Pcm, speech_model: SpeechModel, progress: Progress) -> Iterator[float]:
    """How likely it is that somebody speaks, for each frame of a clip. Lazy."""
    speech_model.reset()
    for start in range(0, pcm.size, PIECE_SAMPLES):
        piece = np.array(pcm[start : start + PIECE_SAMPLES])
        release_memory(pcm)
        whole = np.pad(piece, (0, -piece.size % FRAME_SAMPLES))
        yield from speech_model.feed(levelled(whole)).tolist()
        progress((start + piece.size) / RATE_HZ)


def _heard(window: Window, pcm: Pcm, transcriber: Transcriber, sure_s: float) -> Transcript:
    sound = np.array(pcm[window.span.start : window.span.end])
    transcript = transcriber.transcribe(sound)
    words = [_shifted(word, window.span) for word in transcript.words]
    likelihood = transcript.mean_log_probability
    return replace(transcript, words=believable(words, window.speech, sure_s, likelihood))


def _shifted(word: Word, span: Span) -> Word:
    by_ms = span.start * 1000 // RATE_HZ
    return replace(word, start_ms=word.start_ms + by_ms, end_ms=word.end_ms + by_ms)


def _joined(parts: list[Transcript], name: str) -> Transcript:
    words = tuple(word for part in parts for word in part.words)
    model, language = _of_most_words(parts, name)
    return Transcript(
        text=joined(word.word for word in words),
        words=words,
        model=model,
        mean_log_probability=_mean_log_probability(parts),
        language=language,
        other_language=next((p.other_language for p in parts if p.other_language), None),
    )


def _of_most_words(parts: list[Transcript], name: str) -> tuple[str, str | None]:
    """The model and the language of most of the words; `name` where there are none."""
    counts = Counter[tuple[str, str | None]]()
    for part in parts:
        counts[part.model or name, part.language] += len(part.words)
    most, count = next(iter(counts.most_common(1)), ((name, None), 0))
    return most if count else (name, None)


def _mean_log_probability(parts: list[Transcript]) -> float | None:
    """Over the parts that have one, each by how many words it gave."""
    known = [(p.mean_log_probability, len(p.words)) for p in parts if p.words]
    weighed = [(value, count) for value, count in known if value is not None]
    total = sum(count for _, count in weighed)
    return sum(value * count for value, count in weighed) / total if total else None


def _rising(progress: Progress | None) -> Progress:
    """The gate runs ahead of the transcriber; whoever watches never sees a step back."""
    furthest_s = 0.0

    def tell(seconds: float) -> None:
        nonlocal furthest_s
        furthest_s = max(furthest_s, seconds)
        if progress is not None:
            progress(furthest_s)

    return tell
