"""Whether copies with random histories, which meet over bad ways, all come to the same.

`python -m bench.sync.histories_soak [--runs 500] [--most 5] [--seed 0] [--processes]` prints each
run that did not, with its seed, and ends with status 1 where there was one. It is quick where
TMPDIR is in RAM. With `--processes` each copy has its own process of `sync`, which is killed at
random; they meet over sockets, one of those who call is a peer that breaks every rule.
"""

import argparse
import asyncio
import contextlib
import itertools
import random
import re
import secrets
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from core.errors import UserError
from core.machine import machine_name
from pipeline.store.format.peer_drafts import Membership
from pipeline.sync.http.errors import PeerGone

from .comparing import are_the_same, believed, compare, full_members, readers
from .copies import Copies, happen
from .histories import act
from .installs import Install
from .liar import lie
from .processes import Service, knows, services

_PATIENCE_S = 300.0
"""Until processes have come to the same, on a machine that does other work, too."""

_LAST_ROUNDS = 8
"""Of meetings of all pairs, over good ways: three would do for five in a row, without forks."""

_MEETS_SHARE = 0.2
_HAPPENS_SHARE = 0.1
"""Of the steps: where copies meet, and what happens to a copy as a whole."""


@dataclass(slots=True)
class Outcome:
    """One run: what was done, what was refused, and what is wrong in the end."""

    seed: int
    acts: Counter[str] = field(default_factory=Counter)
    meetings: int = 0
    cut: int = 0
    kills: int = 0
    events: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(slots=True)
class BadWay:
    """A way on which requests are lost, delayed and doubled, by chance."""

    chance: random.Random
    share: float

    async def __call__(self, request: str) -> int:
        if self.chance.random() < self.share:
            raise PeerGone("The way was cut.", advice=f"At {request}.")
        await asyncio.sleep(0)
        return 2 if self.chance.random() < self.share else 1


async def run(seed: int, folder: Path, installs: int, steps: int) -> Outcome:
    """One history on so many copies, and whether they are one archive in the end."""
    chance = random.Random(seed)
    outcome = Outcome(seed)
    with _ids_by(random.Random(seed)):
        await _run(outcome, Copies(folder, chance), installs, steps)
    return outcome


async def _run(outcome: Outcome, made: Copies, installs: int, steps: int) -> None:
    async with made as copies:
        chance = made.chance
        for _ in range(installs):
            await copies.begin()
        await _introduce(copies.all_, chance)
        for _ in range(steps):
            if not await _did_something(copies, outcome):
                await _meet_badly(copies.all_, chance, outcome)
        await _come_together(copies, outcome)
        outcome.wrong += await compare(copies)
        outcome.events = len(await copies.all_[0].archive.latest_events(1 << 20))


@contextlib.contextmanager
def _ids_by(chance: random.Random) -> Iterator[None]:
    """Ids, salts and keys by the seed, too: which hash is the lower one decides about forks."""
    made = mock.patch.multiple(
        secrets,
        token_bytes=chance.randbytes,
        token_hex=lambda size: chance.randbytes(size).hex(),
    )
    with made:
        yield


async def run_processes(seed: int, folder: Path, installs: int, steps: int) -> Outcome:
    """The same with processes, over sockets; with a peer that lies, too."""
    chance = random.Random(seed)
    outcome = Outcome(seed)
    async with Copies(folder, chance, machine_name(), clones=False) as copies:
        for _ in range(installs):
            await copies.begin()
        liar = await copies.stranger()
        await _introduce(copies.all_, chance)
        for each in copies.all_:
            await each.adds(liar, "archive")
        share = chance.choice((0.0, 0.01, 0.05))
        async with services(copies, chance, share) as (running, lines):
            for service in running:
                service.start()
            for _ in range(steps):
                if not await _did_something(copies, outcome):
                    await _disturb(running, chance)
            await _come_together_alone(copies, running, outcome)
            told = running[0]
            await told.answers()
            outcome.wrong += await lie(liar, told.install, told.port)
            await _come_together_alone(copies, running, outcome)
            for service in running:
                service.must_run()
                service.kill()
                if b"Traceback" in service.log.read_bytes():
                    outcome.wrong.append(f"{service.install.number}: a traceback in its log")
            outcome.cut = sum(line.cuts for line in lines)
            outcome.kills = sum(service.kills for service in running) - len(running)
            outcome.wrong += await compare(copies)
            outcome.events = len(await copies.all_[0].archive.latest_events(1 << 20))
    return outcome


async def _did_something(copies: Copies, outcome: Outcome) -> bool:
    """Do something at random at a copy, or to it; False where they are to meet instead."""
    what = copies.chance.random()
    if what < _MEETS_SHARE:
        return False
    if what < _MEETS_SHARE + _HAPPENS_SHARE:
        outcome.acts[await happen(copies)] += 1
        return True
    one = copies.chance.choice(copies.all_)
    outcome.acts[await act(one, copies.chance)] += 1
    await copies.note_kept(one)
    return True


async def _disturb(running: list[Service], chance: random.Random) -> None:
    service = chance.choice(running)
    if chance.random() < 0.4:
        service.kill()
    else:
        service.start()
    await asyncio.sleep(chance.choice((0, 0.3, 1.5)))


async def _come_together_alone(copies: Copies, running: list[Service], outcome: Outcome) -> None:
    """Over good ways, with nobody to tell them to meet."""
    for one in running:
        for other in running:
            if one is not other:
                knows(one, other, other.port)
        one.kill()
        one.start()
    ends_s = time.monotonic() + _PATIENCE_S
    while not await _are_settled(copies):
        for each in running:
            each.must_run()
        if time.monotonic() > ends_s:
            outcome.wrong.append("they did not come to the same by themselves")
            return
        await asyncio.sleep(0.2)


async def _are_settled(copies: Copies) -> bool:
    await _agree(copies)
    await _know_again(copies)
    return await are_the_same(copies)


async def _agree(copies: Copies) -> None:
    for one in copies.all_:
        for waiting in await one.copy.waiting_forgets():
            await one.copy.agree(waiting.origin)


async def _introduce(all_: list[Install], chance: random.Random) -> None:
    """In a row, each knows the next; some know all."""
    for one, other in itertools.pairwise(all_):
        await one.adds(other)
        await other.adds(one)
    if len(all_) > 2 and chance.random() < 0.5:
        await all_[0].adds(all_[-1])
        await all_[-1].adds(all_[0])


async def _know_again(copies: Copies) -> None:
    """Who belongs to the archive, and does not know it, is introduced again, as wearers would."""
    first = copies.all_[0]
    members = (await first.copy.membership()).members
    others = [*await full_members(copies), *await readers(copies)]
    for each in others:
        if each.identity.key != first.identity.key and not await each.knows(first):
            await each.adds(first)
    for clone in [each for each in others[1:] if each.identity.key == first.identity.key]:
        for each in others:
            if each.identity.key in members and not await clone.knows(each):
                await clone.adds(each, members[each.identity.key].role)


async def _meet_badly(all_: list[Install], chance: random.Random, outcome: Outcome) -> None:
    """One pair, or two at once."""
    share = chance.choice((0.0, 0.05, 0.3))
    pairs = [chance.sample(all_, 2) for _ in range(chance.choice((1, 2)))]
    open_ = [(one, other) for one, other in pairs if await _may_meet(one, other)]
    outcome.meetings += len(open_)
    results = await asyncio.gather(
        *(one.meets(other, _bad_way(chance, share)) for one, other in open_), return_exceptions=True
    )
    for result in results:
        if isinstance(result, UserError):
            outcome.cut += 1
        elif isinstance(result, BaseException):
            raise result


def _bad_way(chance: random.Random, share: float) -> BadWay:
    """With chances of its own: which of two meetings goes on first must not decide the history."""
    return BadWay(random.Random(chance.random()), share)


async def _may_meet(one: Install, other: Install) -> bool:
    return await one.knows(other) and await other.knows(one)


async def _come_together(copies: Copies, outcome: Outcome) -> None:
    """Rounds of meetings of all pairs, over good ways, until nothing is new any more."""
    for _ in range(_LAST_ROUNDS):
        await _know_again(copies)
        refused: list[str] = []
        for one in copies.all_:
            for other in copies.all_:
                if one is not other and await _may_meet(one, other):
                    met = await one.meets(other)
                    refused += [f"{one.number} and {other.number}: {each}" for each in met.refused]
        await _agree(copies)
        if not refused and await are_the_same(copies):
            return
    known = await believed(copies)
    limited = {each.number for each in copies.all_ if _is_limited(known, each)}
    outcome.wrong += [
        f"refused: {each}"
        for each in refused
        if not limited & {int(each[0]), int(each[6])} and not _is_of_a_stranger(known, each)
    ]


def _is_limited(known: Membership, one: Install) -> bool:
    """True where others refuse what it brings: its own, or that of whom it alone knows."""
    member = known.members.get(one.identity.key)
    return member is None or member.role != "full"


def _is_of_a_stranger(known: Membership, sentence: str) -> bool:
    """True where it says so, of a key that one copy knows by itself alone."""
    named = re.search("is signed by ([0-9a-f]{16}), which is no peer", sentence)
    return named is not None and not any(key.startswith(named[1]) for key in known.members)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=500, help="how many histories")
    parser.add_argument("--most", type=int, default=5, help="copies at most; two at least")
    parser.add_argument("--steps", type=int, default=80, help="acts and meetings of each history")
    parser.add_argument("--seed", type=int, default=0, help="of the first; the others count on")
    parser.add_argument("--processes", action="store_true", help="a process for each copy")
    asked = parser.parse_args(arguments)
    way = run_processes if asked.processes else run
    began, total = time.monotonic(), Counter[str]()
    wrong = meetings = cut = events = kills = 0
    for seed in range(asked.seed, asked.seed + asked.runs):
        with tempfile.TemporaryDirectory() as folder:
            installs = 2 + seed % (asked.most - 1)
            try:
                outcome = asyncio.run(way(seed, Path(folder), installs, asked.steps))
            except Exception:
                print(f"seed {seed}, {installs} copies:", flush=True)
                raise
        total += outcome.acts
        meetings, cut = meetings + outcome.meetings, cut + outcome.cut
        events, kills = events + outcome.events, kills + outcome.kills
        for sentence in outcome.wrong:
            print(f"seed {seed}, {installs} copies: {sentence}", flush=True)
        wrong += bool(outcome.wrong)
    took_s = time.monotonic() - began
    met = f"{kills} processes killed" if asked.processes else f"{meetings} meetings"
    print(f"{asked.runs} histories, {wrong} of them wrong: {events} events, {sum(total.values())} "
          f"acts, {met}, {cut} cuts; {took_s:.0f} s")  # fmt: skip
    print(", ".join(f"{name} {number}" for name, number in total.most_common()))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
