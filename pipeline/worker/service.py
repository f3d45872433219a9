"""The worker as a process (a root): the one that works on this home's spool."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from functools import partial

from core.clock import Clock, SystemClock
from core.errors import UserError
from core.machine import profile
from core.paths import Home
from core.settings import Settings
from core.text import languages
from core.text.counting import counted
from pipeline import embedders
from pipeline.forget import finish_forgetting
from pipeline.settings_now import SettingsNow
from pipeline.spool.spool import Spool
from pipeline.store.sqlite.archive import open_archive
from pipeline.store.sqlite.connection import understood
from pipeline.store.sqlite.own.work import SqliteWork
from pipeline.taking_in import conditions, handling
from pipeline.worker.ingest import sweep_sound_parts
from pipeline.worker.model_process import ChildModels, Models
from pipeline.worker.only_worker import only_worker
from pipeline.worker.searching import Searching
from pipeline.worker.worker import Worker
from pipeline.worker.worker_socket import serve_worker


class LettersWait(UserError):
    """The worker cannot go on now, or not before somebody acts; the letters are safe."""

    code = "letters_wait"


def _still_waiting(count: int) -> LettersWait:
    waits = counted(count, "item still waits", "items still wait")
    sentence = f"{waits}, for the models failed on {'it' if count == 1 else 'them'}."
    advice = "`afterthought process` tries again in time, `afterthought retry` now."
    return LettersWait(sentence, advice=advice)


@contextlib.asynccontextmanager
async def working(
    home: Home, settings: Settings, *, models: Models | None = None, clock: Clock | None = None
) -> AsyncIterator[Worker]:
    """The worker of this home, its socket served, what a kill left behind finished.

    Raises ArchiveBusy where another one works, ArchiveUnusable where the archive cannot
    be written, ArchiveInDoubt where it is not the one that was last written here.
    """
    with understood(home.path), only_worker(home):
        async with open_archive(home.path, clock=clock) as archive:
            spool = Spool(home.spool)
            spool.sweep()
            sweep_sound_parts(home.path)
            await finish_forgetting(archive, spool)
            now = SettingsNow(home.path, settings)
            own = models or ChildModels(
                home.path,
                idle_s=settings.pipeline.idle_s,
                stuck_s=settings.pipeline.stuck_s,
                threads=settings.models.threads,
                embedder=lambda: embedders.chosen(now(), home.path),
                hearing=lambda: now().hearing,
            )
            what = partial(conditions, settings, home.path)
            worker = Worker(archive, own, spool, clock or SystemClock(), what)
            worker.searching = Searching(
                home.path,
                own,
                profile=profile(settings.machine.profile),
                languages=lambda: languages.chosen(now().hearing.languages).codes,
            )
            is_slow = profile(settings.machine.profile) == "zero"
            worker.share(SqliteWork(archive), is_slow=is_slow)
            worker.keeps_others = settings.selection.others == "keep"
            worker.handling = handling(home.path, settings, spool, again="ask again")
            try:
                async with serve_worker(worker, home.worker_socket):
                    yield worker
            finally:
                if worker.for_peers is not None:
                    await worker.for_peers.aclose()
                await worker.searching.aclose()
                await own.close()


async def run(home: Home, settings: Settings, *, once: bool) -> None:
    """The service: work until told to stop; with `once`, until nothing waits."""
    async with working(home, settings) as worker:
        if once:
            await worker.drain()
            if failing := worker.status()["failing"]:
                raise _still_waiting(len(failing))
            return
        stopped = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        work = asyncio.create_task(worker.work())
        stop = asyncio.create_task(stopped.wait())
        await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if work.done():
            work.result()
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
