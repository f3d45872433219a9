"""The time from a press until it is taken, and until a minute of sound is safe on the disk.

    python bench/press_to_kept.py [--presses 1000] [--folder DIR]

The real loop and the real spool; sound is handed over as fast as the loop takes it, so the wait
for the block in progress (0 to 100 ms, as the press falls) is left out and told apart. Four
ways: idle; with a ring of half an hour in place of two minutes (the cost is of the clip, not of
the ring); while another process writes and syncs 4 MB at a time to the same disk; and on a disk
that the kernel throttles to a card's 10 MB/s (as root, where it has block control groups).
"""

import argparse
import contextlib
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.capture.life import LoudDetector
from core.audio import RATE_HZ
from core.paths import Home
from core.pcm import Pcm
from device.capture import events
from device.capture.loop import Capture, DetectorLoaded
from device.capture.requests import Request
from device.daemon import Shown, new_capture
from device.fakes import FakeMicrophone
from device.ports import BLOCK_SAMPLES, Block

CLIP_S = 60
CARD_BYTES_PER_S = 10_000_000
BLOCK_GROUPS = Path("/sys/fs/cgroup/blkio")
BULK_BYTES = 4_000_000
"""What a bulk writer of ours (sync, export) syncs at once, so that a press waits little."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds of each press."""

    taken_ms: list[float]
    kept_ms: list[float]


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="bench press_to_kept", description=__doc__)
    parser.add_argument("--presses", type=int, default=1000)
    parser.add_argument("--folder", type=Path, help="on the disk to measure; else a temporary one")
    arguments = parser.parse_args(argv)
    presses = arguments.presses
    ways: dict[str, Callable[[Path], Figures | None]] = {
        "idle": lambda folder: press(folder, presses),
        "idle, a ring of 30 min": lambda folder: press(folder, presses // 5, ring_s=1800),
        "while another process writes": lambda folder: beside_a_writer(folder, presses),
        "a card of 10 MB/s": lambda folder: on_a_card(folder, presses // 5),
    }
    print(f"{CLIP_S} s of sound a press, {2 * RATE_HZ * CLIP_S / 1e6:.2f} MB; milliseconds")
    print("| way | presses | taken: median | p99 | kept: median | p99 |")
    print("|---|---|---|---|---|---|")
    for name, way in ways.items():
        with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
            found = way(Path(folder))
        if found is None:
            print(f"| {name} | not measured: no block control groups, or not root |||||")
            continue
        cells = [f"{each:.1f}" for part in (found.taken_ms, found.kept_ms) for each in both(part)]
        print(f"| {name} | {len(found.kept_ms)} | {' | '.join(cells)} |", flush=True)
    return 0


def press(folder: Path, presses: int, *, ring_s: float = 120) -> Figures:
    """So many presses, each after a minute of sound that nobody has kept."""
    wearer = Wearer(folder, ring_s)
    for _ in range(presses):
        wearer.talk()
        wearer.press()
    return Figures(wearer.taken_ms, wearer.kept_ms)


def beside_a_writer(folder: Path, presses: int) -> Figures:
    with _writing(folder):
        return press(folder, presses)


def on_a_card(folder: Path, presses: int) -> Figures | None:
    with _throttled(folder) as is_throttled:
        return press(folder, presses) if is_throttled else None


class Wearer:
    """Talks for a minute in no time, and presses."""

    def __init__(self, folder: Path, ring_s: float) -> None:
        home = folder / "home"
        home.mkdir()
        (home / "settings.toml").write_text(f"[device]\nring_s = {ring_s}\n", encoding="utf-8")
        os.environ["XDG_STATE_HOME"] = str(folder / "state")
        self.capture = self._capture(home)
        self.taken_ms: list[float] = []
        self.kept_ms: list[float] = []
        self._pressed_s = 0.0
        self._waited_s = 0.0
        self._speech: Pcm = np.full(BLOCK_SAMPLES, 5000, np.int16)
        self._silence: Pcm = np.zeros(BLOCK_SAMPLES, np.int16)
        self.capture.take(DetectorLoaded(LoudDetector()))

    def talk(self) -> None:
        for n in range(CLIP_S * 10):
            self._hear(self._silence if n < 20 or n > CLIP_S * 10 - 5 else self._speech)  # noqa: PLR2004

    def press(self) -> None:
        """The answer to the press, then the block in which it fell."""
        self._pressed_s, self._waited_s = time.perf_counter(), 0.0
        self.capture.take(Request({"do": "press"}, lambda _: None, time.monotonic()))
        answered_s = time.perf_counter()
        block = Block(self._silence, time.monotonic() + 0.1)
        self._waited_s = time.perf_counter() - answered_s
        self.capture.take(block)
        for _ in range(30):
            self._hear(self._silence)

    def _hear(self, pcm: Pcm) -> None:
        self.capture.take(Block(pcm, time.monotonic()))

    def _observe(self, event: events.Event) -> None:
        since_ms = (time.perf_counter() - self._pressed_s - self._waited_s) * 1000
        if isinstance(event, events.Taken):
            self.taken_ms.append(since_ms)
        elif isinstance(event, events.Kept):
            self.kept_ms.append(since_ms)

    def _capture(self, home: Path) -> Capture:
        shown = Shown([], [], [])
        return new_capture(Home(home), FakeMicrophone(), shown, observe=self._observe)


@contextlib.contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Somebody else writes to the same disk meanwhile, and syncs as our bulk writers do."""
    writer = multiprocessing.get_context("spawn").Process(target=_write, args=(folder / "bulk",))
    writer.start()
    try:
        yield
    finally:
        writer.kill()
        writer.join()


def _write(path: Path) -> None:
    content = os.urandom(BULK_BYTES)
    while True:
        with path.open("wb") as file:
            for _ in range(50):
                file.write(content)
                file.flush()
                os.fsync(file.fileno())


@contextlib.contextmanager
def _throttled(folder: Path) -> Iterator[bool]:
    """This process writes to the disk of `folder` at a card's speed; False where it cannot be."""
    group, root = BLOCK_GROUPS / "afterthought-bench", BLOCK_GROUPS / "cgroup.procs"
    device = folder.stat().st_dev
    limit = f"{os.major(device)}:{os.minor(device)} {CARD_BYTES_PER_S}"
    try:
        group.mkdir(exist_ok=True)
        (group / "blkio.throttle.write_bps_device").write_text(limit, encoding="ascii")
        (group / "cgroup.procs").write_text(str(os.getpid()), encoding="ascii")
    except OSError:
        yield False
        return
    try:
        yield True
    finally:
        root.write_text(str(os.getpid()), encoding="ascii")
        group.rmdir()


def both(values_ms: list[float]) -> tuple[float, float]:
    """Their median and 99th percentile."""
    return statistics.median(values_ms), float(np.percentile(values_ms, 99))


if __name__ == "__main__":
    sys.exit(main())
