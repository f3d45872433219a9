"""Presses in a process of its own, for who measures what runs beside them.

python -m bench.sync.presses FOLDER PRESSES
"""

import sys
from pathlib import Path

from bench.press_to_kept import CLIP_S, both, press


def main(argv: list[str] | None = None) -> int:
    """Print how long each took to be taken, and to be safe on the disk."""
    folder, presses = (sys.argv[1:] if argv is None else argv)[:2]
    found = press(Path(folder), int(presses))
    taken, kept = both(found.taken_ms), both(found.kept_ms)
    print(
        f"{presses} presses for {CLIP_S} s of sound: taken in {taken[0]:.1f} ms (p99 "
        f"{taken[1]:.1f}), kept in {kept[0]:.1f} ms (p99 {kept[1]:.1f})"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
