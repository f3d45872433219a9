"""`log` and `show` read back what capture noted."""

import json
from pathlib import Path

import pytest

from core.clock import Recorded
from core.command_line import Arguments, Screen
from core.facts import Fact
from pipeline.commands import acts
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept
from pipeline.store.sqlite.archive import SqliteArchive, open_archive

MOMENT = "ab" * 8 + "-1"
EARLY = Recorded(1_790_000_000_000, 0, "b", 5_000, "clock")


async def keep_and_set_the_clock(archive: SqliteArchive, *, moved_ms: int = 10_800_000) -> None:
    kept = Kept(MOMENT, "recording", EARLY, duration_ms=1000)
    right = Recorded(1_790_000_060_000 + moved_ms, 120, "b", 65_000, "clock")
    step = Fact("clock_stepped", "", 0, right, {"source": "step", "moved_ms": moved_ms})
    await archive.append(drafts.moment_kept(kept, author="wearer"))
    await archive.append(drafts.fact_noted(step, author="capture"))


async def test_log_reads_a_fact_back_as_a_sentence(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_archive(home) as archive:
        await keep_and_set_the_clock(archive)
        await acts.log(archive, Arguments(n=2), Screen(as_json=True))

    kept, stepped = json.loads(capsys.readouterr().out)
    assert kept["sentence"] == f"You recorded moment {MOMENT}."
    assert (stepped["author"], stepped["kind"]) == ("capture", "clock_stepped")
    assert stepped["sentence"] == "The clock was set 3 h forward."


async def test_show_says_what_corrected_a_moments_time(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_archive(home) as archive:
        await keep_and_set_the_clock(archive)
        await acts.show(archive, Arguments(ids=[MOMENT], fetch=False), Screen(as_json=True))

    shown = json.loads(capsys.readouterr().out)
    assert shown["at"] == "2026-09-21T19:13:20+02:00"
    assert shown["history"][1:] == ["The clock was set 3 h forward."]
    assert shown["reasons"] == ["a recording"]


async def test_show_leaves_out_a_step_that_did_not_matter(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_archive(home) as archive:
        await keep_and_set_the_clock(archive, moved_ms=3_000)
        await acts.show(archive, Arguments(ids=[MOMENT], fetch=False), Screen(as_json=True))

    assert len(json.loads(capsys.readouterr().out)["history"]) == 1
