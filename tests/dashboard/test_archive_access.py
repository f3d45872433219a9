"""Access to gaps and pauses, which are no moments."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.clock import Recorded
from core.facts import Detail, Fact
from core.moment import Transcript
from dashboard.archive_access import LOOK_BACK, ArchiveAccess, Deciding, Teaching
from pipeline.store.acts import Reversed
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept
from pipeline.store.port import Period
from pipeline.store.sqlite.archive import open_archive

AT_MS = 1_790_000_000_000


@pytest.fixture
async def archive(home: Path) -> AsyncIterator[ArchiveAccess]:
    teaching = Teaching(teach_nothing, teach_nothing)
    deciding = Deciding(forget_nothing, undo_nothing, settle_nothing)
    opened = ArchiveAccess(home, deciding, teaching)
    yield opened
    await opened.close()


async def forget_nothing(*_: object) -> bool:
    pytest.fail("nothing here is to be forgotten")


async def teach_nothing(*_: object) -> bool:
    pytest.fail("nothing here is to be learned")


async def settle_nothing(*_: object) -> None:
    pytest.fail("nothing here is to be settled")


async def undo_nothing(*_: object) -> Reversed:
    pytest.fail("nothing here is to be undone")


async def lose(home: Path, *positions: int) -> None:
    """Gaps of three seconds, one a minute."""
    async with open_archive(home) as archive:
        for position in positions:
            began = Recorded(AT_MS + position * 60_000, 60, "b", position * 60_000, "clock")
            details: dict[str, Detail] = {
                "reason": "overflow",
                "duration_ms": 3_000,
                "estimated": True,
            }
            gap = Fact("gap_found", "s", position, began, details)
            await archive.append(drafts.fact_noted(gap, author="capture"))


async def keep(home: Path, at_ms: int | None = AT_MS) -> str:
    async with open_archive(home) as archive:
        kept = Kept("ab" * 8 + "-1", "press", Recorded(at_ms, 0), transcript=Transcript("said"))
        await archive.append(drafts.moment_kept(kept, author="wearer"))
        return kept.id


async def test_the_gaps_of_a_period_come_with_their_times_and_reasons(
    archive: ArchiveAccess, home: Path
) -> None:
    await lose(home, 0, 1, 2)

    (gap,) = await archive.gaps(Period(AT_MS + 60_000, AT_MS + 120_000))

    assert (gap.kind, gap.state, gap.reason) == ("gap", "over", "overflow")
    assert (gap.at_ms, gap.end_ms) == (AT_MS + 60_000, AT_MS + 63_000)
    assert gap.estimated


async def test_a_gap_is_no_moment_that_changed(archive: ArchiveAccess, home: Path) -> None:
    moment = await keep(home)
    await lose(home, 0)

    assert (await archive.changes(0)).moments == (moment,)


async def test_the_newest_moment_is_found_behind_many_gaps(
    archive: ArchiveAccess, home: Path
) -> None:
    moment = await keep(home, None)
    await lose(home, *range(LOOK_BACK + 1))

    newest = await archive.newest()

    assert newest is not None
    assert newest.id == moment
    assert [row.id for row in await archive.timeless()] == [moment]


async def test_an_archive_that_is_just_being_made_is_read_once_it_is(
    archive: ArchiveAccess, home: Path
) -> None:
    home.mkdir(exist_ok=True)
    (home / "archive.db").touch()
    assert await archive.moments(Period()) == []

    async with open_archive(home) as made:
        kept = Kept("ab-1", "typed", Recorded(AT_MS), transcript=Transcript("just made"))
        await made.append(drafts.moment_kept(kept, author="wearer"))

    assert [row.text for row in await archive.moments(Period())] == ["just made"]
