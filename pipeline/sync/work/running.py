"""The work that moves between machines, as a part of the sync service."""

import asyncio
from collections.abc import Awaitable, Callable

from core.errors import ModelMissing, UserError
from core.log import get_log
from core.machine import profile
from core.paths import Home
from core.settings import Settings
from pipeline.store.sqlite.archive import SqliteArchive
from pipeline.store.sqlite.own.work import SqliteWork

from .able import Able
from .asking_engine import AskingEngine
from .ports import Gains, Peers
from .taking import Taking

_AGAIN_AFTER_S = 30.0


async def keep_working(
    peers: Peers, archive: SqliteArchive, home: Home, settings: Settings
) -> None:
    """Never returns. Take work of peers, and ask an engine where the settings say so."""
    work = SqliteWork(archive)
    taking = Taking(peers, work, Able(home, settings), _larger_model(archive, work, settings))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_going_on(taking.keep_taking))
        asking = _engine(archive, work, home, settings)
        if asking is not None:
            tasks.create_task(_going_on(asking.keep_asking))


async def _going_on(work: Callable[[], Awaitable[None]]) -> None:
    """A full disk, or a moment that another process erased, ends nothing but this try."""
    while True:
        try:
            await work()
        except UserError as error:
            get_log().warning("work_for_others_rests", reason=error.code)
            await asyncio.sleep(_AGAIN_AFTER_S)


def _larger_model(archive: SqliteArchive, work: SqliteWork, settings: Settings) -> Gains | None:
    """What may gain by the larger model of this machine; None where there is none."""
    if settings.sync.takes_work == "never" or profile(settings.machine.profile) == "zero":
        return None
    from pipeline.refining.second_model import second_model  # noqa: PLC0415 - not on zero

    from .may_gain import MayGain  # noqa: PLC0415

    try:
        return MayGain(archive, work, second_model(settings, archive.home), own=False)
    except ModelMissing:
        return None


def _engine(
    archive: SqliteArchive, work: SqliteWork, home: Home, settings: Settings
) -> AskingEngine | None:
    name = settings.engines.while_idle
    if name == "none":
        return None
    from pipeline.engines.chosen import NoEngine, engine_named  # noqa: PLC0415 - loads NumPy
    from pipeline.refining.by_engine import as_second_model  # noqa: PLC0415

    from .may_gain import MayGain  # noqa: PLC0415

    try:
        engine = engine_named(name, settings)
    except NoEngine as error:
        get_log().warning("engine_not_asked", reason=error.code)
        return None
    gains = MayGain(archive, work, as_second_model(engine, settings), own=True)
    return AskingEngine(home, engine, gains)
