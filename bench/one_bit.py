"""One bit of an archive flips, in any table or anywhere in the file: what is lost or broken by it.

    python bench/one_bit.py [--seed 1] [--flips 1000] [--real 100]

After each flip `check`, four commands in rotation, `rebuild` and `check` again, on a fresh copy of
a home with some dozens of moments: within this process, `--real` of them through real commands.
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.journeys.flips.one_bit import flips

IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it


def main(argv: Sequence[str] | None = None) -> int:
    """Print what is wrong after each flip, and how often what was; 1 where anything was."""
    arguments = _arguments(argv)
    began, done, mended = time.monotonic(), 0, 0
    kinds: Counter[str] = Counter()
    where = IN_MEMORY if IN_MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(dir=where) as folder:
        for flipped in flips(
            Path(folder), seed=arguments.seed, count=arguments.flips, real=arguments.real
        ):
            done, mended = done + 1, mended + flipped.is_mended
            kinds.update(kind for kind, _ in flipped.faults)
            for kind, told in flipped.faults:
                by = "real " if flipped.is_real else ""
                about = f"{flipped.flip.where}; {by}{flipped.commands}"
                print(f"{done:4} {kind} ({about}): {told}", flush=True)
    took_s = time.monotonic() - began
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())) or "none"
    print(f"{done} flips, {mended} put right by rebuild; faults: {told}; {took_s:.0f} s")
    return int(bool(kinds))


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1, help="of the bits")
    parser.add_argument("--flips", type=int, default=1_000, help="how many bits are flipped")
    parser.add_argument("--real", type=int, default=100, help="how many of them by real commands")
    return parser.parse_args(argv)


if __name__ == "__main__":
    raise SystemExit(main())
