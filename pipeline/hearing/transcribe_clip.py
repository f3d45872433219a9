"""From a clip, however long, to its transcript: gate, pack, transcribe, join."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
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

if TYPE_CHECKING:  # their modules load ctranslate2, which the fakes do not need
    from pipeline.hearing.transcriber import Transcriber
    from pipeline.speech.speech_model import SpeechModel

PIECE_SAMPLES = 900 * FRAME_SAMPLES
"""How much is gated at once: 28.8 s of sound, a tenth of a second of work."""

TOGETHER = 8
TOGETHER_SAMPLES = 60 * RATE_HZ
"""How many stretches are transcribed at once, and how much sound: no more than the longest of the
short clips has, for so long somebody waits who has just pressed."""

Progress = Callable[[float], None]
"""Told how many seconds of the sound are done."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Sound to transcribe, where nobody speaks in it, and for how long somebody surely does."""

    window: Window
    sound: Pcm
    pauses: Sequence[Span]
    sure_s: float


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
    for some in _together(_stretches(pcm, speech_model, tell, longest_s)):
        parts += _heard(some, transcriber)
        tell(some[-1].window.span.end_s)
    tell(pcm.size / RATE_HZ)
    return _joined(parts, transcriber.name)


def hear_together(
    clips: Sequence[tuple[Pcm, Progress]],
    speech_model: SpeechModel,
    transcriber: Transcriber,
    *,
    longest_s: float = WINDOW_S,
) -> list[Transcript]:
    """The very same for each of several short clips, at less cost than one after the other.

    Each has its own listener, who hears the whole length last.
    """
    tells = [_rising(progress) for _, progress in clips]
    found = [
        list(_stretches(pcm, speech_model, tell, longest_s))
        for (pcm, _), tell in zip(clips, tells, strict=True)
    ]
    heard: list[Transcript] = []
    for some in _together(stretch for stretches in found for stretch in stretches):
        heard += _heard(some, transcriber)
    parts = iter(heard)
    transcripts = []
    for (pcm, _), tell, stretches in zip(clips, tells, found, strict=True):
        tell(pcm.size / RATE_HZ)
        transcripts.append(_joined(list(islice(parts, len(stretches))), transcriber.name))
    return transcripts


def heard_at_once(seconds: Sequence[float | None]) -> list[int]:
    """Which of these are heard together: the first, and those nearest to it in length. Pure.

    Sounds of a length cost least together. None: by itself.
    """
    first, chosen = seconds[0], [0]
    if first is None:
        return chosen
    left_s = TOGETHER_SAMPLES / RATE_HZ - first
    others = [(abs(each - first), at, each) for at, each in enumerate(seconds) if each is not None]
    for _, at, each in sorted(others[1:])[: TOGETHER - 1]:
        if each > left_s:
            break
        left_s -= each
        chosen.append(at)
    return sorted(chosen)


def _stretches(
    pcm: Pcm, speech_model: SpeechModel, tell: Progress, longest_s: float
) -> Iterator[_Stretch]:
    """What of a clip is to be transcribed. Lazy."""
    evidence = Evidence()
    watched = evidence.watched(probabilities(pcm, speech_model, tell))
    spoken = utterances(watched, longest_s=longest_s - 1.0)
    for window in windows(spoken, pcm.size, longest_s=longest_s):
        sound = np.array(pcm[window.span.start : window.span.end])
        pauses = evidence.pauses(window.span)
        yield _Stretch(window, sound, pauses, evidence.sure_s(window.span))


def _together(stretches: Iterable[_Stretch]) -> Iterator[list[_Stretch]]:
    """As many as are handed over at once: not more work than one long sound is."""
    some, samples = list[_Stretch](), 0
    for each in stretches:
        if some and (len(some) == TOGETHER or samples + each.sound.size > TOGETHER_SAMPLES):
            yield some
            some, samples = [], 0
        some.append(each)
        samples += each.sound.size
    if some:
        yield some


def probabilities(pcm: Pcm, speech_model: SpeechModel, progress: Progress) -> Iterator[float]:
    """How likely it is that somebody speaks, for each frame of a clip. Lazy."""
    speech_model.reset()
    for start in range(0, pcm.size, PIECE_SAMPLES):
        piece = np.array(pcm[start : start + PIECE_SAMPLES])
        release_memory(pcm)
        whole = np.pad(piece, (0, -piece.size % FRAME_SAMPLES))
        yield from speech_model.feed(levelled(whole)).tolist()
        progress((start + piece.size) / RATE_HZ)


def _heard(some: Sequence[_Stretch], transcriber: Transcriber) -> list[Transcript]:
    sounds, pauses = [each.sound for each in some], [each.pauses for each in some]
    heard = transcriber.transcribe_together(sounds, pauses)
    return [_believed(each, one) for each, one in zip(some, heard, strict=True)]


def _believed(stretch: _Stretch, heard: Transcript) -> Transcript:
    window = stretch.window
    words = [_shifted(word, window.span) for word in heard.words]
    likelihood = heard.mean_log_probability
    return replace(heard, words=believable(words, window.speech, stretch.sure_s, likelihood))


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
