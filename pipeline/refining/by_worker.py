"""Whichever worker there is hears moments again; with none running, this process becomes it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator

from core.errors import ArchiveBusy, UserError
from core.paths import Home
from core.settings import Settings
from core.sockets import socket_client
from core.sockets.socket_client import NobodyThere
from pipeline.refining.hearing_again import ToRefine
from pipeline.store.format.drafts import transcript_belonging
from pipeline.worker.delivery import PATIENCE_S
from pipeline.worker.model_process import ModelsFailed
from pipeline.worker.service import working
from pipeline.worker.worker import Worker

LOOK_EVERY_S = 1.0

DoneS = Callable[[float], None]
"""Told how many seconds of the moment's sound are done."""


class HeardNot(UserError):
    """The models failed on a moment; its words are as they were."""

    code = "models_failed"


class ByWorker:
    """Made by `by_worker`."""

    def __init__(self, home: Home, settings: Settings, stack: contextlib.AsyncExitStack) -> None:
        self._home = home
        self._settings = settings
        self._stack = stack
        self._own: Worker | None = None

    async def work_off(self) -> None:
        """Do what waits first, where the worker is this process. Raises UserError."""
        with contextlib.suppress(ArchiveBusy):
            await (await self._become()).drain()

    async def hear_again(self, asked: ToRefine, tell: DoneS) -> str:
        """As `HearingAgain.hear`; where the models fail, raises HeardNot."""
        waited_s = 0.0
        while True:
            try:
                return await self._here(await self._become(), asked, tell)
            except ArchiveBusy:
                with contextlib.suppress(NobodyThere):
                    return await self._there(asked)
                waited_s += LOOK_EVERY_S
                if waited_s > PATIENCE_S:
                    raise
                await asyncio.sleep(LOOK_EVERY_S)

    async def _become(self) -> Worker:
        """The worker that this process is from now on. Raises ArchiveBusy where another works."""
        if self._own is None:
            self._own = await self._stack.enter_async_context(working(self._home, self._settings))
            await self._stack.enter_async_context(_doing_short_work(self._own))
        return self._own

    async def _here(self, worker: Worker, asked: ToRefine, tell: DoneS) -> str:
        with _telling(worker, asked.moment, tell):
            try:
                return await worker.hear_again(asked)
            except ModelsFailed as error:
                raise HeardNot(str(error), advice="Its words are as they were.") from error

    async def _there(self, asked: ToRefine) -> str:
        request = {"do": "refine", "moment": asked.moment, "model": asked.model, "act": asked.act}
        if asked.heard is not None:
            request["heard"] = transcript_belonging(asked.heard).content.decode()
        told = await socket_client.ask_and_wait(self._home.worker_socket, request)
        return str(told["outcome"])


@contextlib.asynccontextmanager
async def by_worker(home: Home, settings: Settings) -> AsyncIterator[ByWorker]:
    """One that stays the worker, once it has become it, until it is closed."""
    async with contextlib.AsyncExitStack() as stack:
        yield ByWorker(home, settings, stack)


@contextlib.asynccontextmanager
async def _doing_short_work(worker: Worker) -> AsyncIterator[None]:
    """What is pressed for or noted meanwhile does not wait for hours of second thoughts."""
    short = asyncio.create_task(worker.do_short_work())
    try:
        yield
    finally:
        short.cancel()
        await asyncio.gather(short, return_exceptions=True)


@contextlib.contextmanager
def _telling(worker: Worker, moment: str, tell: DoneS) -> Iterator[None]:
    with worker.listening() as events:

        async def pass_on() -> None:
            while True:
                event = await events.get()
                if event["event"] == "progress" and event["moment"] == moment:
                    tell(event["done_s"])

        telling = asyncio.create_task(pass_on())
        try:
            yield
        finally:
            telling.cancel()
