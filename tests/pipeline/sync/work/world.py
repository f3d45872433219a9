"""A pendant that kept a moment without words, and a laptop that has its sound."""

import random
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from bench.sync.histories import ACTS
from bench.sync.installs import Install
from core.clock import SystemClock
from core.moment import Transcript
from pipeline.store.format import drafts
from pipeline.store.format.peer_drafts import Member
from pipeline.store.sqlite.own.work import SqliteWork
from pipeline.store.views.moment_fold import MomentRow
from pipeline.store.work_port import Job
from pipeline.sync.answering import Answers
from pipeline.sync.fakes import NeighbourRemote
from pipeline.sync.work.lending import Lending

Installs = Callable[..., Awaitable[list[Install]]]

WORDS = Transcript("what the laptop heard", (), "a larger model", -0.2)


async def kept(one: Install) -> MomentRow:
    """A moment with a sound and without words."""
    chance = random.Random(4)
    while True:
        before = {row.id for row in await one.archive.moments(hidden=True)}
        await ACTS["keep"][1](one, chance)
        (row,) = [e for e in await one.archive.moments(hidden=True) if e.id not in before]
        if row.words == "awaited":
            return row


class Machine:
    """An install with its part of what a service does, and what its worker is at."""

    def __init__(self, install: Install) -> None:
        self.install = install
        self.work = SqliteWork(install.archive)
        self.hears: list[str] = []
        self.lending = Lending(self.work, SystemClock(), self._hearing)

    async def _hearing(self) -> list[str]:
        return self.hears

    def answers(self, peer: Install) -> Answers:
        """As it speaks to that peer."""
        answers = self.install.answers(peer)
        answers.lending = self.lending
        return answers

    async def lends(self, job: Job, peer: Install, for_s: float = 60) -> float:
        """For how long it lends this to that peer."""
        return await self.answers(peer).lend(job, for_s, None)


class FakeRemote(NeighbourRemote):
    """A connection of its own, that can be closed."""

    is_closed = False

    async def close(self) -> None:
        self.is_closed = True


class OnePeer:
    """`taking.Peers` of an install that knows one other one."""

    def __init__(self, here: Machine, there: Machine) -> None:
        self._here, self._there = here, there
        self.is_met = True
        self.met_ms: int | None = None
        self.remotes: list[FakeRemote] = []

    async def members(self) -> Mapping[str, Member]:
        return (await self._here.install.copy.membership()).members

    def is_there(self, key: str) -> bool:
        return self.is_met and key == self._there.install.identity.key

    def last_met_ms(self, key: str) -> int | None:
        return self.met_ms if key == self._there.install.identity.key else None

    async def called(self, key: str) -> FakeRemote:
        assert self.is_there(key)
        answers = self._there.answers(self._here.install)
        self.remotes.append(FakeRemote(answers, key))
        return self.remotes[-1]

    def answers(self, key: str) -> Answers:
        assert self.is_there(key)
        return self._here.answers(self._there.install)


class FakeAble:
    """A machine whose worker does what it is woken for, if it is able."""

    def __init__(self, machine: Machine, *, heard: Transcript | None = WORDS) -> None:
        self.home: Path = machine.install.home
        self.is_able, self.heard = True, heard
        self.done: list[Job] = []
        self.meanwhile: Callable[[], Awaitable[object]] | None = None
        self._machine = machine

    def now_ms(self) -> int | None:
        return SystemClock().now_ms()

    async def is_so(self, *, at_work: bool = False, is_awaited: bool = False) -> bool:
        return self.is_able

    async def wake_worker(self) -> None:
        job = await self._machine.work.next_job()
        assert job is not None
        self.done.append(job)
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.heard is not None:
            words = drafts.moment_transcribed(job.moment, self.heard, revision=job.revision)
            await self._machine.install.archive.append(words)
        await self._machine.work.drop(job.moment)
