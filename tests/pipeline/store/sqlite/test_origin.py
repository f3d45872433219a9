"""A line of events belongs to one machine."""

from pathlib import Path

from core.clock import FakeClock
from pipeline.store.format import drafts
from pipeline.store.sqlite.archive import SqliteArchive, open_archive


async def hide_something(archive: SqliteArchive) -> str:
    (event,) = await archive.append(drafts.moment_hidden("00aa-0", author="wearer"))
    return event.origin


async def test_the_same_machine_goes_on_in_its_line(home: Path) -> None:
    lines = []
    for _ in range(2):
        async with open_archive(home, clock=FakeClock(), machine=b"one") as archive:
            lines.append(await hide_something(archive))
            kinds = [each.kind for each in await archive.latest_events(9)]

    assert lines[0] == lines[1]
    assert kinds == ["moment_hidden", "moment_hidden", "origin_began"]


async def test_the_first_line_has_no_parent(archive: SqliteArchive) -> None:
    await hide_something(archive)

    began = (await archive.latest_events(9))[-1]

    assert (began.kind, began.author, began.subject) == ("origin_began", "pipeline", began.origin)
    assert began.payload == {"reason": "first", "parent": None}
