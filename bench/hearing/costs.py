"""What processes cost: their processor time, and their memory while they run."""

import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import psutil

from core.machine import thread_pools

LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command printed, as JSON lines, and its processor time, children included."""

    lines: list[Any]
    cpu_s: float


def ran(module: str, *arguments: str | Path) -> Ran:
    """Run a module to its end, its thread pools held to one thread.

    The time counts its start, and every process below it that it waited for.
    """
    before_s = _children_s()
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        capture_output=True,
        env={**os.environ, **thread_pools(1)},
        text=True,
        check=False,
    )
    cpu_s = _children_s() - before_s
    if done.returncode:
        raise SystemExit(f"{module} ended with {done.returncode}: {done.stderr}")
    return Ran([json.loads(line) for line in done.stdout.splitlines()], cpu_s)


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@dataclass(frozen=True, slots=True)
class Memory:
    """The memory of a process and of all below it, in MB, at one instant.

    `rss` counts pages that they share for each of them, `pss` once; `pss` is None where
    the kernel does not say it (of a process that has closed its memory only root learns it).
    """

    rss: float
    pss: float | None


def memory_of(process: int) -> Memory:
    rss, pss = 0, 0
    told = True
    for each in _family(process):
        try:
            lines = Path(f"/proc/{each}/smaps_rollup").read_text(encoding="ascii").splitlines()
            rss += _kb(lines, "Rss")
            pss += _kb(lines, "Pss")
        except (FileNotFoundError, ProcessLookupError):
            continue
        except PermissionError:
            told = False
            rss += _resident_kb(each)
    return Memory(rss / 1024, pss / 1024 if told else None)


def _family(process: int) -> list[int]:
    try:
        parent = psutil.Process(process)
        return [process, *(each.pid for each in parent.children(recursive=True))]
    except psutil.NoSuchProcess:
        return []


def _resident_kb(process: int) -> int:
    try:
        return int(psutil.Process(process).memory_info().rss) // 1024
    except psutil.NoSuchProcess:
        return 0


def _kb(lines: Sequence[str], name: str) -> int:
    return sum(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


class Peak:
    """Looks at the memory of a process and its children while the block runs."""

    def __init__(self, process: int) -> None:
        self._process = process
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.rss = 0.0
        self.pss: float | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(LOOK_EVERY_S):
            found = memory_of(self._process)
            self.rss = max(self.rss, found.rss)
            if found.pss is not None:
                self.pss = max(self.pss or 0.0, found.pss)
