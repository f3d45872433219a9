"""The cost of judging speech: both ways to run the model, asleep and awake, and what it misses.

The development day (AFTERTHOUGHT_TEST_DATA, speech/dev/day) in blocks of a microphone through
the speech detector of capture, as it is and quieter, with the energy gate and without; and
room tone: the day's own quiet beds, hiss of one bit, and mains hum. Times are CPU time, the least
of three runs, and ratios mean more than they do; run it with OMP_NUM_THREADS=1, as the service is.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.hearing.onnx_speech_model import OnnxSpeechModel
from bench.recordings import DAY, data_folder
from core.audio import FRAME_S, FRAME_SAMPLES, RATE_HZ
from core.machine import thread_pools
from core.pcm import Pcm
from core.settings import Settings
from device.memory.utterances import FAINT
from device.ports import BLOCK_SAMPLES
from pipeline import media, models
from pipeline.speech import speech_detector
from pipeline.speech.silero import SileroSpeechModel
from pipeline.speech.speech_gate import utterances
from pipeline.speech.speech_model import SpeechModel

MAKERS: dict[str, Callable[[Path], SpeechModel]] = {
    "NumPy": SileroSpeechModel,
    "onnxruntime": OnnxSpeechModel,
}
ONE_THREAD = {**os.environ, **thread_pools(1)}
"""As the service has it: two threads double the CPU of calls of eight frames and more."""

RUNS = 3
LATE_FRAMES = 2
"""64 ms: later than this an utterance begins late."""

Frames = tuple[int, int]
Truth = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Heard:
    """The detector's account of one sound."""

    probabilities: list[float]
    core_share: float
    fed_share: float

    @property
    def utterances(self) -> list[Frames]:
        spans = utterances(self.probabilities, lead_in_s=0.0, longest_s=3600.0)
        return [(each.start // FRAME_SAMPLES, each.end // FRAME_SAMPLES) for each in spans]

    def asleep(self, among: Sequence[bool]) -> float:
        chosen = [p for p, wanted in zip(self.probabilities, among, strict=False) if wanted]
        return sum(p == 0.0 for p in chosen) / max(len(chosen), 1)


class Counting:
    """A speech model that counts the frames that it is fed, a lead-in included."""

    def __init__(self, model: SpeechModel) -> None:
        self._model = model
        self.frames = 0
        self.reset = model.reset

    def feed(self, frames: Pcm) -> "np.typing.NDArray[np.float32]":
        self.frames += frames.size // FRAME_SAMPLES
        return self._model.feed(frames)


def main(argv: Sequence[str]) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="bench detection_cost")
    parser.add_argument("day", nargs="?", type=Path, help="a .flac with its .json beside it")
    arguments = parser.parse_args(argv)
    day = arguments.day or data_folder() / DAY
    sound = np.concatenate(list(media.decode(day)))
    truth: dict[str, list[dict[str, Any]]] = json.loads(
        day.with_suffix(".json").read_text(encoding="utf-8")
    )
    _models(sound)
    _day(sound, [tuple(s) for each in truth["segments"] for s in each["inner_speech"]])
    _rooms({"quiet beds of the day": _quiet_beds(sound, truth), **_made_rooms()})
    return 0


def _models(sound: Pcm) -> None:
    """Time for a frame, by how many come at once; and memory, each in a process of its own."""
    weights, minute = _weights(), sound[: 1875 * FRAME_SAMPLES]
    made = {name: make(weights) for name, make in MAKERS.items()}
    print("| model | us a frame, 1 at once | 3 | 32 | 900 | RSS |\n|---|---|---|---|---|---|")
    for name, model in made.items():
        times = " | ".join(f"{_frame_us(model, minute, n):.0f}" for n in (1, 3, 32, 900))
        print(f"| {name} | {times} | {_rss_mb(name):.0f} MB |")
    print(f"| neither | | | | | {_rss_mb('neither'):.0f} MB |")
    whole = sound[: sound.size // FRAME_SAMPLES * FRAME_SAMPLES]
    one, other = (_fed(model, whole) for model in made.values())
    print(f"\nThey differ by {np.abs(one - other).max():.1e} at most, over {whole.size} samples.\n")


def _day(sound: Pcm, spoken: Truth) -> None:
    """With the gate against without, at each loudness; and each loudness against the first."""
    print("| day | core | ungated | asleep of no speech | fed | utterances | lost | late |")
    print("|---|---|---|---|---|---|---|---|")
    first: list[Frames] = []
    for by_db in (0, 20, 30, 40):
        quieter = np.rint(sound * 10 ** (-by_db / 20)).astype(np.int16)
        awake, gated = hear(quieter, sleeps=False), hear(quieter)
        silent = _silent(spoken, len(gated.probabilities))
        lost, late = _missed(awake.utterances, gated.utterances)
        first = first or gated.utterances
        told = f"{len(gated.utterances)} ({_missed(first, gated.utterances)[0]} of 0 dB missing)"
        print(
            f"| -{by_db} dB | {gated.core_share:.3%} | {awake.core_share:.3%} "
            f"| {gated.asleep(silent):.1%} | {gated.fed_share:.1%} | {told} | {lost} | {late} |"
        )
    print()


def _rooms(rooms: dict[str, Pcm]) -> None:
    print("| room tone | core | ungated | asleep |\n|---|---|---|---|")
    for name, sound in rooms.items():
        awake, gated = hear(sound, sleeps=False), hear(sound)
        asleep = gated.asleep([True] * len(gated.probabilities))
        print(f"| {name} | {gated.core_share:.3%} | {awake.core_share:.3%} | {asleep:.1%} |")


def hear(sound: Pcm, *, sleeps: bool = True) -> Heard:
    """Through the detector, block by block; the least time of some runs."""
    counting = Counting(SileroSpeechModel(_weights()))
    hearer = speech_detector.GatedSpeechDetector(counting, FAINT)
    hearer.skips_silence = sleeps
    used_s: list[float] = []
    probabilities: list[float] = []
    for _ in range(RUNS):
        hearer.reset()
        counting.frames = 0
        began_s = time.process_time()
        probabilities = [p for frames in _in_blocks(sound) for p in hearer.judge(frames)]
        used_s.append(time.process_time() - began_s)
    share = min(used_s) / (len(probabilities) * FRAME_S)
    return Heard(probabilities, share, counting.frames / len(probabilities))


def _in_blocks(sound: Pcm) -> Iterator[Pcm]:
    done = 0
    for end in range(BLOCK_SAMPLES, sound.size + 1, BLOCK_SAMPLES):
        whole = end // FRAME_SAMPLES * FRAME_SAMPLES
        yield sound[done:whole]
        done = whole


def _missed(wanted: list[Frames], found: list[Frames]) -> tuple[int, int]:
    """The number of those that are lost, and of those that begin late."""
    lost = late = 0
    for start, end in wanted:
        theirs = [each for each in found if each[0] < end and start < each[1]]
        lost += not theirs
        late += bool(theirs) and theirs[0][0] > start + LATE_FRAMES
    return lost, late


def _silent(spoken: Truth, frames: int) -> list[bool]:
    """For each frame, true where it lies outside all speech."""
    silent = [True] * frames
    for start_s, end_s in spoken:
        for frame in range(int(start_s / FRAME_S), min(int(end_s / FRAME_S) + 1, frames)):
            silent[frame] = False
    return silent


def _quiet_beds(sound: Pcm, truth: dict[str, list[dict[str, Any]]]) -> Pcm:
    """Stretches that the truth calls quiet, without speech and without any event; end to end."""
    quiet = np.zeros(sound.size, bool)
    for bed in truth["noise_beds"]:
        quiet[_samples(bed)] = bed["noise"] == "quiet"
    for other in [*truth["segments"], *truth["nonspeech_events"]]:
        quiet[_samples(other)] = False
    return sound[quiet]


def _samples(span: dict[str, Any]) -> slice:
    return slice(int(span["start"] * RATE_HZ), int(span["end"] * RATE_HZ) + 1)


def _made_rooms() -> dict[str, Pcm]:
    chance, at_s = np.random.default_rng(1), np.arange(120 * RATE_HZ) / RATE_HZ
    hum = 200 * np.sin(2 * np.pi * 50 * at_s) + 70 * np.sin(2 * np.pi * 150 * at_s)
    rooms = {
        "hiss of one bit": chance.normal(0, 1, at_s.size),
        "hum and hiss": hum + chance.normal(0, 10, at_s.size),
        "zeros": np.zeros(at_s.size),
    }
    return {name: np.rint(sound).astype(np.int16) for name, sound in rooms.items()}


def _frame_us(model: SpeechModel, sound: Pcm, at_once: int) -> float:
    used_s = []
    for _ in range(RUNS):
        began_s = time.process_time()
        _fed(model, sound, at_once)
        used_s.append(time.process_time() - began_s)
    return min(used_s) / (sound.size // FRAME_SAMPLES) * 1e6


def _fed(model: SpeechModel, sound: Pcm, at_once: int = 32) -> "np.typing.NDArray[np.float32]":
    model.reset()
    step = at_once * FRAME_SAMPLES
    return np.concatenate([model.feed(sound[at : at + step]) for at in range(0, sound.size, step)])


def _rss_mb(name: str) -> float:
    """A fresh process with Python, NumPy and what is named, when it has judged two minutes."""
    command = [sys.executable, "-c", _RSS, name, str(_weights())]
    run = subprocess.run(command, env=ONE_THREAD, capture_output=True, text=True, check=True)
    return int(run.stdout) / 1024


_RSS = """
import sys
from pathlib import Path
import numpy as np
from pipeline.speech.speech_detector import GatedSpeechDetector
if sys.argv[1] != "neither":
    import pipeline.speech.silero as one, bench.hearing.onnx_speech_model as other
    make = {"NumPy": one.SileroSpeechModel, "onnxruntime": other.OnnxSpeechModel}[sys.argv[1]]
    detector = GatedSpeechDetector(make(Path(sys.argv[2])), 0.1)
    for _ in range(1200):
        detector.judge(np.random.default_rng(1).normal(0, 1000, 1536).astype(np.int16))
status = Path("/proc/self/status").read_text()
print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))
"""


def _weights() -> Path:
    return models.find("speech", settings=Settings(), home=Path())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
