"""Hours of silence kept: peak memory, time, and the longest wait without a sign of progress.

    python bench/hearing/long_silence.py [--hours 3]

The sign is the bar, which a terminal shows. Memory is the resident memory of the command and its
children in sum, pages that they share counted for each. At most 500 MB and 30 s are agreed,
whatever the length.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.journeys.command import Watched, watched
from tests.journeys.silence import write_silence

MEMORY_BYTES = 500_000_000
QUIET_S = 30.0


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; 1 where they are over what is agreed."""
    hours = _arguments(argv).hours
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "silence.wav"
        write_silence(path, minutes=60 * hours)
        ran = watched(["--home", f"{folder}/home", "--json", "keep", path], at_terminal=True)
    print(
        f"{hours:g} h of silence: {ran.seconds:.0f} s, {ran.peak_bytes / 1e6:.0f} MB at most, "
        f"{ran.longest_quiet_s:.1f} s without a sign at most, exit status {ran.status}"
    )
    return int(not _is_as_agreed(ran))


def _is_as_agreed(ran: Watched) -> bool:
    modest = ran.peak_bytes < MEMORY_BYTES and ran.longest_quiet_s < QUIET_S
    return ran.status == 0 and modest


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--hours", type=float, default=3.0, help="how long the silence is")
    return parser.parse_args(argv)


if __name__ == "__main__":
    raise SystemExit(main())
