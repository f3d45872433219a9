"""What `doctor` looks at in the pipeline: models, archive, spool."""

import asyncio
from collections.abc import Iterator

from core.checks import Check
from core.errors import UserError
from core.paths import Home
from core.settings_file import load
from pipeline import models
from pipeline.spool.spool import Spool
from pipeline.store.sqlite.connection import sqlite_check
from pipeline.store.sqlite.reader import open_archive_to_read


def checks(home: Home) -> Iterator[Check]:
    """The models, the archive, and what lies in the spool."""
    yield from models.checks(settings=load(home.path), home=home.path)
    yield sqlite_check()
    yield _archive(home)
    yield from _spool(Spool(home.spool))


def _archive(home: Home) -> Check:
    try:
        count = asyncio.run(_moments(home))
    except UserError as error:
        return Check("archive", "fail", error.sentence, error.advice)
    return Check("archive", "ok", f"The archive holds {count} moments.")


async def _moments(home: Home) -> int:
    async with open_archive_to_read(home.path) as archive:
        return len(await archive.moments(hidden=True))


def _spool(spool: Spool) -> Iterator[Check]:
    waiting, aside = spool.waiting_count(), len(spool.aside())
    if waiting:
        advice = "A worker takes them: `afterthought process`."
        yield Check("spool", "warn", f"{waiting} letters wait in the spool.", advice)
    else:
        yield Check("spool", "ok", "Nothing waits in the spool.")
    if aside:
        advice = f"They are whole, in {spool.folder / 'aside'}; move one back to try it again."
        yield Check("aside", "warn", f"{aside} letters could not be worked on.", advice)
