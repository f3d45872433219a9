"""Where each way of detecting speech says that somebody speaks: capture's, a clip's, stock's."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.hearing.onnx_speech_model import OnnxSpeechModel
from core.audio import FRAME_S, FRAME_SAMPLES, RATE_HZ
from core.clock import Recorded
from core.pcm import Pcm, as_float
from core.settings import Settings
from device.capture import events
from device.capture.clip_writer import ClipSource
from device.capture.keep_everything import KeepEverything
from device.memory.recent_sound import Sound
from device.memory.utterances import FAINT
from device.ports import BLOCK_SAMPLES
from pipeline import models
from pipeline.hearing import transcribe_clip
from pipeline.speech import speech_detector
from pipeline.speech.silero import SileroSpeechModel
from pipeline.speech.speech_gate import utterances
from pipeline.spool.fakes import MemorySpool

Spans = list[tuple[float, float]]
"""Seconds of a sound, in order."""

Way = Callable[[Pcm], Spans]


def live(pcm: Pcm) -> Spans:
    """What capture keeps by the policy `everything`, and with what lead-in and lead-out."""
    closed: list[events.Closed] = []

    def report(event: object) -> None:
        closed.extend([event] if isinstance(event, events.Closed) else [])

    sound = Sound(speech_detector.new_gate())
    sound.listen_with(speech_detector.load(Settings(), Path(), faint=FAINT))
    keeping = KeepEverything(ClipSource("bench", Recorded), sound, MemorySpool(), report)
    for start in range(0, pcm.size, BLOCK_SAMPLES):
        keeping.hear(pcm[start : start + BLOCK_SAMPLES])
    keeping.end()
    return [(each.start / RATE_HZ, each.start / RATE_HZ + each.seconds) for each in closed]


def clip(pcm: Pcm) -> Spans:
    """The utterances of a file, as they are packed into windows for the transcriber."""
    judged = transcribe_clip.probabilities(pcm, SileroSpeechModel(_weights()), lambda _: None)
    return [(each.start_s, each.end_s) for each in utterances(judged)]


THRESHOLD, LEAVE = 0.5, 0.35
SILENCE_S, LEAST_S, PAD_S = 0.1, 0.25, 0.03
"""What Silero's own `get_speech_timestamps` has by default (silero-vad 6.2.3, utils_vad.py)."""


def stock_frames(pcm: Pcm) -> Spans:
    """Frames at or above the threshold, as onnxruntime runs Silero, and nothing beside them."""
    likely = [(frame, p >= THRESHOLD) for frame, p in enumerate(_stock(pcm))]
    runs = [list(run) for speech, run in groupby(likely, lambda each: each[1]) if speech]
    return [(run[0][0] * FRAME_S, (run[-1][0] + 1) * FRAME_S) for run in runs]


def stock_spans(pcm: Pcm) -> Spans:
    """What `get_speech_timestamps` makes of them."""
    judged = _stock(pcm)
    found: Spans = []
    began = quiet = None
    for frame, p in enumerate(judged):
        if p >= THRESHOLD:
            began, quiet = frame if began is None else began, None
        elif p < LEAVE and began is not None:
            quiet = frame if quiet is None else quiet
            if (frame - quiet) * FRAME_S >= SILENCE_S:
                found.append((began * FRAME_S, quiet * FRAME_S))
                began = None
    if began is not None:
        found.append((began * FRAME_S, len(judged) * FRAME_S))
    long = [(start, end) for start, end in found if end - start > LEAST_S]
    return [(max(0.0, start - PAD_S), end + PAD_S) for start, end in long]


def stock_filter(pcm: Pcm) -> Spans:
    """What faster-whisper's `vad_filter` hands to Whisper by default, with its own Silero."""
    from faster_whisper.vad import get_speech_timestamps  # noqa: PLC0415 - the other side's alone

    return [
        (each["start"] / RATE_HZ, each["end"] / RATE_HZ)
        for each in get_speech_timestamps(as_float(pcm))
    ]


OURS: dict[str, Way] = {"live": live, "clip": clip}

STOCK: dict[str, Way] = {
    "stock, frames of 0.5": stock_frames,
    "stock, Silero's spans": stock_spans,
    "stock, vad_filter": stock_filter,
}


def frames(spans: Iterable[Sequence[float]], count: int) -> npt.NDArray[np.bool_]:
    """Which of so many frames have their middle in a span."""
    middles = (np.arange(count) + 0.5) * FRAME_S
    held = np.zeros(count, np.bool_)
    for start, end in spans:
        held |= (middles >= start) & (middles < end)
    return held


def _stock(pcm: Pcm) -> list[float]:
    model = _onnx()
    model.reset()
    judged: list[float] = model.feed(np.pad(pcm, (0, -pcm.size % FRAME_SAMPLES))).tolist()
    return judged


@cache
def _onnx() -> OnnxSpeechModel:
    return OnnxSpeechModel(_weights())


def _weights() -> Path:
    return models.find("speech", settings=Settings(), home=Path())
