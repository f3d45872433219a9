"""Long letters, one at a time, beside everything else; and short clips, some at a time.

So the models find several short ones that they can hear together.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Self

from pipeline.spool.order import Turn
from pipeline.spool.spool import Letter

MOST = 16
"""While the models hear some of these, others are read, and their sound is encoded; and the models
choose of them those that are equally long, which cost least together."""

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

    @property
    def tasks(self) -> Collection[asyncio.Task[None]]:
        return [] if self._task is None else [self._task]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            # Whatever else went wrong with it is met again when its letter is taken again.
            await asyncio.gather(self._task, return_exceptions=True)


class SomeAtATime:
    """At most so many letters in work, of a moment one. Whoever leaves stops them.

    Their letters then stay in the spool.
    """

    def __init__(self, take: Take, most: int = MOST) -> None:
        self._take = take
        self._most = most
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def tasks(self) -> Collection[asyncio.Task[None]]:
        return self._tasks.values()

    def others(self, letters: Iterable[Letter]) -> list[Letter]:
        """Those of these letters whose moment is not in work. Raises what an ended one raised."""
        self._put_away()
        return [each for each in letters if moment_of(each) not in self._tasks]

    async def room(self, letter: Letter) -> None:
        """Return once this letter may be begun with. Raises what an ended one raised."""
        while len(self._tasks) >= self._most or moment_of(letter) in self._tasks:
            await asyncio.wait(self._tasks.values(), return_when=asyncio.FIRST_COMPLETED)
            self._put_away()

    def begin(self, letter: Letter) -> None:
        """There has to be room for it."""
        self._tasks[moment_of(letter)] = asyncio.ensure_future(self._take(letter))

    async def finish(self) -> None:
        """Wait for all of them. Raises what one of them raised."""
        while self._tasks:
            await asyncio.wait(self._tasks.values(), return_when=asyncio.FIRST_COMPLETED)
            self._put_away()

    def _put_away(self) -> None:
        for moment in [moment for moment, task in self._tasks.items() if task.done()]:
            self._tasks.pop(moment).result()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks.values():
            task.cancel()
        # Whatever else went wrong with one is met again when its letter is taken again.
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)


def moment_of(letter: Letter) -> str:
    """The moment that it is about, by its name."""
    return letter.path.name.partition(".")[0]


def mine_first(letters: Sequence[Letter], mine: Collection[Path]) -> list[Letter]:
    """Nothing where none of these letters is mine. Of others' long ones none is begun."""
    moments = {path.name.partition(".")[0] for path in mine}
    own = [each for each in letters if each.path.name.partition(".")[0] in moments]
    others = [each for each in letters if each not in own and each.turn < Turn.LONG]
    return [*own, *others] if own else []


async def one_ended(
    tasks: Collection[asyncio.Task[None]], woken: asyncio.Event, at_most_s: float
) -> None:
    """Wait until one of these is done, something new has come, or so long."""
    waking = asyncio.create_task(woken.wait())
    try:
        either = {*tasks, waking}
        await asyncio.wait(either, timeout=at_most_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waking.cancel()
