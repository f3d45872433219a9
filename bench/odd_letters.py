"""Every kind of odd entry in every folder of a home: what stops, hangs, breaks or is lost by it.

    python bench/odd_letters.py [--seed 1] [--together 200] [--every 1] [--real 25]

Each kind in each place alone, then several at once, on a fresh copy of a home in which a note and a
clip wait: eight commands, then a look at what is in the archive and whether `doctor` names what is
odd. Within this process, one trial in `--real` by real commands.
"""

import argparse
import os
import random
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.journeys.odd.odd_letters import every_one, several, trials

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it


def main(argv: Sequence[str] | None = None) -> int:
    """Print what was wrong in each trial, and the counts; 1 where anything was."""
    arguments = _arguments(argv)
    began, done, real, bad = time.monotonic(), 0, 0, 0
    chance = random.Random(arguments.seed)  # noqa: S311 - the same again, not a secret
    alone = chance.sample(every_one(), len(every_one()) // arguments.every)
    planned = [*alone, *several(chance, arguments.together)]
    where = IN_MEMORY if IN_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=where) as folder:
        _keep_within(Path(folder))
        for trial in trials(Path(folder), planned, real_each=arguments.real):
            done, real, bad = done + 1, real + trial.is_real, bad + bool(trial.faults)
            for fault in trial.faults:
                print(f"{done:4} {'real ' if trial.is_real else ''}{trial}: {fault}", flush=True)
    took_s = time.monotonic() - began
    print(f"{done} trials ({len(alone)} alone, {real} real), {bad} with faults, {took_s:.0f} s")
    return int(bad > 0)


def _keep_within(folder: Path) -> None:
    """Sockets, and what is remembered outside a home, lie in the folder of the bench."""
    for name in ("XDG_RUNTIME_DIR", "XDG_STATE_HOME"):
        (folder / name).mkdir(mode=0o700)
        os.environ[name] = str(folder / name)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1, help="of what lies together, and the order")
    parser.add_argument("--together", type=int, default=200, help="trials with several at once")
    parser.add_argument("--every", type=int, default=1, help="of those alone, one in so many")
    parser.add_argument("--real", type=int, default=25, help="one in so many by real commands")
    return parser.parse_args(argv)


if __name__ == "__main__":
    raise SystemExit(main())
