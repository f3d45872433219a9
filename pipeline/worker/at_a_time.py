"""Work on long letters, one at a time, beside everything else."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Self

from pipeline.spool.spool import Letter

Take = Callable[[Letter], Awaitable[None]]


class OneAtATime:
    """At most one letter in work. Whoever leaves stops it; its letter stays in the spool."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._task: asyncio.Task[None] | None = None

    def begin(self, letters: Iterable[Letter]) -> None:
        """Begin with the first of these, unless one is in work. Raises what the last one raised."""
        if self._task is not None and self._task.done():
            task, self._task = self._task, None
            task.result()
        first = next(iter(letters), None)
        if self._task is None and first is not None:
            self._task = asyncio.ensure_future(self._take(first))

    async def wait(self, woken: asyncio.Event, at_most_s: float) -> bool:
        """Wait until it is done, something new has come, or so long; False: none is in work."""
        if self._task is None:
            return False
        waking = asyncio.create_task(woken.wait())
        try:
            either = {self._task, waking}
            await asyncio.wait(either, timeout=at_most_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waking.cancel()
        return True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            # Whatever else went wrong with it is met again when its letter is taken again.
            await asyncio.gather(self._task, return_exceptions=True)
