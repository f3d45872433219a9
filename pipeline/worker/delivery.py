"""Handing letters to the worker and waiting for them; with none running, being the worker."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

from core import socket_client
from core.errors import ArchiveBusy, UserError
from core.paths import Home
from core.settings import Settings
from core.socket_client import NobodyThere
from pipeline.worker.worker import Worker, working

OnEvent = Callable[[dict[str, Any]], None]

LOOK_EVERY_S = 1.0
"""How often the letters themselves are looked at while nothing is heard of them."""

PATIENCE_S = 20.0
"""How long a lock may be held by a worker that does not answer: it may be starting or ending."""


class LettersWait(UserError):
    """The worker cannot go on before somebody acts; the letters are safe."""

    code = "letters_wait"


class Delivery:
    """Sees letters through, by whichever worker there is. Made by `delivering`."""

    def __init__(self, home: Home, settings: Settings, stack: contextlib.AsyncExitStack) -> None:
        self._home = home
        self._settings = settings
        self._stack = stack
        self._own: Worker | None = None

    async def finish(self, letters: Sequence[Path], on_event: OnEvent) -> None:
        """Return when these letters have been worked on.

        Raises UserError where somebody has to act first; the letters then wait.
        """
        waited_s = 0.0
        while _are_left(letters):
            try:
                if self._own is None:
                    self._own = await self._become_worker()
                await self._finish_here(self._own, on_event)
            except ArchiveBusy:
                with contextlib.suppress(NobodyThere):
                    await self._finish_there(letters, on_event)
                    waited_s = 0.0
                    continue
                waited_s += LOOK_EVERY_S
                if waited_s > PATIENCE_S:
                    raise
                await asyncio.sleep(LOOK_EVERY_S)

    async def _become_worker(self) -> Worker:
        return await self._stack.enter_async_context(working(self._home, self._settings))

    async def _finish_here(self, worker: Worker, on_event: OnEvent) -> None:
        with worker.listening() as events:
            telling = asyncio.create_task(_tell(events, on_event))
            try:
                await worker.drain()
            finally:
                telling.cancel()

    async def _finish_there(self, letters: Sequence[Path], on_event: OnEvent) -> None:
        following = asyncio.create_task(self._follow(letters, on_event))
        try:
            while _are_left(letters) and not following.done():
                await asyncio.wait({following}, timeout=LOOK_EVERY_S)
            if following.done():
                following.result()
        finally:
            following.cancel()

    async def _follow(self, letters: Sequence[Path], on_event: OnEvent) -> None:
        """Pass on what the worker tells until the letters are gone. Raises NobodyThere."""
        socket = self._home.worker_socket
        async with contextlib.aclosing(socket_client.events(socket)) as events:
            async for event in events:
                if event["event"] == "subscribed":
                    await asyncio.to_thread(
                        socket_client.ask, socket, {"do": "wake"}, patience_s=PATIENCE_S
                    )
                elif event["event"] == "trouble":
                    sentence = f"{event['sentence']} What was kept waits and is safe."
                    raise LettersWait(sentence, advice="Then run `afterthought process`.")
                else:
                    on_event(event)
                if not _are_left(letters):
                    return


@contextlib.asynccontextmanager
async def delivering(home: Home, settings: Settings) -> AsyncIterator[Delivery]:
    """A delivery that stays the worker, once it has become it, until it is closed."""
    async with contextlib.AsyncExitStack() as stack:
        yield Delivery(home, settings, stack)


async def _tell(events: "asyncio.Queue[dict[str, Any]]", on_event: OnEvent) -> None:
    while True:
        on_event(await events.get())


def _are_left(letters: Sequence[Path]) -> bool:
    return any(letter.exists() for letter in letters)
