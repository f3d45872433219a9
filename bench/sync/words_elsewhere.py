"""From kept on one host to its words on the other, beyond what hearing them takes.

    python -m bench.sync.words_elsewhere [--sounds 5] [FILE ...]

Two network namespaces (root alone). The pendant keeps speech (`keep`), which it hears itself; timed
is how long after it the laptop has the moment, its sound and its words (goal of the last: 3 s).
"""

import argparse
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
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
    asked = parser.parse_args(argv)
    files = (asked.files or sorted(SOUNDS.iterdir()))[: asked.sounds]
    with tempfile.TemporaryDirectory() as folder, wired(Path(folder)) as (pendant, laptop, _):
        pendant.knows(laptop)
        laptop.knows(pendant)
        for each in (pendant, laptop):
            each.start()
        times = [_time(pendant, laptop, each) for each in files]
    for time_ in times:
        print(f"kept and heard in {time_.hearing:.2f} s, there {time_.beyond:.2f} s later")
    beyond = [time_.beyond for time_ in times]
    middle = statistics.median(beyond)
    share = middle / statistics.median(time_.hearing for time_ in times)
    print(f"beyond hearing: median {middle:.2f} s, at most {max(beyond):.2f} s; "
          f"{share:.2f} of what the command takes")  # fmt: skip
    print("load", *os.getloadavg())
    return 0


def _time(pendant: Wired, laptop: Wired, file: Path) -> Times:
    here, there = _opened(pendant), _opened(laptop)
    before = {row[0] for row in here.execute("SELECT id FROM moment")}
    began_s = time.monotonic()
    with subprocess.Popen(pendant.line("keep", str(file)), stdout=subprocess.DEVNULL):
        moment = waited(lambda: _new(here, before))
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
