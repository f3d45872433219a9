"""The time that `afterthought --help` takes, as a share of importing Flask and NumPy."""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

RUNS = 15
GOAL = 0.3


def main(argv: Sequence[str]) -> int:
    """Print the medians and their ratio; 1 where the goal is missed."""
    parser = argparse.ArgumentParser(prog="bench cli_start")
    parser.add_argument("--runs", type=int, default=RUNS)
    runs = parser.parse_args(argv).runs
    commands = {
        "afterthought --help": [sys.executable, "-m", "afterthought", "--help"],
        "import flask, numpy": [sys.executable, "-c", "import flask, numpy"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(runs + 1):  # the first of each warms the disk's cache and is not counted
        for name, command in commands.items():
            times[name].append(_seconds(command))
    ours, theirs = (statistics.median(found[1:]) for found in times.values())
    for name, found in times.items():
        print(f"{name:22} {statistics.median(found[1:]) * 1000:7.1f} ms (median of {runs})")
    print(f"ratio                  {ours / theirs:7.2f}    (goal: under {GOAL})")
    return int(ours / theirs >= GOAL)


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began
