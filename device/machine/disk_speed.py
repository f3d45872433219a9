"""Measures how fast the disk takes what is kept, and whether the ring can be held off it."""

import math
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from core.access.memory import swaps
from core.access.no_swap import group_cannot_swap, may_lock
from core.audio import RATE_HZ
from core.checks import Check
from core.files import nearest_folder
from core.machine import LONGEST_RING_S, profile
from core.settings import Settings

BULK_BYTES = 4_000_000
"""Two minutes of sound; less would measure the card's own buffer."""

APPENDS = 20
APPEND_BYTES = 2 * RATE_HZ
"""A second of sound: what a clip's tail is appended by."""

SLOW_MB_S = 2.0
"""A clip of a minute, 1.9 MB, would take a second until it is kept."""

SLOW_APPEND_MS = 1000.0
"""Tails are made durable each second: a disk that takes longer falls behind."""


@dataclass(frozen=True, slots=True)
class Storage:
    """The speed of a disk: 4 MB in one piece, and small appends, each made durable."""

    write_mb_s: float
    append_median_ms: float
    append_p99_ms: float


def measure(folder: Path) -> Storage:
    """Measure this folder's disk; seconds on a slow one, and 4.6 MB of wear. Raises OSError.

    The file has no name, so that nothing of it is left, whatever happens.
    """
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        bulk_s = _timed(file, os.urandom(BULK_BYTES))  # zeros would be compressed away by some
        appends_ms = sorted(1000 * each for each in _appends(file))
    p99_ms = appends_ms[math.ceil(0.99 * APPENDS) - 1]
    return Storage(BULK_BYTES / 1e6 / bulk_s, statistics.median(appends_ms), p99_ms)


def _appends(file: IO[bytes]) -> Iterator[float]:
    for _ in range(APPENDS):
        yield _timed(file, os.urandom(APPEND_BYTES))


def _timed(file: IO[bytes], content: bytes) -> float:
    """The seconds until it was durable."""
    began_s = time.perf_counter()
    file.write(content)
    os.fsync(file.fileno())
    return time.perf_counter() - began_s


def storage_check(home: Path) -> Check:
    """A check of how soon a press is safe on this home's disk, be the home there yet or not."""
    try:
        return judged(measure(nearest_folder(home)))
    except OSError as error:
        sentence = f"The disk of {home} takes nothing ({error.strerror})."
        return Check("storage", "fail", sentence, "Make room there, and see who may write to it.")


def judged(storage: Storage) -> Check:
    """The check that these figures give."""
    kept_s = 60 * 2 * RATE_HZ / 1e6 / storage.write_mb_s + storage.append_median_ms / 1000
    sentence = (
        f"The disk writes {storage.write_mb_s:.1f} MB a second: a minute of sound is kept "
        f"{1000 * kept_s:.0f} ms after a press, a further second of it in "
        f"{storage.append_median_ms:.0f} ms, at worst {storage.append_p99_ms:.0f}."
    )
    if storage.write_mb_s < SLOW_MB_S or storage.append_p99_ms > SLOW_APPEND_MS:
        advice = "Nothing is lost, but a card of class A1 or better makes a press safe sooner."
        return Check("storage", "warn", sentence, advice)
    return Check("storage", "ok", sentence)


def memory_check(settings: Settings) -> Check:
    """A check of whether the ring can reach the disk by way of swap, for a process like this one.

    A service has limits of its own: its status has what holds for it.
    """
    ring_s = min(settings.device.ring_s, LONGEST_RING_S[profile(settings.machine.profile)])
    size_bytes = round(ring_s * RATE_HZ) * 2
    size = f"The last {ring_s / 60:.1f} min of sound take {size_bytes / 1e6:.1f} MB of memory"
    if group_cannot_swap():
        return Check("memory", "ok", f"{size}, in a group that is never swapped.")
    if may_lock(size_bytes):
        return Check("memory", "ok", f"{size}, locked there: it is never swapped to the disk.")
    if not swaps():
        return Check("memory", "ok", f"{size}; this machine has no swap.")
    return Check(
        "memory",
        "warn",
        f"{size}, more than may be locked there, so some of it may be swapped to the disk.",
        "Let the unit start capture (it forbids swap), raise `ulimit -l`, or lower ring_s.",
    )
