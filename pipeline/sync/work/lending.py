"""Leases of work on this install's moments, as the sync service grants and ends them.

Each is timed by this machine's own clock and ends with the connection that it was asked over. The
worker reads in the store what is lent, and leaves it alone meanwhile.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path

from core.clock import Clock
from core.sockets import socket_client
from core.sockets.socket_client import Declined, NobodyThere, Told
from pipeline.store.work_port import Job, Work

LONGEST_S = 300.0
"""What is asked for a longer time is lent for this long; it may be asked for again meanwhile."""

_ANSWERS_WITHIN_S = 2.0

Hearing = Callable[[], Awaitable[Collection[str]]]
"""The moments that this install's own worker is hearing now, and is to finish."""


class Lending:
    """Grants leases. Belongs to one event loop."""

    def __init__(self, work: Work, clock: Clock, hearing: Hearing) -> None:
        self._work, self._clock, self._hearing = work, clock, hearing
        self._by: dict[asyncio.Future[None], set[str]] = {}
        self._ending: set[asyncio.Task[None]] = set()

    async def lend(
        self, job: Job, for_s: float, peer: str, ended: asyncio.Future[None] | None
    ) -> float:
        """For how many seconds the peer with this key has it; 0 where it has not.

        `ended` is done once the connection is over, by which it was asked.
        """
        if ended is not None:
            self._end_with(ended, peer)
        if for_s <= 0:
            await self._work.end_leases(peer, [job.moment])
            return 0
        if job.moment in await self._hearing():
            return 0
        for_s = min(for_s, LONGEST_S)
        if not await self._work.lend(job, peer, for_s, self._clock.recorded_now()):
            return 0
        if ended is not None:
            self._by[ended].add(job.moment)
        return for_s

    def is_about_work(self, ended: asyncio.Future[None] | None) -> bool:
        """True for a connection by which work was asked for: it is no call to a meeting."""
        return ended in self._by

    def _end_with(self, ended: asyncio.Future[None], peer: str) -> None:
        if ended not in self._by:
            self._by[ended] = set()
            ended.add_done_callback(lambda over: self._is_over(over, peer))

    def _is_over(self, ended: asyncio.Future[None], peer: str) -> None:
        moments = self._by.pop(ended, set())
        if not moments:
            return
        task = asyncio.get_running_loop().create_task(self._work.end_leases(peer, moments))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def aclose(self) -> None:
        """Wait for what is being ended."""
        await asyncio.gather(*self._ending, return_exceptions=True)


async def worker_status(socket: Path) -> Told | None:
    """How the worker at this socket stands; None where there is none."""
    return await ask_worker(socket, {"do": "status"})


async def ask_worker(socket: Path, request: Told) -> Told | None:
    """What it answers; None where there is none, or none that answers in time."""
    with contextlib.suppress(Declined, NobodyThere, TimeoutError):
        async with asyncio.timeout(_ANSWERS_WITHIN_S):
            return await socket_client.ask_and_wait(socket, request)
    return None
