"""Events that an older version stored without knowing them count once a newer one opens it."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from pipeline.store import acts
from pipeline.store.format.readable import KNOWN
from pipeline.store.sqlite.archive import SqliteArchive, open_archive
from pipeline.store.sqlite.own.kinds import fold_new_kinds

Write = Callable[..., Awaitable[str]]
HIDDEN = ("moment_hidden", 1)


async def hidden_by_an_event_that_was_passed_over(archive: SqliteArchive, moment: str) -> None:
    """As a version without that kind would leave the archive."""
    await acts.hide(archive, await archive.moment(moment))
    await archive.connection.execute("UPDATE moment SET state = 'visible'")
    await archive.connection.execute("DELETE FROM folded_kind WHERE kind = 'moment_hidden'")


async def test_what_was_passed_over_is_folded_as_the_archive_is_opened(
    archive: SqliteArchive, typed: Write, home: Path
) -> None:
    moment, other = await typed("the siren"), await typed("the pump")
    await hidden_by_an_event_that_was_passed_over(archive, moment)

    async with open_archive(home) as newer:
        assert [row.id for row in await newer.moments()] == [other]
        assert await fold_new_kinds(newer.connection) == 0  # only once


async def test_every_kind_is_in_the_views_of_a_fresh_archive(archive: SqliteArchive) -> None:
    assert await fold_new_kinds(archive.connection) == 0


async def test_what_an_older_version_lets_pass_is_folded_by_the_next(
    archive: SqliteArchive, typed: Write
) -> None:
    moment = await typed("the siren")
    await fold_new_kinds(archive.connection, KNOWN - {HIDDEN})
    await acts.hide(archive, await archive.moment(moment))

    assert await fold_new_kinds(archive.connection) == 1
    assert await archive.moments() == []
