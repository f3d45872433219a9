"""Gaps and pauses: what the journal's facts come to, and which reach into a period."""

import contextlib
import itertools
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.clock import Recorded
from core.facts import Detail, Fact, passed_over
from pipeline.store.format import drafts
from pipeline.store.format.events import FIRST_PREVIOUS_HASH, Draft, Event, Place, place_event
from pipeline.store.port import Period
from pipeline.store.sqlite.archive import SqliteArchive
from pipeline.store.sqlite.connection import archive_path
from pipeline.store.views.clock_corrections import corrections
from pipeline.store.views.interval_fold import IntervalRow, fold_interval, read_passed

WALL_MS = 1_790_000_000_000
LOST: dict[str, Detail] = {"reason": "overflow", "samples": 48_000, "estimated": True}


def at(boottime_ms: int, boot: str = "b", *, known: bool = True) -> Recorded:
    """So long after a boot that began at WALL_MS."""
    if not known:
        return Recorded(None, None, boot, boottime_ms)
    return Recorded(WALL_MS + boottime_ms, 60, boot, boottime_ms, "clock")


def gap(
    began: Recorded, ended: Recorded | None = None, position: int = 7, **details: Detail
) -> Draft:
    fact = Fact("gap_found", "s", position, began, {**LOST, **details}, ended)
    return drafts.fact_noted(fact, author="capture")


def stopped(began: Recorded, ended: Recorded) -> Draft:
    return gap(began, ended, reason="stopped", samples=None, uncertain_ms=300_000)


def passed(when: Recorded, position: int = 7, **counts: int) -> Draft:
    fact = passed_over(
        "s",
        position,
        when,
        duration_ms=60_000,
        counts=counts,
        spans=[(0, 2_000, "too_short"), (5_000, 9_000, "unclear")],
    )
    return drafts.fact_noted(fact, author="capture")


def pause_began(when: Recorded, position: int = 7) -> Draft:
    fact = Fact("pause_began", "s", position, when, {"by": "button", "for_s": 900})
    return drafts.fact_noted(fact, author="capture")


def pause_ended(when: Recorded, position: int = 7) -> Draft:
    fact = Fact("pause_ended", "s", position, when, {"by": "timer"})
    return drafts.fact_noted(fact, author="capture")


def stepped(when: Recorded) -> Draft:
    fact = Fact("clock_stepped", "", 0, when, {"source": "step"})
    return drafts.fact_noted(fact, author="capture")


def placed(thoughts: tuple[Draft, ...]) -> Iterator[Event]:
    for seq, draft in enumerate(thoughts, 1):
        yield place_event(draft, Place("ab" * 8, seq, seq, FIRST_PREVIOUS_HASH), None)


def folded(*thoughts: Draft) -> IntervalRow:
    events = list(placed(thoughts))
    row = fold_interval(events, corrections(events))
    assert row is not None
    return row


def test_lost_samples_are_a_gap_of_their_length() -> None:
    row = folded(gap(at(5_000), duration_ms=3_000))

    assert (row.id, row.kind, row.state, row.reason) == ("s-7-gap_found", "gap", "over", "overflow")
    assert (row.at_ms, row.end_ms, row.duration_ms) == (WALL_MS + 5_000, WALL_MS + 8_000, 3_000)
    assert row.estimated == 1


def test_across_a_restart_of_capture_the_boots_clock_says_how_long() -> None:
    row = folded(stopped(at(5_000), at(65_000)))

    assert (row.at_ms, row.end_ms, row.duration_ms) == (WALL_MS + 5_000, WALL_MS + 65_000, 60_000)
    assert row.uncertain_ms == 300_000


def test_a_clock_that_was_set_in_between_does_not_stretch_it() -> None:
    set_meanwhile = Recorded(WALL_MS + 10**9, 60, "b", 65_000, "clock")

    row = folded(stopped(at(5_000), set_meanwhile))

    assert (row.end_ms, row.duration_ms) == (WALL_MS + 10**9, 60_000)
    assert row.at_ms == WALL_MS + 10**9 - 60_000


def test_after_a_power_cut_the_wall_times_say_how_long() -> None:
    again = Recorded(WALL_MS + 900_000, 60, "next", 4_000, "clock")

    row = folded(stopped(at(5_000), again))

    assert (row.at_ms, row.end_ms) == (WALL_MS + 5_000, WALL_MS + 900_000)
    assert (row.duration_ms, row.end_boot) == (895_000, "next")


def test_after_a_power_cut_with_an_unset_clock_the_end_waits_for_its_time() -> None:
    cut = stopped(at(5_000), at(4_000, "next", known=False))
    assert (folded(cut).end_ms, folded(cut).duration_ms) == (None, None)

    row = folded(cut, stepped(Recorded(WALL_MS + 960_000, 120, "next", 64_000, "clock")))

    assert (row.at_ms, row.end_ms) == (WALL_MS + 5_000, WALL_MS + 900_000)
    assert (row.duration_ms, row.utc_offset_min) == (895_000, 60)


def test_a_beginning_after_the_end_is_not_known() -> None:
    row = folded(stopped(at(10**9), Recorded(WALL_MS, 60, "next", 4_000, "clock")))

    assert (row.at_ms, row.end_ms, row.duration_ms) == (None, WALL_MS, None)


def test_a_gap_without_any_time_has_its_length_all_the_same() -> None:
    row = folded(gap(at(5_000, known=False), duration_ms=3_000))

    assert (row.at_ms, row.end_ms, row.duration_ms) == (None, None, 3_000)


def test_what_was_passed_over_is_an_interval_with_its_counts_and_stretches() -> None:
    row = folded(passed(at(5_000), too_short=1, unclear=3))

    assert (row.id, row.kind, row.reason) == ("s-7-passed_over", "passed", "unclear")
    assert (row.at_ms, row.end_ms) == (WALL_MS + 5_000, WALL_MS + 65_000)
    told = read_passed(row)
    assert told.counts == {"too_short": 1, "unclear": 3}
    assert told.spans == [(0, 2_000, "too_short"), (5_000, 9_000, "unclear")]


def test_a_damaged_row_of_what_was_passed_over_tells_nothing() -> None:
    row = folded(passed(at(5_000), unclear=1))

    for damaged in ("", "[]", '{"counts":', '{"counts": {"unclear": "x"}, "spans": [[1]]}'):
        assert not read_passed(replace(row, passed=damaged)).counts
    assert not read_passed(folded(pause_began(at(5_000)))).spans


def test_a_pause_is_on_until_its_end_comes() -> None:
    row = folded(pause_began(at(5_000)))
    assert (row.id, row.kind, row.state, row.end_ms) == ("s-7-pause", "pause", "on", None)

    row = folded(pause_began(at(5_000)), pause_ended(at(905_000)))

    assert (row.state, row.end_ms, row.duration_ms) == ("over", WALL_MS + 905_000, 900_000)
    assert row.reason == "button"


def test_a_pause_lasts_as_long_as_the_boots_clock_says() -> None:
    set_meanwhile = Recorded(WALL_MS + 10**9, 60, "b", 65_000, "clock")

    row = folded(pause_began(at(5_000)), pause_ended(set_meanwhile))

    assert (row.end_ms, row.duration_ms) == (WALL_MS + 10**9, 60_000)


def test_a_pause_of_which_only_the_end_is_there_has_no_beginning() -> None:
    row = folded(pause_ended(at(905_000)))

    assert (row.state, row.at_ms, row.end_ms) == ("over", None, WALL_MS + 905_000)


def test_the_order_of_arrival_does_not_matter() -> None:
    thoughts = (
        pause_began(at(5_000, known=False)),
        pause_ended(at(9_000, "next", known=False)),
        stepped(at(6_000)),
        stepped(at(7_000, "next")),
    )
    events = list(placed(thoughts))
    expected = folded(*thoughts)

    for order in itertools.permutations(events):
        assert fold_interval(order, corrections(reversed(order))) == expected


def test_other_kinds_and_newer_versions_are_no_interval() -> None:
    newer = Draft("gap_found", "s-7-gap_found", "capture", {"shape": "new"}, version=2)

    assert fold_interval(placed((stepped(at(5_000)), newer)), {}) is None


async def test_a_correction_moves_what_names_its_boot_at_either_end(archive: SqliteArchive) -> None:
    await archive.append(stopped(at(5_000), at(4_000, "next", known=False)))

    await archive.append(stepped(Recorded(WALL_MS + 960_000, 60, "next", 64_000, "clock")))

    (row,) = await archive.intervals()
    assert row.end_ms == WALL_MS + 900_000
    assert (await archive.check()).problems == []


@pytest.mark.parametrize(
    ("since_s", "until_s", "positions"),
    [
        (None, None, [1, 2, 3, 4]),
        (0, 10, []),
        (0, 11, [1]),
        (12, 13, [1]),
        (13, 20, []),
        (20, 21, [2]),
        (25, 30, [2]),
        (30, 31, [3]),
        (1_000, None, [3]),
        (None, 11, [1]),
    ],
)
async def test_what_reaches_into_a_period_is_of_it(
    archive: SqliteArchive, since_s: int | None, until_s: int | None, positions: list[int]
) -> None:
    """From 10 to 13 s a gap, from 20 to 30 a pause, from 30 on another, and one of no time."""
    await archive.append(gap(at(10_000), position=1, duration_ms=3_000))
    await archive.append(pause_began(at(20_000), 2), pause_ended(at(30_000), 2))
    await archive.append(pause_began(at(30_000), 3))
    await archive.append(gap(at(1, "x", known=False), position=4, duration_ms=3_000))

    def wall(seconds: int | None) -> int | None:
        return None if seconds is None else WALL_MS + seconds * 1000

    rows = await archive.intervals(Period(wall(since_s), wall(until_s)))

    assert [int(row.id.split("-")[1]) for row in rows] == positions


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM interval", "UPDATE interval SET end_ms = end_ms + 1"],
)
async def test_a_view_of_intervals_that_was_altered_is_told_and_rebuilt(
    archive: SqliteArchive, home: Path, statement: str
) -> None:
    await archive.append(gap(at(10_000), duration_ms=3_000))
    expected = await archive.intervals()
    with contextlib.closing(sqlite3.connect(archive_path(home))) as connection, connection:
        assert connection.execute(statement).rowcount == 1

    assert (await archive.check()).problems == [
        "The view of s-7-gap_found is not what its events come to."
    ]
    await archive.rebuild()
    assert await archive.intervals() == expected
