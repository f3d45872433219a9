"""The memory of the worker with its models, at work and at rest, in both profiles."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from bench.hearing.costs import Memory, Peak, memory_of, ran
from bench.hearing.rows import Asked, Told
from bench.recordings import DAY
from core.paths import Home
from core.sockets.socket_client import answers

GOALS = {"zero": (215, 60), "full": (300, 100)}
"""MB at work and at rest, all told, as the memory budget has them."""

IDLE_S = 2.0
"""The models go after it; the product's own 120 s would only make this longer."""

RESTS_AFTER_S = 20.0
UTTERANCES = 12


def measure(asked: Asked) -> Told:
    """A real worker keeps utterances, a note and a day, and answers a search; then it rests."""
    lines = [
        f"{'profile':8} {'at work, PSS':>14} {'RSS':>6} {'at rest, PSS':>14} {'RSS':>6}   (MB)"
    ]
    figures, missed = {}, []
    for profile, goals in GOALS.items():
        work, rest = _through(profile, asked)
        lines.append(
            f"{profile:8} {_mb(work.pss):>14} {work.rss:6.0f} {_mb(rest.pss):>14} {rest.rss:6.0f}"
            f"   goals {goals[0]} and {goals[1]}"
        )
        figures[profile] = {"work": _figures(work), "rest": _figures(rest)}
        for what, found, goal in zip(("at work", "at rest"), (work, rest), goals, strict=True):
            counted = found.rss if found.pss is None else found.pss
            if counted > goal:
                missed.append(f"{profile} {what}: {counted:.0f} MB, over {goal}")
    lines.append("PSS counts pages that both processes share once, RSS twice.")
    return Told(lines, figures, missed)


def _mb(value: float | None) -> str:
    return "not told" if value is None else f"{value:.0f}"


def _figures(found: Memory) -> dict[str, float | None]:
    pss = None if found.pss is None else round(found.pss, 1)
    return {"pss_mb": pss, "rss_mb": round(found.rss, 1)}


def _through(profile: str, asked: Asked) -> tuple[Memory, Memory]:
    with TemporaryDirectory() as folder:
        home = Home(Path(folder))
        told = f'[machine]\nprofile = "{profile}"\n[pipeline]\nidle_s = {IDLE_S}\n'
        (home.path / "settings.toml").write_text(told, encoding="utf-8")
        with _worker(home) as worker:
            with Peak(worker) as peak:
                _work(home.path, asked)
            _wait_for_rest(worker)
            return Memory(peak.rss, peak.pss), memory_of(worker)


def _work(home: Path, asked: Asked) -> None:
    at = ("--home", str(home), "--json")
    ran("afterthought", "keep", *at, *_utterances(asked.data / "speech"))
    ran("afterthought", "note", *at, "Ask Ines about the pump before Thursday")
    ran("afterthought", "keep", *at, asked.data / DAY)
    ran("afterthought", "search", *at, "who knows about pumps")


def _utterances(speech: Path) -> Iterator[Path]:
    rows: list[dict[str, Any]] = [
        json.loads(line) for line in (speech / "dev.jsonl").read_text("utf-8").splitlines()
    ]
    for row in rows[:: len(rows) // UTTERANCES]:
        yield speech / row["audio"]


def _wait_for_rest(worker: int) -> None:
    ends = time.monotonic() + RESTS_AFTER_S
    while psutil.Process(worker).children() and time.monotonic() < ends:
        time.sleep(0.1)
    assert not psutil.Process(worker).children(), "the models never went"


@contextmanager
def _worker(home: Home) -> Iterator[int]:
    command = [sys.executable, "-m", "afterthought", "--home", str(home.path), "process"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=os.environ) as service:
        try:
            while not answers(home.worker_socket):
                assert service.poll() is None, "the worker ended"
                time.sleep(0.05)
            yield service.pid
        finally:
            service.terminate()
