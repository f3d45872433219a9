"""Acts of real processes killed at seeded instants: what is lost, doubled, half or left over.

    python bench/kill_soak.py [--seed 1] [--kills 50]

keep, note, import, hide and forget in turn, on one archive, each ended by SIGKILL with all
of its children. After each kill: `process --once`, `check`, and a look at every moment and file.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.journeys.kills.killing import soak


def main(argv: Sequence[str] | None = None) -> int:
    """Print a line for each kill; 1 where anything was wrong."""
    arguments = _arguments(argv)
    began = time.monotonic()
    bad = done = ended_first = 0
    with tempfile.TemporaryDirectory() as folder:
        home, scratch = Path(folder) / "home", Path(folder)
        for killed in soak(home, scratch, seed=arguments.seed, kills=arguments.kills):
            done += 1
            bad += bool(killed.problems)
            ended_first += killed.ended_first
            early = " (it had ended)" if killed.ended_first else ""
            print(
                f"{done:3} {killed.act:7} at {killed.at_s:5.2f} of {killed.usual_s:5.2f} s{early}, "
                f"{killed.confirmed} confirmed: {' '.join(killed.problems) or 'all well'}",
                flush=True,
            )
    took_s = time.monotonic() - began
    print(f"{done} acts, {done - ended_first} killed in time, {bad} with faults, {took_s:.0f} s")
    return int(bad > 0)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1, help="of the instants")
    parser.add_argument("--kills", type=int, default=50, help="how many acts are killed")
    return parser.parse_args(argv)


if __name__ == "__main__":
    raise SystemExit(main())
