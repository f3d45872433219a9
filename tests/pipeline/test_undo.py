"""An undo while what it is about lies in the journal, in the spool, or in both."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.clock import Recorded
from core.errors import ActWaits
from core.moment import Reference
from core.spool_port import Clip, TypedText
from pipeline.commands.act_sentences import act_named
from pipeline.spool.spool import Spool
from pipeline.store import acts
from pipeline.store.format.drafts import new_act_id, new_moment_id
from pipeline.store.sqlite.archive import open_archive
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.undo import Undone, undo
from pipeline.worker.worker import Worker


@pytest.fixture
def post_lines(spool: Spool) -> Callable[..., Path]:
    """Posts a letter of an import; where it lies."""

    def post(act: str, *texts: str) -> Path:
        lines = [
            TypedText(
                new_moment_id(),
                "imported",
                text,
                Recorded(),
                reference=Reference("lines.jsonl", text),
                act=act,
            )
            for text in texts
        ]
        return spool.post_texts(new_moment_id(), lines)

    return post


PostLines = Callable[..., Path]


async def texts(home: Path) -> list[str]:
    async with open_archive_to_read(home) as archive:
        return sorted(row.text for row in await archive.moments())


async def undo_last(home: Path) -> Undone:
    async with open_archive(home) as archive:
        return await undo(archive, Spool(home / "spool"))


async def test_an_import_in_many_letters_is_taken_back_by_one_undo(
    worker: Worker, home: Path, post_lines: PostLines, post_text: Callable[..., str]
) -> None:
    post_text("before")
    act = new_act_id()
    post_lines(act, *map(str, range(100)))
    post_lines(act, *map(str, range(100, 130)))
    await worker.drain()

    undone = await undo_last(home)

    assert len(undone.act.events) == 130
    assert await texts(home) == ["before"]
    async with open_archive(home) as archive:
        assert len((await acts.redo(archive)).events) == 130
        assert (await archive.check()).problems == []
    assert len(await texts(home)) == 131


async def test_an_import_that_is_not_in_yet_is_said_and_nothing_before_it_is_taken(
    worker: Worker, home: Path, post_lines: PostLines, post_text: Callable[..., str]
) -> None:
    post_text("before")
    await worker.drain()
    post_lines(new_act_id(), "one", "two")

    with pytest.raises(ActWaits, match="2 moments are still being put in"):
        await undo_last(home)

    assert await texts(home) == ["before"]
    await worker.drain()
    await undo_last(home)
    assert await texts(home) == ["before"]


@pytest.mark.parametrize("kind", ["note", "clip"])
async def test_a_note_or_a_clip_that_waits_is_the_last_act(
    kind: str,
    home: Path,
    post_text: Callable[..., str],
    post_clip: Callable[..., str],
) -> None:
    post_text("a note") if kind == "note" else post_clip()

    with pytest.raises(ActWaits, match="1 moment that you kept last is still being put in"):
        await undo_last(home)


async def test_what_waits_of_an_import_that_is_in_by_part_comes_in_taken_back(
    worker: Worker, home: Path, post_lines: PostLines
) -> None:
    act = new_act_id()
    post_lines(act, "one", "two")
    await worker.drain()
    letter = post_lines(act, "three")
    content = letter.read_bytes()

    undone = await undo_last(home)

    assert (len(undone.act.events), undone.still_coming) == (2, 1)
    await worker.drain()
    letter.write_bytes(content)  # as after a kill between its last transaction and its removal
    await worker.drain()
    assert await texts(home) == []
    async with open_archive(home) as archive:
        assert len((await acts.redo(archive)).events) == 3
    assert await texts(home) == ["one", "three", "two"]


async def test_what_was_selected_or_is_no_letter_is_no_reason_to_wait(
    worker: Worker, home: Path, spool: Spool, post_text: Callable[..., str]
) -> None:
    post_text("a note")
    await worker.drain()
    sound = np.zeros(100, np.int16)
    spool.post_clip(Clip(new_moment_id(), "selected", Recorded()), [sound])
    (spool.folder / "00.0.texts").write_text("no letter", encoding="ascii")
    (spool.folder / "01.0.texts").write_text("", encoding="ascii")

    await undo_last(home)

    assert await texts(home) == []


async def test_what_hear_selects_of_a_recording_is_the_wearer_s_act_that_is_waited_for(
    home: Path, spool: Spool
) -> None:
    sound = np.zeros(100, np.int16)
    spool.post_clip(Clip(new_moment_id(), "selected", Recorded(), act=new_act_id()), [sound])

    with pytest.raises(ActWaits):
        await undo_last(home)


async def test_what_hear_selects_of_a_recording_is_one_act_and_what_is_heard_live_is_none(
    worker: Worker, home: Path, spool: Spool
) -> None:
    act, sound = new_act_id(), np.zeros(16_000, np.int16)
    for each in (act, act, None):
        spool.post_clip(Clip(new_moment_id(), "selected", Recorded(), act=each), [sound])
    await worker.drain()

    undone = await undo_last(home)

    assert act_named(undone.act.events) == "2 moments that were heard in a recording"
    assert len(await texts(home)) == 1


async def test_importing_again_brings_back_what_was_undone_and_undo_takes_it_again(
    worker: Worker, home: Path, post_lines: PostLines
) -> None:
    post_lines(new_act_id(), "one", "two")
    await worker.drain()
    await undo_last(home)

    post_lines(new_act_id(), "one", "two", "three")
    await worker.drain()

    assert await texts(home) == ["one", "three", "two"]
    assert len((await undo_last(home)).act.events) == 3
    assert await texts(home) == []


async def test_importing_again_leaves_hidden_what_was_hidden(
    worker: Worker, home: Path, post_lines: PostLines
) -> None:
    post_lines(new_act_id(), "one", "two")
    await worker.drain()
    async with open_archive(home) as archive:
        row = next(each for each in await archive.moments() if each.text == "one")
        await acts.hide(archive, row)

    post_lines(new_act_id(), "one", "two")
    await worker.drain()

    assert await texts(home) == ["two"]


@pytest.mark.parametrize("damage", ['"act":5', '"act":[1]', '"act":"', "NULL", "\x00"])
async def test_one_damaged_event_of_an_act_stops_no_undo_of_the_rest(
    worker: Worker, home: Path, post_lines: PostLines, damage: str
) -> None:
    act = new_act_id()
    post_lines(act, "one", "two", "three")
    await worker.drain()
    async with open_archive(home) as archive:
        first = next(each for each in await archive.moments() if each.text == "one")
        query = "UPDATE event SET payload = replace(payload, ?, ?) WHERE origin = ? AND seq = ?"
        whole = f'"act":"{act}"'
        values = (whole, damage, first.kept_origin, first.kept_seq)
        await archive.connection.execute(query, values)
        await archive.connection.commit()

        assert len((await acts.undo(archive)).events) == 2
        assert len((await acts.redo(archive)).events) == 2
        assert len((await acts.undo(archive, act)).events) == 2


async def test_a_damaged_event_that_was_undone_stops_no_redo(
    worker: Worker, home: Path, post_lines: PostLines
) -> None:
    post_lines(new_act_id(), "one", "two")
    await worker.drain()
    async with open_archive(home) as archive:
        row = (await archive.moments())[0]
        await acts.undo(archive)
        query = "UPDATE event SET payload = '{' WHERE origin = ? AND seq = ?"
        await archive.connection.execute(query, (row.kept_origin, row.kept_seq))
        await archive.connection.commit()

        redone = await acts.redo(archive)

    assert act_named(redone.events)
    assert len(redone.events) >= 1
