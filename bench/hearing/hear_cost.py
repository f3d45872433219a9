"""Where each CPU second of `hear --policy everything` goes, and what of it is not transcription.

    python -m bench.hearing.hear_cost [FILE]

The whole command on the development day, or on FILE: its own process and the models', each with
a stopwatch around the functions of its parts. Under AFTERTHOUGHT_TEST_DATA unless a file is named.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bench.recordings import DAY, data_folder
from core.machine import thread_pools

OF_TRANSCRIPTION = {"features", "encoder", "decoder", "alignment"}


def main(argv: Sequence[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="bench hear_cost")
    parser.add_argument("file", nargs="?", type=Path, help="a recording (the development day)")
    file = parser.parse_args(argv).file or data_folder() / DAY
    with tempfile.TemporaryDirectory() as folder:
        used_s = _hear(file, Path(folder))
        parts = {
            path.stem.partition("-")[0]: json.loads(path.read_text(encoding="utf-8"))
            for path in Path(folder).glob("*.json")
        }
    _tell(parts, used_s)
    return 0


def _hear(file: Path, folder: Path) -> float:
    """Run it; what it and its children used, in CPU seconds. Each leaves a file of its parts."""
    command = [sys.executable, "-m", "bench.hearing.timed_hear", str(folder)]
    arguments = ["hear", "--policy", "everything", "--json", "--home", str(folder / "home")]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [*command, *arguments, str(file)],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, **thread_pools(1)},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _tell(parts: dict[str, dict[str, float]], used_s: float) -> None:
    rest_s = used_s - sum(sum(each.values()) for each in parts.values())
    print("| process | part | CPU s | share |\n|---|---|---|---|")
    for process, spent in sorted(parts.items()):
        for what, spent_s in Counter(spent).most_common():
            print(f"| {process} | {what} | {spent_s:.2f} | {spent_s / used_s:.1%} |")
    words_s = sum(
        spent_s
        for each in parts.values()
        for what, spent_s in each.items()
        if what in OF_TRANSCRIPTION
    )
    print(f"| both | not accounted for | {rest_s:.2f} | {rest_s / used_s:.1%} |")
    print(f"\nIn all {used_s:.2f} CPU s, of which transcription {words_s:.2f}, ", end="")
    print(f"all else {used_s - words_s:.2f}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
