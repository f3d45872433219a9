"""What must be true of an archive after a kill: nothing lost, doubled, half, back or left over."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pipeline.store.sound_files import sound_path
from pipeline.store.sqlite.archive import open_archive
from pipeline.store.views.moment_fold import MomentRow

_BELONGS_HERE = {
    "archive.db",
    "archive.db-wal",
    "archive.db-shm",
    "journal.json",
    "tombstones",
    "worker.lock",
    "heartbeat.json",
    "spool/capture.lock",
    "spool/heard-with",
}

State = Literal["visible", "hidden", "gone"]


@dataclass(slots=True)
class Promised:
    """What the archive owes: all that was ever confirmed, or seen in it."""

    keys: set[tuple[str, ...]] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    states: dict[str, State] = field(default_factory=dict)
    """Every moment that was ever seen, and how it stood when it was seen last."""
    forgotten: dict[str, str] = field(default_factory=dict)
    """By id, the words that went with it."""


@dataclass(slots=True)
class Change:
    """What one act may change: the moments that it turns, all or none, and how many it makes."""

    turns: dict[str, str] = field(default_factory=dict)
    """By id, their words."""
    to: State = "visible"
    is_confirmed: bool = False
    most_new: int = 0


def verify(home: Path, promised: Promised, change: Change) -> list[str]:
    """A sentence for all that is not as it must be; what was promised learns what is there."""
    rows, problems = asyncio.run(_looked_at(home))
    states: dict[str, State] = dict.fromkeys(promised.states, "gone")
    states |= {row.id: "hidden" if row.state == "hidden" else "visible" for row in rows}
    problems += [*_lost(rows, promised), *_doubled(rows), *_left_over(home, rows)]
    problems += [*_turned(states, promised, change), *_new(states, promised, change)]
    promised.forgotten |= {
        each: words for each, words in change.turns.items() if states[each] == "gone"
    }
    problems += _revived(home, promised)
    promised.states = states
    return problems


async def _looked_at(home: Path) -> tuple[list[MomentRow], list[str]]:
    async with open_archive(home) as archive:
        report = await archive.check()
        return await archive.moments(hidden=True), list(report.problems)


def _turned(states: dict[str, State], promised: Promised, change: Change) -> Iterator[str]:
    """Whatever was there stands as it stood; what an act turns is turned as one, or not at all."""
    for each, before in promised.states.items():
        if each not in change.turns and states[each] != before:
            yield f"{each} was {before} and is {states[each]}, by no act."
    turned = Counter(states[each] for each in change.turns)
    if len(turned) > 1:
        yield f"An act is done by half: {dict(turned)}."
    if change.is_confirmed and set(turned) - {change.to}:
        yield f"Confirmed as {change.to}, and not so: {dict(turned)}."


def _new(states: dict[str, State], promised: Promised, change: Change) -> Iterator[str]:
    new = states.keys() - promised.states.keys()
    if len(new) > change.most_new:
        yield f"There are {len(new)} new moments, and at most {change.most_new} were asked for."


def key(row: MomentRow) -> tuple[str, ...]:
    """What its owner would know it by."""
    if row.how == "typed":
        return row.how, row.text
    if row.how == "imported":
        return row.how, str(row.source), str(row.ref)
    return row.how, row.id if row.how == "press" else str(row.source)


def _lost(rows: list[MomentRow], promised: Promised) -> Iterator[str]:
    keys = promised.keys - set(map(key, rows))
    ids = promised.ids - {row.id for row in rows}
    for missing in (sorted(map(str, keys)), sorted(ids)):
        if missing:
            yield f"Confirmed and missing: {missing[0]}, the first of {len(missing)}."
    promised.keys -= keys  # told once
    promised.ids -= ids
    for row in rows:
        if row.words in {"awaited", "failed"}:
            yield f"The words of {row.id} are {row.words}."


def _doubled(rows: list[MomentRow]) -> Iterator[str]:
    for each, count in Counter(map(key, rows)).items():
        if count > 1:
            yield f"There {count} times: {each}."


def _revived(home: Path, promised: Promised) -> Iterator[str]:
    for path in _files(home):
        content = path.read_bytes()
        for moment, words in promised.forgotten.items():
            if words.encode() in content:
                yield f"The words of the forgotten {moment} are in {path.name}."


def _left_over(home: Path, rows: list[MomentRow]) -> Iterator[str]:
    named = {sound_path(home, row.sound) for row in rows if row.sound}
    for path in _files(home):
        name = path.relative_to(home).as_posix()
        if path not in named and name not in _BELONGS_HERE:
            yield f"A stray file: {name}."


def _files(home: Path) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file()]
