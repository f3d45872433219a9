"""What one new moment costs two copies that are at the same, in archives of several sizes.

    python -m bench.sync.one_moment [--sizes 10000 100000 1000000] [--moments 20] [--folder DIR]

Both services run, each on a host of its own (network namespaces; root alone), and have met. Then
a moment is appended on one and looked for on the other. Printed for each size: the milliseconds
from the append until it is stored there, all bytes of all packets on the wire meanwhile, and the
CPU time of both services; the last line has each as a ratio of the largest archive to the smallest.
Archives are made in the folder once, and left there.
"""

import argparse
import asyncio
import os
import sqlite3
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.waiting import waited

from .large import make_pair, note
from .wired import Wired, wired

_LOOK_EVERY_S = 0.002
_SETTLES_S = 2.0
"""The meeting goes on after the moment is stored: what it says then belongs to it."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one moment."""

    ms: float
    wire_bytes: int
    cpu_ms: float


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench one_moment", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--moments", type=int, default=20, help="of each size")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "one-moment")
    asked = parser.parse_args(argv)
    medians: list[Cost] = []
    for size in asked.sizes:
        folder = asked.folder / str(size)
        make_pair(folder, size)
        costs = measure(folder, asked.moments)
        medians.append(_median(costs))
        most = max(each.ms for each in costs), max(each.wire_bytes for each in costs)
        print(f"{size:>9} moments: {medians[-1].ms:.0f} ms (at most {most[0]:.0f}), "
              f"{medians[-1].wire_bytes} bytes (at most {most[1]}), "
              f"CPU {medians[-1].cpu_ms:.0f} ms", flush=True)  # fmt: skip
    first, last = medians[0], medians[-1]
    wire = last.wire_bytes / first.wire_bytes
    print(f"largest / smallest: time {last.ms / first.ms:.2f}, wire {wire:.2f}, "
          f"CPU {last.cpu_ms / first.cpu_ms:.2f}")  # fmt: skip
    print("load", *os.getloadavg())
    return 0


def measure(folder: Path, moments: int) -> list[Cost]:
    """The costs of so many moments, one after the other."""
    with wired(folder) as (pendant, laptop, _):
        for one, other in ((pendant, laptop), (laptop, pendant)):
            one.knows(other)
            one.start()
        waited(lambda: _are_met(pendant, laptop))
        time.sleep(_SETTLES_S)
        with sqlite3.connect(f"file:{laptop.home / 'archive.db'}?mode=ro", uri=True) as there:
            return [_cost(pendant, laptop, there, number) for number in range(moments)]


def _are_met(*machines: Wired) -> bool:
    assert not any(each.service and each.service.poll() for each in machines), "a service ended"
    return any(each.standing().get("state") == "met" for each in machines)


def _cost(pendant: Wired, laptop: Wired, there: sqlite3.Connection, number: int) -> Cost:
    wire, cpu = pendant.host.carried_bytes(), _cpu_ms(pendant) + _cpu_ms(laptop)
    moment = asyncio.run(note(pendant.home, f"one more, the {number}th"))
    began = time.monotonic()
    while not there.execute("SELECT 1 FROM moment WHERE id = ?", (moment,)).fetchone():
        time.sleep(_LOOK_EVERY_S)
    took_ms = 1000 * (time.monotonic() - began)
    time.sleep(_SETTLES_S)
    return Cost(
        took_ms,
        pendant.host.carried_bytes() - wire,
        _cpu_ms(pendant) + _cpu_ms(laptop) - cpu,
    )


def _cpu_ms(machine: Wired) -> float:
    """What its service has used so far. `ip netns exec` becomes the service by exec."""
    assert machine.service is not None
    fields = Path(f"/proc/{machine.service.pid}/stat").read_text().rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _median(costs: list[Cost]) -> Cost:
    return Cost(
        statistics.median(each.ms for each in costs),
        round(statistics.median(each.wire_bytes for each in costs)),
        statistics.median(each.cpu_ms for each in costs),
    )


if __name__ == "__main__":
    sys.exit(main())
