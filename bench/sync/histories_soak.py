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
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import UserError
from core.machine import machine_name
from pipeline.store.sound_files import sound_files
from pipeline.sync.http.errors import PeerGone

from .histories import act, told, without
from .installs import Install, install
from .liar import lie
from .processes import Service, knows, services

_PATIENCE_S = 300.0
"""Until processes have come to the same, on a machine that does other work, too."""

_LAST_ROUNDS = 4
"""Of meetings of all pairs, over good ways: three would do for five in a row."""


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
    async with contextlib.AsyncExitStack() as stack:
        all_ = [
            await stack.enter_async_context(install(folder, number, chance))
            for number in range(installs)
        ]
        await _introduce(all_, chance)
        for _ in range(steps):
            if chance.random() < 0.2:
                await _meet_badly(all_, chance, outcome)
            else:
                outcome.acts[await act(chance.choice(all_), chance)] += 1
        await _come_together(all_, outcome)
        await _compare(all_, outcome)
    return outcome


async def run_processes(seed: int, folder: Path, installs: int, steps: int) -> Outcome:
    """The same with processes, over sockets; with a peer that lies, too."""
    chance = random.Random(seed)
    outcome = Outcome(seed)
    async with contextlib.AsyncExitStack() as stack:
        machine = machine_name()
        all_ = [
            await stack.enter_async_context(install(folder, number, chance, machine=machine))
            for number in range(installs + 1)
        ]
        *honest, liar = all_
        await _introduce(honest, chance)
        for each in honest:
            await each.adds(liar, "archive")
        share = chance.choice((0.0, 0.01, 0.05))
        running, lines = await stack.enter_async_context(services(honest, chance, share))
        for service in running:
            service.start()
        for _ in range(steps):
            if chance.random() < 0.2:
                await _disturb(running, chance)
            else:
                outcome.acts[await act(chance.choice(honest), chance)] += 1
        told = chance.choice(running)
        told.start()
        await _come_together_alone(running, outcome)
        outcome.wrong += await lie(liar, told.install, told.port)
        await _come_together_alone(running, outcome)
        for service in running:
            service.must_run()
            service.kill()
            if b"Traceback" in service.log.read_bytes():
                outcome.wrong.append(f"{service.install.number}: a traceback in its log")
        outcome.cut = sum(line.cuts for line in lines)
        outcome.kills = sum(service.kills for service in running) - len(running)
        await _compare(honest, outcome)
    return outcome


async def _disturb(running: list[Service], chance: random.Random) -> None:
    service = chance.choice(running)
    if chance.random() < 0.4:
        service.kill()
    else:
        service.start()
    await asyncio.sleep(chance.choice((0, 0.3, 1.5)))


async def _come_together_alone(running: list[Service], outcome: Outcome) -> None:
    """Over good ways, with nobody to tell them to meet."""
    for one in running:
        for other in running:
            if one is not other:
                knows(one, other, other.port)
        one.kill()
        one.start()
    ends_s = time.monotonic() + _PATIENCE_S
    while not await _are_the_same([each.install for each in running]):
        for each in running:
            each.must_run()
        if time.monotonic() > ends_s:
            outcome.wrong.append("they did not come to the same by themselves")
            return
        await asyncio.sleep(0.2)


async def _are_the_same(all_: list[Install]) -> bool:
    for one in all_:
        for waiting in await one.copy.waiting_forgets():
            await one.copy.agree(waiting.origin)
    heads = [await one.copy.heads() for one in all_]
    to_come = [await _to_come(one) for one in all_]
    return all(each == heads[0] for each in heads) and not set().union(*to_come)


async def _to_come(one: Install) -> set[str]:
    """What somebody still has to bring; nobody has what was forgotten before they met.

    Where it was forgotten for there alone, it stays wanted here.
    """
    forgotten = "(SELECT subject FROM event WHERE kind = 'moment_forgotten')"
    query = (
        "SELECT id FROM wanted_belonging JOIN event USING (origin, seq) "  # noqa: S608 - our own
        f"WHERE subject NOT IN {forgotten} UNION ALL SELECT sha256 FROM wanted_sound "
        "WHERE NOT EXISTS (SELECT 1 FROM belonging WHERE kind = 'sound' "
        f"AND subject IN {forgotten} AND instr(CAST(content AS TEXT), sha256))"
    )
    return {row[0] for row in await one.archive.connection.execute_fetchall(query)}


async def _introduce(all_: list[Install], chance: random.Random) -> None:
    """In a row, each knows the next; some know all."""
    for one, other in itertools.pairwise(all_):
        await one.adds(other)
        await other.adds(one)
    if len(all_) > 2 and chance.random() < 0.5:
        await all_[0].adds(all_[-1])
        await all_[-1].adds(all_[0])


async def _meet_badly(all_: list[Install], chance: random.Random, outcome: Outcome) -> None:
    """One pair, or two at once."""
    way = BadWay(chance, chance.choice((0.0, 0.05, 0.3)))
    pairs = [chance.sample(all_, 2) for _ in range(chance.choice((1, 2)))]
    outcome.meetings += len(pairs)
    results = await asyncio.gather(
        *(one.meets(other, way) for one, other in pairs), return_exceptions=True
    )
    for result in results:
        if isinstance(result, UserError):
            outcome.cut += 1
        elif isinstance(result, BaseException):
            raise result


async def _come_together(all_: list[Install], outcome: Outcome) -> None:
    for turn in range(_LAST_ROUNDS):
        for one in all_:
            for other in all_:
                if one is not other and other.identity.key in (await one.copy.membership()).members:
                    met = await one.meets(other)
                    if turn == _LAST_ROUNDS - 1:
                        outcome.wrong += [f"refused: {each}" for each in met.refused]
        for one in all_:
            for waiting in await one.copy.waiting_forgets():
                await one.copy.agree(waiting.origin)


async def _compare(all_: list[Install], outcome: Outcome) -> None:
    gone_here = {subject for one in all_ for subject in await _forgotten_here(one)}
    voices = {each.subject for one in all_ for each in await one.archive.enrolments()}
    apart = gone_here | voices
    wanted = told(without(await all_[0].views(), apart))
    for one in all_:
        outcome.wrong += [f"{one.number}: {each}" for each in (await one.archive.check()).problems]
        if await _to_come(one):
            outcome.wrong.append(f"{one.number}: sound is still to come")
        if told(without(await one.views(), apart)) != wanted:
            outcome.wrong.append(f"the views of {one.number} are others than those of 0")
        before = told(await one.views())
        await one.archive.rebuild()
        if told(await one.views()) != before:
            outcome.wrong.append(f"{one.number}: rebuilding changes its views")
    outcome.wrong += [
        f"nobody has the sound {each} any more" for each in await _gone(all_, gone_here)
    ]
    outcome.events = len(await all_[0].archive.latest_events(1 << 20))


async def _gone(all_: list[Install], gone_here: set[str]) -> set[str]:
    """Sounds of moments that are nowhere: they leave, and never the last one.

    What was forgotten for one copy alone may have been in that one alone.
    """
    there = {sha256 for one in all_ for sha256 in sound_files(one.home)}
    rows = [row for one in all_ for row in await one.archive.moments(hidden=True)]
    return {row.sound for row in rows if row.sound and row.id not in gone_here} - there


async def _forgotten_here(one: Install) -> list[str]:
    events = await one.archive.latest_events(1 << 20, kind="moment_forgotten")
    return [each.subject for each in events if each.payload.get("here")]


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
            outcome = asyncio.run(way(seed, Path(folder), installs, asked.steps))
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
