"""What is known of a boot's clock corrects what was recorded in it, whenever it becomes known."""

import random
from collections.abc import AsyncIterator
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import aiosqlite
import pytest

from core.clock import FakeClock, Recorded
from core.facts import Fact
from core.moment import Transcript
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept
from pipeline.store.format.events import Draft, Event
from pipeline.store.port import Period
from pipeline.store.sqlite.archive import SqliteArchive, open_archive
from pipeline.store.sqlite.exchange.tables import COLUMNS
from pipeline.store.sqlite.rows import refold_changed, refold_everything
from pipeline.store.views.clock_corrections import TOLERANCE_MS

TRUE_MS = 1_790_000_000_000
"""The wall time at which boot `b` began, in truth: Monday 21 September 2026, 14:13 UTC."""


def heard(boottime_ms: int, wrong_ms: int | None = None, boot: str = "b") -> Recorded:
    """So long after the boot, by a clock that is off by that; None: it is unset."""
    if wrong_ms is None:
        return Recorded(None, None, boot, boottime_ms)
    return Recorded(TRUE_MS + boottime_ms + wrong_ms, 60, boot, boottime_ms, "clock")


def kept(position: int, recorded: Recorded, text: str = "the siren") -> Draft:
    moment = f"{'ab' * 8}-{position}"
    return drafts.moment_kept(
        Kept(moment, "press", recorded, transcript=Transcript(text)), author="wearer"
    )


def stepped(boottime_ms: int, *, off_ms: int = 0, zone: int | None = 120, boot: str = "b") -> Draft:
    recorded = Recorded(TRUE_MS + boottime_ms + off_ms, zone, boot, boottime_ms, "clock")
    fact = Fact("clock_stepped", "", 0, recorded, {"source": "step"})
    return drafts.fact_noted(fact, author="capture")


async def times(archive: SqliteArchive) -> list[tuple[int | None, int | None]]:
    return [(row.at_ms, row.utc_offset_min) for row in await archive.moments()]


async def test_a_moment_of_an_unset_clock_gets_its_time_once_the_clock_steps(
    archive: SqliteArchive,
) -> None:
    await archive.append(kept(1, heard(5_000)))
    assert await times(archive) == [(None, None)]

    await archive.append(stepped(60_000))

    assert await times(archive) == [(TRUE_MS + 5_000, 120)]
    rows = await archive.connection.execute_fetchall("SELECT date_words FROM passage")
    assert [row[0] for row in rows] == ["Monday 21 September 2026 afternoon"]


async def test_a_plausible_but_wrong_time_is_corrected_with_its_zone(
    archive: SqliteArchive,
) -> None:
    await archive.append(kept(1, heard(5_000, wrong_ms=-86_400_000)), stepped(60_000))

    assert await times(archive) == [(TRUE_MS + 5_000, 120)]


@pytest.mark.parametrize(
    ("wrong_ms", "believed"),
    [(120_000, (TRUE_MS + 125_000, 60)), (-120_001, (TRUE_MS + 5_000, 120))],
)
async def test_a_time_within_two_minutes_is_the_moments_own(
    archive: SqliteArchive, wrong_ms: int, believed: tuple[int, int]
) -> None:
    await archive.append(kept(1, heard(5_000, wrong_ms=wrong_ms)), stepped(60_000))

    assert await times(archive) == [believed]
    assert TOLERANCE_MS == 120_000


async def test_what_was_given_or_came_with_a_file_stays_as_it_is(archive: SqliteArchive) -> None:
    given = replace(heard(5_000, wrong_ms=-86_400_000), source="given")
    await archive.append(kept(1, given), stepped(60_000))

    assert await times(archive) == [(given.at_ms, 60)]


async def test_the_latest_correction_counts_and_other_boots_have_their_own(
    archive: SqliteArchive,
) -> None:
    await archive.append(kept(1, heard(5_000)), kept(2, heard(5_000, boot="other")))

    await archive.append(stepped(60_000, off_ms=3_600_000), stepped(61_000))

    assert await times(archive) == [(TRUE_MS + 5_000, 120), (None, None)]


async def test_a_correction_without_a_zone_leaves_the_moments(archive: SqliteArchive) -> None:
    await archive.append(kept(1, heard(5_000, wrong_ms=10**9)), stepped(60_000, zone=None))

    assert await times(archive) == [(TRUE_MS + 5_000, 60)]


async def test_a_correction_that_lacks_a_clock_changes_nothing(archive: SqliteArchive) -> None:
    nothing = Fact("clock_stepped", "", 0, heard(60_000), {"source": "step"})
    await archive.append(kept(1, heard(5_000)), drafts.fact_noted(nothing, author="capture"))

    assert await times(archive) == [(None, None)]
    assert await archive.correction("b") is None


async def test_a_corrected_moment_is_in_the_period_where_it_was_said(
    archive: SqliteArchive,
) -> None:
    await archive.append(kept(1, heard(5_000, wrong_ms=-86_400_000)), stepped(60_000))

    assert len(await archive.moments(Period(TRUE_MS, TRUE_MS + 10_000))) == 1
    assert (await archive.check()).problems == []


async def test_without_a_time_moments_stand_by_boot_and_its_own_clock(
    archive: SqliteArchive,
) -> None:
    # A recording is kept once it is over, so that the order of keeping is not that of saying.
    said = [("second", 9_000, "z"), ("first", 5_000, "z"), ("fourth", 800, "a"), ("third", 7, "a")]
    for position, (text, boottime_ms, boot) in enumerate(said):
        await archive.append(kept(position, heard(boottime_ms, boot=boot), text))
    await archive.append(kept(9, heard(0, 0), "timed"))

    texts = [row.text for row in await archive.moments()]

    assert texts == ["timed", "first", "second", "third", "fourth"]


async def test_moments_of_no_boot_and_no_time_stand_in_the_order_they_came(
    archive: SqliteArchive,
) -> None:
    for position, text in enumerate(("one", "two", "three")):
        await archive.append(kept(position, Recorded(), text))

    assert [row.text for row in await archive.moments()] == ["one", "two", "three"]


@pytest.fixture
async def other(tmp_path: Path) -> AsyncIterator[SqliteArchive]:
    async with open_archive(tmp_path / "other", clock=FakeClock(), machine=b"other") as opened:
        yield opened


@pytest.mark.parametrize("seed", range(8))
async def test_any_order_of_arrival_gives_the_same_rows(
    archive: SqliteArchive, other: SqliteArchive, seed: int
) -> None:
    chance = random.Random(seed)
    thoughts = [a_thought(chance, number) for number in range(24)]
    for thought in chance.sample(thoughts, len(thoughts)):
        await archive.append(thought)

    for event in chance.sample(await archive.latest_events(1000), len(thoughts) + 1):
        await arrive(other.connection, event, await belongings(archive.connection, event))

    expected = await views(archive.connection)
    assert len(expected["moment"]) + len(expected["interval"]) > 10
    assert await views(other.connection) == expected
    await refold_everything(other.connection)
    assert await views(other.connection) == expected
    assert (await archive.check()).problems == []


def a_thought(chance: random.Random, number: int) -> Draft:
    """A moment, a gap, either end of a pause or a correction, of one of three boots."""
    boot = chance.choice("bcd")
    at = heard(chance.randrange(10**8), chance.choice([None, 0, -(10**8), 90_000]), boot)
    match number % 5:
        case 0 | 1:
            return kept(number, at, chance.choice(["the siren", "pill box"]))
        case 2:
            return stepped(at.boottime_ms or 0, off_ms=chance.randrange(10**7), boot=boot)
        case 3:
            ended = heard(chance.randrange(10**8), None, chance.choice("bcd"))
            gap = Fact(
                "gap_found", "s", number, at, {"reason": "stopped", "estimated": True}, ended
            )
            return drafts.fact_noted(gap, author="capture")
    kind = chance.choice(("pause_began", "pause_ended"))
    pause = Fact(kind, "s", chance.randrange(2), at, {"by": "page"})  # type: ignore[arg-type]
    return drafts.fact_noted(pause, author="capture")


async def arrive(connection: aiosqlite.Connection, event: Event, hanging: list[Any]) -> None:
    """As from another copy: at its own place, whatever is here already."""
    await connection.execute(
        f"INSERT INTO event ({COLUMNS}) VALUES ({', '.join('?' * 11)})", astuple(event)
    )
    for row in hanging:
        await connection.execute("INSERT INTO belonging VALUES (?, ?, ?, ?, ?, ?, ?)", tuple(row))
    await refold_changed(connection, [event.subject])


async def belongings(connection: aiosqlite.Connection, event: Event) -> list[Any]:
    query = "SELECT * FROM belonging WHERE origin = ? AND seq = ?"
    return list(await connection.execute_fetchall(query, (event.origin, event.seq)))


async def views(connection: aiosqlite.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """All rows by their keys, without rowids."""
    found = {}
    for table, key in (("moment", "id"), ("interval", "id"), ("passage", "moment, position")):
        columns = [
            row[1] for row in await connection.execute_fetchall(f"PRAGMA table_info({table})")
        ]
        names = ", ".join(name for name in columns if name != "rowid")
        query = f"SELECT {names} FROM {table} ORDER BY {key}"
        found[table] = [tuple(row) for row in await connection.execute_fetchall(query)]
    return found
