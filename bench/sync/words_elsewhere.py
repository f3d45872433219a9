"""From kept on one host to its words on the other, beyond what hearing them takes.

    python -m bench.sync.words_elsewhere [--sounds 5] [--lent] [FILE ...]

Two network namespaces (root alone). The pendant keeps speech (`keep`), which it hears itself; timed
is how long after it the laptop has the moment, its sound and its words (goal of the last: 3 s).
With `--lent` the pendant has no Whisper: the laptop hears it, and the pendant is to have the words.
"""

import argparse
import contextlib
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dashboard.demo import SOUNDS
from tests.waiting import waited

from .wired import Wired, wired


@dataclass(frozen=True, slots=True)
class Times:
    """Of one sound, in seconds: the command until its words, and from there to the laptop."""

    hearing: float
    beyond: float


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench words_elsewhere", description=__doc__)
    parser.add_argument("files", type=Path, nargs="*", help="speech; otherwise that of the demo")
    parser.add_argument("--sounds", type=int, default=5)
    parser.add_argument("--lent", action="store_true", help="the laptop hears for the pendant")
    asked = parser.parse_args(argv)
    files = (asked.files or sorted(SOUNDS.iterdir()))[: asked.sounds]
    with tempfile.TemporaryDirectory() as folder, wired(Path(folder)) as (pendant, laptop, _):
        pendant.knows(laptop)
        laptop.knows(pendant)
        for each in (pendant, laptop):
            each.start()
        with _hearing_on(laptop, pendant) if asked.lent else contextlib.nullcontext():
            hears, has = (laptop, pendant) if asked.lent else (pendant, laptop)
            times = [_time(pendant, hears, has, each) for each in files]
    for time_ in times:
        print(f"kept and heard in {time_.hearing:.2f} s, there {time_.beyond:.2f} s later")
    beyond = [time_.beyond for time_ in times]
    middle = statistics.median(beyond)
    share = middle / statistics.median(time_.hearing for time_ in times)
    print(f"beyond hearing: median {middle:.2f} s, at most {max(beyond):.2f} s; "
          f"{share:.2f} of what the command takes")  # fmt: skip
    print("load", *os.getloadavg())
    return 0


@contextlib.contextmanager
def _hearing_on(laptop: Wired, pendant: Wired) -> Iterator[None]:
    """The worker of the laptop runs, and the pendant has no Whisper."""
    with (pendant.home / "settings.toml").open("a", encoding="utf-8") as file:
        file.write('[models]\ntranscriber_path = "nowhere"\n')
    with subprocess.Popen(laptop.line("process"), stderr=subprocess.DEVNULL) as worker:
        yield
        worker.terminate()


def _time(pendant: Wired, hears: Wired, has: Wired, file: Path) -> Times:
    kept, here, there = _opened(pendant), _opened(hears), _opened(has)
    before = {row[0] for row in kept.execute("SELECT id FROM moment")}
    began_s = time.monotonic()
    line = pendant.line("keep", str(file))
    with subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        moment = waited(lambda: _new(kept, before))
        waited(lambda: _is_heard(here, moment))
        heard_s = time.monotonic()
        waited(lambda: _is_heard(there, moment))
        there_s = time.monotonic()
    return Times(heard_s - began_s, there_s - heard_s)


def _opened(machine: Wired) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{machine.home / 'archive.db'}?mode=ro", uri=True)


def _new(here: sqlite3.Connection, before: set[str]) -> str | None:
    rows = here.execute("SELECT id FROM moment").fetchall()
    return next((str(row[0]) for row in rows if row[0] not in before), None)


def _is_heard(archive: sqlite3.Connection, moment: str) -> bool:
    query = "SELECT 1 FROM moment WHERE id = ? AND words <> 'awaited'"
    return bool(archive.execute(query, (moment,)).fetchone())


if __name__ == "__main__":
    sys.exit(main())
