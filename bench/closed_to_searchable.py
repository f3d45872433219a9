"""From closed to searchable, as a multiple of the models alone; and from a press to closed.

    python -m bench.closed_to_searchable [--clips 12] [--presses 3]

Utterances of some 10 s (AFTERTHOUGHT_TEST_DATA, speech/dev; else of the demo), each handed to
a real worker as capture hands it over, and each to the same models, called directly in a
process that does nothing else. Both have the models loaded and one thread; they take turns.
"""

import argparse
import json
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from bench.recordings import data_folder_if_named
from core.audio import FRAME_SAMPLES, RATE_HZ
from core.clock import SystemClock
from core.machine import calm_thread_pools
from core.paths import Home
from core.pcm import Pcm
from core.settings import Settings
from core.sockets.socket_client import answers
from core.spool_port import Clip
from dashboard.demo import SOUNDS
from pipeline import media, models
from pipeline.spool.spool import Spool
from pipeline.store.format.drafts import new_moment_id

if TYPE_CHECKING:
    from pipeline.hearing.transcriber import WhisperTranscriber
    from pipeline.meaning.embedder import MiniLmEmbedder
    from pipeline.speech.silero import SileroSpeechModel

GOAL = 1.2
SECONDS = (9.5, 11.5)
LEAD_S, TAIL_S = 0.3, 1.0
"""The quiet around an utterance that is kept; it makes every clip longer than 10 s."""

AFTER_S = 1.0
"""So long after the end of the utterance somebody presses."""

OF_A_PRESS = ("press to taken", "press to kept", "press to closed", "closed to searchable")

Models = tuple["SileroSpeechModel", "WhisperTranscriber", "MiniLmEmbedder"]


class Line:
    """A line to a service's socket."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._told = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._told.close()
        self._socket.close()

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """The answer; after `subscribe` events follow, and nothing else may be asked."""
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        return self._next()

    def until(self, kind: str, **about: str) -> None:
        """Wait for this event about this keep or moment."""
        wanted = {"event": kind, **about}
        while not wanted.items() <= self._next().items():
            pass

    def _next(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self._told.readline())
        return told


@dataclass(frozen=True, slots=True)
class Found:
    """Seconds of each clip through the worker, through the models alone, and of each press."""

    ours_s: Sequence[float]
    bare_s: Sequence[float]
    presses: Sequence[tuple[float, ...]]

    @property
    def ratio(self) -> float:
        return statistics.median(self.ours_s) / statistics.median(self.bare_s)

    def lines(self) -> list[str]:
        """The table, a line each."""
        told = [
            _line("closed to searchable", self.ours_s),
            _line("the models alone", self.bare_s),
            f"{'ratio of the medians':24} {self.ratio:7.2f}      (goal: at most {GOAL})",
        ]
        if self.presses:
            columns = zip(*self.presses, strict=True)
            told += [_line(name, each) for name, each in zip(OF_A_PRESS, columns, strict=True)]
        return told


def main(argv: Sequence[str]) -> int:
    """Print the table; 1 where the goal is missed."""
    parser = argparse.ArgumentParser(prog="bench closed_to_searchable")
    parser.add_argument("--clips", type=int, default=12, help="how many utterances")
    parser.add_argument("--presses", type=int, default=3, help="how many through capture as well")
    arguments = parser.parse_args(argv)
    found = measured(arguments.clips, arguments.presses)
    print("\n".join(found.lines()))
    return int(found.ratio > GOAL)


def measured(clips: int, presses: int) -> Found:
    """So many utterances through a worker of their own, and so many presses through capture."""
    calm_thread_pools()
    files = list(_utterances())[:clips]
    with ExitStack() as stack:
        home = Home(Path(stack.enter_context(TemporaryDirectory())))
        alone = stack.enter_context(ProcessPoolExecutor(1, get_context("spawn")))
        stack.enter_context(_running(home, "process"))
        events = stack.enter_context(Line(home.worker_socket))
        events.ask({"do": "subscribe"})
        ours_s, bare_s = _in_turns(home, events, alone, [_clip(file) for file in files])
        return Found(ours_s, bare_s, _press(home, events, files[:presses]))


def _in_turns(
    home: Home, events: Line, alone: ProcessPoolExecutor, clips: Sequence[Pcm]
) -> tuple[list[float], list[float]]:
    """Seconds of each clip through the worker, and through the models alone."""
    _through_worker(home, events, clips[0])  # both load what they need, which is not counted
    alone.submit(through_models, clips[0]).result()
    ours_s, bare_s = [], []
    for clip in clips:
        ours_s.append(_through_worker(home, events, clip))
        bare_s.append(alone.submit(through_models, clip).result())
    return ours_s, bare_s


def _through_worker(home: Home, events: Line, pcm: Pcm) -> float:
    clip = Clip(new_moment_id(), "press", SystemClock().recorded_now())
    Spool(home.spool).open_clip(clip, pcm).close(len(pcm))
    began = time.perf_counter()
    with Line(home.worker_socket) as line:
        line.ask({"do": "wake"})
    events.until("searchable", moment=clip.id)
    return time.perf_counter() - began


def through_models(pcm: Pcm) -> float:
    """Seconds of the speech model, Whisper and its alignment, and the embedder on this clip."""
    speech, whisper, embedder = _loaded()
    began = time.perf_counter()
    speech.reset()
    speech.feed(np.pad(pcm, (0, -pcm.size % FRAME_SAMPLES)))
    embedder.embed([whisper.transcribe(pcm).text])
    return time.perf_counter() - began


@cache
def _loaded() -> Models:
    from pipeline.hearing.transcriber import WhisperTranscriber  # noqa: PLC0415
    from pipeline.hearing.whisper import Whisper  # noqa: PLC0415
    from pipeline.meaning.embedder import MiniLmEmbedder  # noqa: PLC0415
    from pipeline.speech.silero import SileroSpeechModel  # noqa: PLC0415 - not in the parent

    speech, whisper, minilm = (
        models.find(name, settings=Settings(), home=Path())
        for name in ("speech", "transcriber", "embedder")
    )
    return (
        SileroSpeechModel(speech),
        WhisperTranscriber(Whisper(whisper)),
        MiniLmEmbedder(minilm),
    )


def _press(home: Home, worker: Line, files: Sequence[Path]) -> list[tuple[float, ...]]:
    """The same through the real capture, pressed 1 s after each utterance."""
    found: list[tuple[float, ...]] = []
    for file in files:
        with _running(home, "capture", "--replay", str(file)), Line(home.capture_socket) as told:
            told.ask({"do": "subscribe"})
            found.append(_pressed(home, told, worker))
    return found


def _pressed(home: Home, told: Line, worker: Line) -> tuple[float, ...]:
    with Line(home.capture_socket) as line:
        ends = time.monotonic() + float(line.ask({"do": "play"})["seconds"]) + AFTER_S
        time.sleep(ends - time.monotonic())
        began = time.perf_counter()
        keep = line.ask({"do": "press"})["keep"]
    ours = []
    for kind in ("taken", "kept", "closed"):
        told.until(kind, keep=keep)
        ours.append(time.perf_counter())
    worker.until("searchable", moment=keep)
    return (*(at - began for at in ours), time.perf_counter() - ours[-1])


def _line(name: str, seconds: Sequence[float]) -> str:
    median, worst = statistics.median(seconds), max(seconds)
    return (
        f"{name:24} {median * 1000:7.0f} ms   (median of {len(seconds)}; most {worst * 1000:.0f})"
    )


@contextmanager
def _running(home: Home, *arguments: str) -> Iterator[None]:
    command = [sys.executable, "-m", "afterthought", "--home", str(home.path), *arguments]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as service:
        try:
            at = home.worker_socket if arguments[0] == "process" else home.capture_socket
            while not answers(at):
                assert service.poll() is None, f"{arguments[0]} ended"
                time.sleep(0.05)
            yield
        finally:
            service.terminate()


def _clip(file: Path) -> Pcm:
    spoken = np.concatenate(list(media.decode(file)))
    return np.pad(spoken, (round(LEAD_S * RATE_HZ), round(TAIL_S * RATE_HZ)))


def _utterances() -> Iterator[Path]:
    """Recordings of some 10 s, spread over those that there are."""
    data = data_folder_if_named()
    if data is None:
        yield from (each for each in sorted(SOUNDS.iterdir()) if _fits(each))
        return
    speech = data / "speech"
    for line in (speech / "dev.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if SECONDS[0] <= row["seconds"] <= SECONDS[1]:
            yield speech / row["audio"]


def _fits(file: Path) -> bool:
    samples = sum(len(chunk) for chunk in media.decode(file))
    return SECONDS[0] <= samples / RATE_HZ <= SECONDS[1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
