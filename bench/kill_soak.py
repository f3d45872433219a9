"""Acts of real processes killed at seeded instants: what is lost, doubled, half, back or left over.

    python bench/kill_soak.py [--seed 1] [--kills 300] [--minutes 60] [--acts note,undo]

Every act in turn, on one archive, each ended by SIGKILL with all of its children, at an instant
of its usual length. After each kill another command of the wearer's, `process --once`, and an
oracle that looks at every moment, every hash and every file.
"""

import argparse
import os
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.kills.stage import Stage

NOTES = {
    "note": 1.0,
    "import": 1.6,
    "keep": 3.0,
    "hear": 3.0,
    "capture": 0.6,
    "press": 0.4,
    "hide": 0.5,
    "restore": 0.5,
    "forget": 0.6,
    "undo": 0.6,
    "redo": 0.6,
    "rebuild": 0.8,
    "check": 0.6,
    "process": 2.5,
    "run": 1.6,
}
"""Every act, and how long it takes in lengths of a note; of `capture`, from a press on."""


LONGER = 1.05
"""An act that was killed in time may take longer than was thought."""


@dataclass(frozen=True, slots=True)
class Killed:
    """One act that was killed: when, what it had confirmed by then, and what is wrong since."""

    act: str
    at_s: float
    in_time: bool
    confirmed: int
    problems: tuple[str, ...]


def main(argv: Sequence[str] | None = None) -> int:
    """Print a line for each kill, then counts by act; 1 where anything was wrong."""
    arguments = _arguments(argv)
    began_s = time.monotonic()
    found: list[Killed] = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = f"{folder}/state"
        acts = arguments.acts.split(",")
        for killed in soak(Path(folder), arguments.seed, arguments.kills, acts):
            found.append(killed)
            when = f"at {killed.at_s:5.2f} s" if killed.in_time else "at its end"
            told = " ".join(killed.problems) or "all well"
            print(
                f"{len(found):3} {killed.act:8} {when}, {killed.confirmed} confirmed: {told}",
                flush=True,
            )
            if time.monotonic() - began_s > arguments.minutes * 60:
                break
    took_s = time.monotonic() - began_s
    for act in acts:
        print(_in_figures(act, [each for each in found if each.act == act]))
    print(f"{_in_figures('in all', found)}; seed {arguments.seed}, {took_s:.0f} s")
    return int(any(each.problems for each in found))


def soak(
    folder: Path, seed: int, kills: int, acts: Sequence[str] = tuple(NOTES)
) -> Iterator[Killed]:
    """Kill so many acts at seeded instants, in `folder`; what each came to, as it happens."""
    chance = random.Random(seed)  # noqa: S311 - instants, no secrets
    stage = Stage(folder / "home", folder, chance)
    note_s = stage.note_s()
    usual_s = {act: NOTES[act] * note_s for act in acts}
    for act, share in plan(chance, kills, acts):
        at_s = share * usual_s[act]
        ended, problems = stage.kill(act, at_s)
        # The machine does other work, too: what an act takes is learned as it goes.
        usual_s[act] = usual_s[act] * LONGER if ended.in_time else ended.took_s
        yield Killed(act, at_s, ended.in_time, len(ended.lines), tuple(problems))


def plan(chance: random.Random, kills: int, acts: Sequence[str]) -> list[tuple[str, float]]:
    """Acts in turn, each with its instants spread over its whole length, in a random order."""
    turns = -(-kills // len(acts))
    shares = {act: [(turn + chance.random()) / turns for turn in range(turns)] for act in acts}
    for each in shares.values():
        chance.shuffle(each)
    planned = [(act, shares[act][turn]) for turn in range(turns) for act in acts]
    return planned[:kills]


def _in_figures(act: str, killed: Sequence[Killed]) -> str:
    in_time = sum(each.in_time for each in killed)
    bad = sum(bool(each.problems) for each in killed)
    return f"{act:8} {len(killed)} acts, {in_time} killed in time, {bad} with faults"


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1, help="of the instants")
    parser.add_argument("--kills", type=int, default=300, help="how many acts are killed")
    parser.add_argument("--minutes", type=float, default=600, help="after which it ends early")
    parser.add_argument("--acts", default=",".join(NOTES), help="which, by comma")
    return parser.parse_args(argv)


if __name__ == "__main__":
    raise SystemExit(main())
