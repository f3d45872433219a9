"""Acts of real processes, ended by SIGKILL at any instant, and what must be true afterwards.

`soak` does one act after the other on one archive. Each is killed, with all of its
children, somewhere between its start and its usual end; then the worker finishes
what was begun, and `verify` looks for anything lost, doubled, half or left over.
"""

import asyncio
import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from pipeline import media
from pipeline.store.sound_files import sound_path
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.store.views.moment_fold import MomentRow
from tests.journeys.command import COMMAND, PILL_BOX, afterthought
from tests.wav import write_wav

ACTS = ("keep", "note", "import", "hide", "forget")
IMPORTED_LINES = 300
"""More than one letter of the spool, and more than one transaction of each."""

_BELONGS_HERE = {
    "archive.db",
    "archive.db-wal",
    "archive.db-shm",
    "journal.json",
    "tombstones",
    "worker.lock",
}


@dataclass(frozen=True, slots=True)
class Killed:
    """One act that was killed: when, what it had confirmed by then, and what is wrong since."""

    act: str
    at_s: float
    usual_s: float
    ended_first: bool
    confirmed: int
    problems: tuple[str, ...]


@dataclass(slots=True)
class Promised:
    """What the archive owes: all that was ever confirmed or seen in it."""

    keys: set[tuple[str, ...]] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    forgotten: dict[str, str] = field(default_factory=dict)
    """By id, the words that went with it."""
    at_stake: dict[str, str] = field(default_factory=dict)
    """By id, the words of what was to be forgotten when the kill came: there or wholly gone."""


@dataclass(frozen=True, slots=True)
class _Act:
    """A command to be killed, and how its printed lines become what was promised."""

    name: str
    arguments: list[str]
    confirm: Callable[[dict[str, Any]], None]


def soak(home: Path, scratch: Path, *, seed: int, kills: int) -> Iterator[Killed]:
    """Kill `kills` acts at seeded instants; what each came to, as it happens."""
    chance = random.Random(seed)
    stage = _Stage(home, scratch, chance)
    usual_s = {act: stage.usual_s(act) for act in ACTS}
    for act, share in plan(chance, kills):
        yield stage.kill(act, usual_s[act], share * usual_s[act])


def plan(chance: random.Random, kills: int) -> list[tuple[str, float]]:
    """Acts in turn, each with its instants spread over its whole length, in a random order."""
    turns = -(-kills // len(ACTS))
    shares = {act: [(turn + chance.random()) / turns for turn in range(turns)] for act in ACTS}
    for each in shares.values():
        chance.shuffle(each)
    planned = [(act, shares[act][turn]) for turn in range(turns) for act in ACTS]
    return planned[:kills]


class _Stage:
    """One archive, and the acts that are done to it."""

    def __init__(self, home: Path, scratch: Path, chance: random.Random) -> None:
        self.home = home
        self.promised = Promised()
        self._scratch = scratch
        self._chance = chance
        self._number = 0
        self._voice = np.concatenate(list(media.decode(PILL_BOX)))

    def usual_s(self, name: str) -> float:
        """How long an act takes when nobody kills it."""
        act = self._act(name)
        began = time.monotonic()
        ran = afterthought("--home", self.home, "--json", *act.arguments)
        took_s = time.monotonic() - began
        assert ran.status == 0, ran.err
        for line in ran.lines:
            act.confirm(line)
        assert not verify(self.home, self.promised)
        return took_s

    def kill(self, name: str, usual_s: float, at_s: float) -> Killed:
        """Do an act, kill it at that time, start again, and look."""
        act = self._act(name)
        lines, ended_first = _killed(self.home, act.arguments, self._scratch, at_s)
        for line in lines:
            act.confirm(line)
        problems = [*_again(self.home, "process", "--once")]
        problems += verify(self.home, self.promised)
        if name == "import":  # whoever sees no end of it imports again: nothing comes twice
            problems += [*_again(self.home, *act.arguments)]
            problems += _doubled(asyncio.run(_rows(self.home)))
        return Killed(name, at_s, usual_s, ended_first, len(lines), tuple(problems))

    def _act(self, name: str) -> _Act:
        self._number += 1
        if name == "keep":
            return self._keep(self._scratch / f"voice-{self._number}.wav")
        if name == "note":
            return self._note(f"noteword{self._number} about the siren")
        if name == "import":
            return self._import(self._scratch / f"lines-{self._number}.jsonl")
        return self._of_one_moment(name)

    def _keep(self, path: Path) -> _Act:
        noise = self._number * 100 + np.arange(self._voice.size) % 7  # no two sound alike
        write_wav(path, np.clip(self._voice + noise % 97, -32768, 32767).astype(np.int16))
        return _Act(
            "keep", ["keep", str(path)], lambda _: self.promised.keys.add(("file", path.name))
        )

    def _note(self, text: str) -> _Act:
        return _Act("note", ["note", text], lambda _: self.promised.keys.add(("typed", text)))

    def _import(self, path: Path) -> _Act:
        lines = ({"text": f"line {n} of {path.name}", "ref": str(n)} for n in range(IMPORTED_LINES))
        path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")

        def confirm(line: dict[str, Any]) -> None:
            self.promised.keys.add(("imported", path.name, line["ref"]))

        return _Act("import", ["import", str(path)], confirm)

    def _of_one_moment(self, name: str) -> _Act:
        """Hide or forget a moment of its own, whose words are nowhere else."""
        words = f"victimword{self._number}x"
        made = afterthought("--home", self.home, "--json", "note", words)
        target = str(made.value["id"])
        if name == "hide":
            self.promised.keys.add(("typed", words))
            return _Act(name, ["hide", target], lambda _: self.promised.hidden.add(target))
        self.promised.at_stake[target] = words

        def confirm(_: dict[str, Any]) -> None:
            self.promised.forgotten[target] = words

        return _Act(name, ["forget", target, "--yes"], confirm)


def verify(home: Path, promised: Promised) -> list[str]:
    """A sentence for all that is not as it must be; what was promised learns what is there."""
    rows = asyncio.run(_rows(home))
    there = {row.id for row in rows}
    gone = {each: words for each, words in promised.at_stake.items() if each not in there}
    promised.forgotten |= gone
    problems = [*_again(home, "check"), *_lost(rows, promised), *_doubled(rows)]
    problems += [*_revived(home, rows, promised), *_left_over(home, rows)]
    promised.ids |= there - promised.forgotten.keys()
    promised.at_stake.clear()
    return problems


async def _rows(home: Path) -> list[MomentRow]:
    async with open_archive_to_read(home) as archive:
        return await archive.moments(hidden=True)


def _killed(
    home: Path, arguments: list[str], scratch: Path, at_s: float
) -> tuple[list[dict[str, Any]], bool]:
    """The whole lines that were printed before the kill, and whether the end came first."""
    printed = scratch / "printed"
    with printed.open("wb") as out, (scratch / "said").open("wb") as err:
        began = time.monotonic()
        process = subprocess.Popen(  # its own session: the models' child dies with it
            [*COMMAND, "--home", str(home), "--json", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        try:
            process.wait(max(0.0, at_s - (time.monotonic() - began)))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        ended_first = process.wait() != -signal.SIGKILL
    whole = printed.read_text("utf-8").split("\n")[:-1]
    return [json.loads(line) for line in whole], ended_first


def _again(home: Path, *arguments: str) -> Iterator[str]:
    ran = afterthought("--home", home, *arguments)
    if ran.status != 0:
        yield f"{arguments[0]} ended with {ran.status}: {ran.out.strip()} {ran.err.strip()}"


def _key(row: MomentRow) -> tuple[str, ...]:
    """What its owner would know it by."""
    if row.how == "typed":
        return row.how, row.text
    if row.how == "imported":
        return row.how, str(row.source), str(row.ref)
    return row.how, str(row.source)


def _lost(rows: list[MomentRow], promised: Promised) -> Iterator[str]:
    keys, ids = set(map(_key, rows)), {row.id for row in rows}
    yield from (f"Confirmed and missing: {key}." for key in sorted(promised.keys - keys))
    gone = promised.ids - ids - promised.forgotten.keys()
    yield from (f"It was there before, and is missing: {each}." for each in sorted(gone))
    for row in rows:
        if row.words == "awaited":
            yield f"The words of {row.id} are still awaited."
        if row.id in promised.hidden and row.state != "hidden":
            yield f"Confirmed as hidden, and seen: {row.id}."


def _doubled(rows: list[MomentRow]) -> Iterator[str]:
    for key, count in Counter(map(_key, rows)).items():
        if count > 1:
            yield f"There {count} times: {key}."


def _revived(home: Path, rows: list[MomentRow], promised: Promised) -> Iterator[str]:
    for row in rows:
        if row.id in promised.forgotten:
            yield f"Forgotten, and there again: {row.id}."
    for path in _files(home):
        content = path.read_bytes()
        for moment, words in promised.forgotten.items():
            if words.encode() in content:
                yield f"The words of the forgotten {moment} are in {path.name}."


def _left_over(home: Path, rows: list[MomentRow]) -> Iterator[str]:
    named = {sound_path(home, row.sound) for row in rows if row.sound}
    for path in _files(home):
        if path not in named and not (path.parent == home and path.name in _BELONGS_HERE):
            yield f"A stray file: {path.relative_to(home)}."


def _files(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file()]
