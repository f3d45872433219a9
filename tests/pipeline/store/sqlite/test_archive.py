"""What the archive keeps, hides, undoes and forgets, seen through a second connection."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from core.clock import FakeClock, Recorded
from core.errors import NotFound
from core.moment import Transcript
from pipeline.forget import finish_forgetting, forget
from pipeline.spool.spool import Spool
from pipeline.store import acts
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept
from pipeline.store.format.events import Event
from pipeline.store.port import Forgotten, Period
from pipeline.store.sqlite.archive import SqliteArchive, open_archive
from pipeline.store.sqlite.reader import open_archive_to_read

Write = Callable[..., Awaitable[str]]


async def texts(home: Path, *, hidden: bool = False) -> list[str]:
    async with open_archive_to_read(home) as reader:
        return [row.text for row in await reader.moments(hidden=hidden)]


async def found(home: Path, word: str) -> int:
    async with open_archive_to_read(home) as reader:
        query = "SELECT count(*) FROM passage_words WHERE passage_words MATCH ?"
        rows = list(await reader.connection.execute_fetchall(query, (f'"{word}"',)))
        return int(rows[0][0])


async def test_what_is_appended_is_there_for_others(
    archive: SqliteArchive, typed: Write, home: Path
) -> None:
    await typed("the siren")
    await typed("the pill box")

    assert await texts(home) == ["the siren", "the pill box"]
    assert await found(home, "siren") == 1


async def test_a_thought_is_stored_whole_or_not_at_all(
    archive: SqliteArchive, typed: Write, home: Path
) -> None:
    gone = await typed("soon gone")
    await forget(archive, Spool(archive.home / "spool"), [gone])
    kept = Kept(drafts.new_moment_id(), "typed", Recorded(), transcript=Transcript("half"))

    with pytest.raises(Forgotten):
        await archive.append(
            drafts.moment_kept(kept, author="wearer"), drafts.moment_hidden(gone, author="wearer")
        )

    assert await texts(home) == []


async def test_a_hidden_moment_is_out_of_list_and_index(
    archive: SqliteArchive, typed: Write, home: Path
) -> None:
    moment = await typed("the siren")

    assert await acts.hide(archive, await archive.moment(moment))

    assert await texts(home) == []
    assert await texts(home, hidden=True) == ["the siren"]
    assert await found(home, "siren") == 0
    assert not await acts.hide(archive, await archive.moment(moment))


async def test_a_restored_moment_is_found_again(
    archive: SqliteArchive, typed: Write, home: Path
) -> None:
    moment = await typed("the siren")
    await acts.hide(archive, await archive.moment(moment))

    assert await acts.restore(archive, await archive.moment(moment))

    assert await found(home, "siren") == 1
    assert not await acts.restore(archive, await archive.moment(moment))


async def test_undoing_a_keep_hides_its_moment(
    archive: SqliteArchive, typed: Write, home: Path
) -> None:
    await typed("the siren")

    undone = await acts.undo(archive)

    assert undone.kind == "moment_kept"
    assert await texts(home) == []
    assert await texts(home, hidden=True) == ["the siren"]


async def test_an_undo_can_be_undone(archive: SqliteArchive, typed: Write, home: Path) -> None:
    await typed("the siren")
    await acts.undo(archive)

    await acts.undo(archive)

    assert await texts(home) == ["the siren"]


async def test_an_event_named_can_be_undone_long_after(
    archive: SqliteArchive, typed: Write, home: Path
) -> None:
    await typed("the siren")
    await typed("the pill box")
    first = (await archive.latest_events(10))[-2]

    await acts.undo(archive, await acts.event_named(archive, str(first.seq)))

    assert await texts(home) == ["the pill box"]


async def test_a_moment_whose_keep_was_undone_can_be_restored(
    archive: SqliteArchive, typed: Write, home: Path
) -> None:
    moment = await typed("the siren")
    await acts.undo(archive)

    await acts.restore(archive, await archive.moment(moment))

    assert await texts(home) == ["the siren"]


async def test_what_is_undone_already_is_not_undone_twice(
    archive: SqliteArchive, typed: Write
) -> None:
    await typed("the siren")
    event = (await archive.latest_events(1))[0]
    await acts.undo(archive, event)

    with pytest.raises(NotFound, match="undone already"):
        await acts.undo(archive, event)


async def test_a_forget_cannot_be_undone(archive: SqliteArchive, typed: Write) -> None:
    await forget(archive, Spool(archive.home / "spool"), [await typed("the siren")])

    with pytest.raises(NotFound, match="cannot be undone"):
        await acts.undo(archive)


async def test_nothing_to_undo_is_said(archive: SqliteArchive) -> None:
    with pytest.raises(NotFound, match="nothing to undo"):
        await acts.undo(archive)


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


async def test_what_was_forgotten_takes_nothing_more(archive: SqliteArchive, typed: Write) -> None:
    moment = await typed("the siren")
    await forget(archive, Spool(archive.home / "spool"), [moment])

    with pytest.raises(Forgotten):
        await archive.append(drafts.moment_hidden(moment, author="wearer"))


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
    await acts.undo(archive, await acts.event_named(archive, "2"))
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


async def test_a_moment_is_named_by_the_beginning_of_its_id(
    archive: SqliteArchive, typed: Write
) -> None:
    moment = await typed("the siren")

    assert (await archive.moment(moment[:8])).id == moment


@pytest.mark.parametrize("named", ["", "zzz"])
async def test_no_such_moment_is_a_sentence(
    archive: SqliteArchive, typed: Write, named: str
) -> None:
    await typed("the siren")

    with pytest.raises(NotFound):
        await archive.moment(named)


async def test_a_period_leaves_the_rest_out(archive: SqliteArchive, typed: Write) -> None:
    moments = [await typed(f"thought {number}") for number in range(3)]
    middle = (await archive.moment(moments[1])).at_ms
    assert middle is not None

    rows = await archive.moments(Period(since_ms=middle, until_ms=middle + 1))

    assert [row.id for row in rows] == [moments[1]]


async def test_moments_without_a_time_come_last_in_the_order_they_were_kept(
    archive: SqliteArchive, typed: Write
) -> None:
    for text in ("one", "two"):
        kept = Kept(drafts.new_moment_id(), "typed", Recorded(), transcript=Transcript(text))
        await archive.append(drafts.moment_kept(kept, author="wearer"))
    await typed("known")

    assert [row.text for row in await archive.moments()] == ["known", "one", "two"]


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
