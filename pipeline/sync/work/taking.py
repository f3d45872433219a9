"""Takes work of peers: words of their moments, one after the other, while idle.

The worker of this install does it; it learns of it by the store. What this install may do follows
docs/sync-protocol.md.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping

from core.errors import UserError
from pipeline.store.format.peer_drafts import Member
from pipeline.store.sound_files import sound_path
from pipeline.store.work_port import Job, Wordless, Work
from pipeline.sync.meeting import meet

from .ports import Able, Gains, Peers

LEASE_S = 120
RENEW_S = 40.0
"""Well before a lease ends, also where the machine is busy."""

NOT_NOW_S = 20.0
"""How long work is left alone that a peer did not lend: its own worker may be at it."""

LONG_GONE_MS = 7 * 24 * 3600 * 1000
"""Who was not met for so long may be gone for good: its moments are not left without words."""

_LOOKS_EVERY_S = 1.0
_BETTER_EVERY_S = 5.0
_DONE_EVERY_S = 0.2
_LOOKED_AT = 64

Renew = Callable[[], Awaitable[bool]]


class Taking:
    """Looks for work of others that can be done here, and has it done."""

    def __init__(self, peers: Peers, work: Work, able: Able, better: Gains | None) -> None:
        self._peers, self._work, self._able, self._better = peers, work, able, better
        self._not_before_s: dict[str, float] = {}
        self._tried: set[tuple[str, int]] = set()
        self._better_from_s = 0.0

    async def keep_taking(self) -> None:
        """Never returns."""
        while True:
            if not await self.step():
                await asyncio.sleep(_LOOKS_EVERY_S)

    async def step(self) -> bool:
        """Have the next thing done that there is; False where there is nothing for now."""
        found = await self._next()
        if found is None:
            return await self._step_better()
        if not await self._able.is_so(is_awaited=True):
            return False
        job, key = found
        self._not_before_s[job.moment] = time.monotonic() + NOT_NOW_S
        if key is None:
            await self._do(job, None)
        elif not await self._do_by_lease(job, key):
            return False
        self._tried.add((job.moment, job.revision))
        return True

    async def _step_better(self) -> bool:
        """The same with what has words, where there are no others without."""
        if self._better is None or time.monotonic() < self._better_from_s:
            return False
        self._better_from_s = time.monotonic() + _BETTER_EVERY_S
        gain = await self._better.next() if await self._able.is_so() else None
        if gain is None:
            return False
        key = await self._work.key_of(gain.origin)
        is_there = key is not None and self._peers.is_there(key)
        if key is None or not is_there or not await self._do_by_lease(gain.job, key):
            self._better.put_back(gain)
            return False
        self._better_from_s = 0.0
        return True

    async def _next(self) -> tuple[Job, str | None] | None:
        """What is to be done, and by whose lease; by nobody's where its install is gone."""
        members: Mapping[str, Member] | None = None
        for each in await self._work.wordless(_LOOKED_AT):
            if not self._is_due(each):
                continue
            members = members or await self._peers.members()
            job = Job(each.moment, each.revision, "words")
            if each.key not in members or self._is_long_gone(each.key):
                return job, None
            if self._peers.is_there(each.key):
                return job, each.key
        return None

    def _is_due(self, each: Wordless) -> bool:
        """Not tried before, and with its sound here, which was verified as it came."""
        is_rested = self._not_before_s.get(each.moment, 0.0) <= time.monotonic()
        is_new = (each.moment, each.revision) not in self._tried
        return is_new and is_rested and sound_path(self._able.home, each.sound).is_file()

    def _is_long_gone(self, key: str) -> bool:
        met_ms, now_ms = self._peers.last_met_ms(key), self._able.now_ms()
        return met_ms is not None and now_ms is not None and now_ms - met_ms > LONG_GONE_MS

    async def _do_by_lease(self, job: Job, key: str) -> bool:
        """False where it was not lent, or the connection is gone."""
        with contextlib.suppress(UserError):
            remote = await self._peers.called(key)
            try:

                async def renew() -> bool:
                    return await remote.lease(job, LEASE_S) > 0

                if not await renew():
                    return False
                await self._do(job, renew)
                # Over this connection, so that it is there before the lease ends with it.
                await meet(self._peers.answers(key), remote, _leaves_sound)
                return True
            finally:
                await self._work.drop(job.moment)
                await remote.close()
        return False

    async def _do(self, job: Job, renew: Renew | None) -> None:
        """Have the worker do it; leave it where nobody works, or it is lent no more."""
        await self._work.take_on(job)
        await self._able.wake_worker()
        due_s = time.monotonic() + RENEW_S
        while await self._work.is_taken_on(job.moment):
            await asyncio.sleep(_DONE_EVERY_S)
            if time.monotonic() < due_s:
                continue
            due_s = time.monotonic() + RENEW_S
            is_lent = renew is None or await renew()
            if not (is_lent and await self._able.is_so(at_work=True, is_awaited=True)):
                await self._work.drop(job.moment)


def _leaves_sound() -> bool:
    """To the meetings that go on beside this one."""
    return True
