"""What the archive keeps, hides, undoes and forgets, seen through a second connection."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path

import pytest

from core.clock import FakeClock, Recorded
from core.moment import Transcript
from pipeline.forget import finish_forgetting, forget
from pipeline.spool.spool import Spool
from pipeline.store import acts
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept
from pipeline.store.format.events import Draft, Event
from pipeline.store.sqlite.archive import SqliteArchive, open_archive
from pipeline.store.sqlite.connection import BUSY_TIMEOUT_MS
from pipeline.store.sqlite.reader import open_archive_to_read

Write = Callable[..., Awaitable[str]]


async def texts(home: Path, *, hidden: bool = False) -> list[str]:
    async with open_archive_to_read(home) as reader:
        return [row.text for row in await reader.moments(hidden=hidden)]


async def test_forgotten_words_are_in_no_file_of_the_folder(
    archive: SqliteArchive, typed: Write, home: Path
) -> None:
    for number in range(30):
        await typed(f"filler number {number}")
    moment = await typed("zanzibarmarker was here", speaker="Zanzibarspeaker")
    await acts.hide(archive, await archive.moment(moment))
    await acts.restore(archive, await archive.moment(moment))

    await forget(archive, Spool(archive.home / "spool"), [moment])

    for path in home.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert b"zanzibar" not in content.lower(), path.name
    assert (await archive.check()).problems == []


async def test_a_forget_that_was_cut_short_is_finished_later(
    archive: SqliteArchive, typed: Write, home: Path
) -> None:
    moment = await typed("the siren")
    (home / "tombstones").write_text(f"{moment}\n", encoding="ascii")

    await finish_forgetting(archive, Spool(archive.home / "spool"))

    assert await texts(home, hidden=True) == []
    assert await archive.is_forgotten(moment)


async def test_a_clip_that_a_kill_left_beside_its_tombstone_goes_at_the_next_start(
    archive: SqliteArchive, home: Path, typed: Write
) -> None:
    moment = await typed("to be forgotten")
    await forget(archive, Spool(archive.home / "spool"), [moment])
    aside = home / "spool" / "aside"
    aside.mkdir(parents=True)
    for name in (f"{moment}.0.clip", f"{moment}.0.clip.tries", "another-1.0.clip"):
        (aside / name).write_bytes(b"sound")

    await finish_forgetting(archive, Spool(archive.home / "spool"))

    assert [path.name for path in aside.iterdir()] == ["another-1.0.clip"]


async def test_a_torn_line_of_the_tombstones_forgets_nothing(
    archive: SqliteArchive, typed: Write, home: Path
) -> None:
    moment = await typed("the siren")
    (home / "tombstones").write_text(moment, encoding="ascii")

    await finish_forgetting(archive, Spool(archive.home / "spool"))

    assert await texts(home) == ["the siren"]


async def test_a_tombstone_after_a_torn_one_can_be_read(
    archive: SqliteArchive, typed: Write, home: Path
) -> None:
    (home / "tombstones").write_text("torn", encoding="ascii")
    moment = await typed("the siren")

    await forget(archive, Spool(archive.home / "spool"), [moment])

    assert (home / "tombstones").read_text(encoding="ascii") == f"torn\n{moment}\n"


async def test_rebuild_gives_the_same_rows(archive: SqliteArchive, typed: Write) -> None:
    moments = [await typed(f"thought {number}", speaker="Anna") for number in range(12)]
    await acts.hide(archive, await archive.moment(moments[3]))
    await forget(archive, Spool(archive.home / "spool"), [moments[5]])
    await acts.undo(archive, "2")
    before = await view_rows(archive)

    await archive.rebuild()

    assert await view_rows(archive) == before
    assert (await archive.check()).problems == []


async def view_rows(archive: SqliteArchive) -> list[list[tuple[object, ...]]]:
    queries = (
        "SELECT * FROM moment ORDER BY id",
        "SELECT moment, position, start_ms, speaker, text, vector FROM passage ORDER BY 1, 2",
        "SELECT subject FROM tombstone ORDER BY subject",
    )
    return [[tuple(r) for r in await archive.connection.execute_fetchall(q)] for q in queries]


async def test_another_machine_begins_a_line_that_names_its_parent(home: Path) -> None:
    async with open_archive(home, clock=FakeClock(), machine=b"first card") as archive:
        first = (await keep_one(archive)).origin
    async with open_archive(home, clock=FakeClock(), machine=b"cloned card") as archive:
        second = (await keep_one(archive)).origin
        began = [e for e in await archive.latest_events(10) if e.kind == "origin_began"]

        assert second != first
        assert began[0].payload == {"reason": "machine", "parent": {"origin": first, "seq": 2}}
        assert (await archive.check()).problems == []


async def keep_one(archive: SqliteArchive) -> Event:
    kept = Kept(drafts.new_moment_id(), "typed", Recorded(), transcript=Transcript("one"))
    return (await archive.append(drafts.moment_kept(kept, author="wearer")))[-1]


async def test_a_forget_says_whether_it_is_for_this_copy_alone(
    archive: SqliteArchive, typed: Write
) -> None:
    everywhere, here = await typed("the siren"), await typed("the pill box")

    await archive.begin_forgetting([everywhere])
    await archive.begin_forgetting([here], here=True)

    assert [(await archive.events_of(each))[-1].payload for each in (everywhere, here)] == [
        {"here": False},
        {"here": True},
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda archive: archive.append(drafts.moment_hidden("00aa-0", author="wearer")),
        lambda archive: archive.begin_forgetting(["00aa-0"]),
        lambda archive: archive.erase_remains(),
        lambda archive: archive.rebuild(),
        lambda archive: archive._erase_due(),
    ],
)
async def test_whatever_changes_the_archive_waits_for_who_is_changing_it(
    archive: SqliteArchive, change: Callable[[SqliteArchive], Coroutine[None, None, object]]
) -> None:
    async with archive.writing():
        waiting = asyncio.create_task(change(archive))
        done, _ = await asyncio.wait([waiting], timeout=0.1)
        assert not done
    await waiting


async def test_a_change_that_fails_leaves_nothing_of_itself(
    archive: SqliteArchive, typed: Write
) -> None:
    await typed("the siren")
    broken = Draft("moment_hidden", "00aa-0", "wearer", {"not": object()})

    with pytest.raises(TypeError):
        await archive.append(drafts.moment_hidden("00bb-0", author="wearer"), broken)

    assert [each.kind for each in await archive.latest_events(9)] == ["moment_kept", "origin_began"]
    assert await typed("the pill box")


async def test_nothing_is_scrubbed_that_nobody_forgot(archive: SqliteArchive, typed: Write) -> None:
    await typed("the siren")

    await archive.erase_remains()
    assert await due(archive) == 0
    await archive.begin_forgetting([(await archive.moments())[0].id])
    assert await due(archive) == 1
    await archive.erase_remains()
    assert await due(archive) == 0


async def due(archive: SqliteArchive) -> int:
    """Whether a scrub is still to come."""
    return len(list(await archive.connection.execute_fetchall("SELECT 1 FROM scrub_due")))


async def test_while_a_reader_holds_the_log_the_scrub_stays_due_and_waits_for_nobody(
    archive: SqliteArchive, typed: Write, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.store.sqlite.archive.PATIENCE_WITH_READERS_MS", 0)
    await typed("the siren")
    async with open_archive_to_read(home) as reader:
        await reader.connection.execute("BEGIN")
        moment = (await reader.moments())[0].id
        await archive.begin_forgetting([moment])
        assert not await archive.erase_remains()
        assert not await archive.scrub()
        assert await due(archive) == 1
        assert b"siren" in (home / "archive.db-wal").read_bytes()

    assert await archive.scrub()

    assert await due(archive) == 0
    assert b"siren" not in (home / "archive.db-wal").read_bytes()
    assert b"siren" not in (home / "archive.db").read_bytes()


async def test_after_a_scrub_others_are_waited_for_as_long_as_before(
    archive: SqliteArchive, typed: Write
) -> None:
    await archive.begin_forgetting([await typed("the siren")])

    await archive.erase_remains()

    ((waits_ms,),) = await archive.connection.execute_fetchall("PRAGMA busy_timeout")
    assert waits_ms == BUSY_TIMEOUT_MS
