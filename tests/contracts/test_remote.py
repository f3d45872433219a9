"""A peer is a peer, whether it is called over TLS or stands in the same process."""

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bench.sync.histories import ACTS, told
from bench.sync.installs import Install, install
from core.errors import NotFound, UserError
from pipeline.store.sound_files import sound_path
from pipeline.store.work_port import Job
from pipeline.sync.fakes import NeighbourRemote
from pipeline.sync.meeting import meet
from pipeline.sync.remote import Remote
from tests.pipeline.sync.work.world import Machine, kept


class Pair:
    """Two installs, and the other one as the first one sees it."""

    def __init__(self, here: Install, there: Install, remote: Remote) -> None:
        self.here, self.there, self.remote = here, there, remote


@pytest.fixture(params=["beside", "called"])
async def pair(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Pair]:
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(install(tmp_path, 0))
        there = await stack.enter_async_context(install(tmp_path, 1))
        await here.adds(there)
        await there.adds(here)
        remote: Remote
        if request.param == "beside":
            remote = NeighbourRemote(there.answers(here), there.identity.key)
        else:
            remote = await stack.enter_async_context(there.called_by(here))
        yield Pair(here, there, remote)


async def test_it_says_whose_key_it_has(pair: Pair) -> None:
    assert pair.remote.key == pair.there.identity.key


async def test_it_says_how_far_its_lines_have_come(pair: Pair) -> None:
    await pair.there.note()

    hello = await pair.remote.hello(await pair.here.answers(pair.there).own_hello())

    assert hello.origin == await pair.there.line()
    assert hello.heads == await pair.there.copy.heads()


async def test_both_are_the_same_after_a_meeting(pair: Pair) -> None:
    chance = random.Random(3)
    for install_ in (pair.here, pair.there):
        for name in ("note", "keep", "keep", "facts", "hide", "forget", "note"):
            await ACTS[name][1](install_, chance)

    met = await meet(pair.here.answers(pair.there), pair.remote)

    assert met.refused == []
    assert told(await pair.here.views()) == told(await pair.there.views())
    for install_ in (pair.here, pair.there):
        report = await install_.archive.check()
        assert report.problems == []
        assert report.to_come == 0


async def test_of_a_line_that_is_not_longer_there_is_no_page(pair: Pair) -> None:
    line = await pair.there.line()

    assert await pair.remote.page(line, 10_000) == []
    assert await pair.remote.page("f" * 16, 0) == []


async def test_a_sound_that_is_not_there_is_said(pair: Pair) -> None:
    with pytest.raises(NotFound):
        _ = [chunk async for chunk in pair.remote.sound("f" * 64, 0)]

    await pair.remote.hello(await pair.here.answers(pair.there).own_hello())


async def test_a_sound_comes_from_where_it_is_asked_for(pair: Pair) -> None:
    await ACTS["keep"][1](pair.there, random.Random(3))
    (row,) = await pair.there.archive.moments()
    assert row.sound is not None
    content = sound_path(pair.there.home, row.sound).read_bytes()

    came = b"".join([chunk async for chunk in pair.remote.sound(row.sound, 7)])

    assert came == content[7:]


async def test_what_is_here_and_whole_is_promised_and_nothing_else(pair: Pair) -> None:
    await ACTS["keep"][1](pair.there, random.Random(3))
    (row,) = await pair.there.archive.moments()
    assert row.sound is not None

    assert await pair.remote.promise([row.sound, "f" * 64]) == [row.sound]
    sound_path(pair.there.home, row.sound).write_bytes(b"altered")
    assert await pair.remote.promise([row.sound]) == []


async def test_it_learns_what_is_here_of_what_it_knows(pair: Pair) -> None:
    await ACTS["keep"][1](pair.there, random.Random(3))
    (row,) = await pair.there.archive.moments()
    assert row.sound is not None

    await pair.remote.note_copies([])
    await pair.remote.note_copies([row.sound, "f" * 64])

    query = "SELECT sha256, key FROM sound_copy"
    noted = await pair.there.archive.connection.execute_fetchall(query)
    assert [tuple(each) for each in noted] == [(row.sound, pair.here.identity.key)]


async def test_whoever_may_only_read_is_promised_nothing(tmp_path: Path) -> None:
    async with install(tmp_path, 0) as reader, install(tmp_path, 1) as there:
        await there.adds(reader, "read_only")
        async with there.called_by(reader) as called:
            with pytest.raises(UserError, match="may read here"):
                await called.promise(["f" * 64])


async def test_a_wish_is_told_and_ends_a_wait(pair: Pair) -> None:
    await ACTS["keep"][1](pair.there, random.Random(3))
    (row,) = await pair.there.archive.moments()
    assert row.sound is not None
    sound_path(pair.there.home, row.sound).unlink()
    await pair.there.copy.note_copies([row.sound], pair.here.identity.key)
    mine = await pair.here.answers(pair.there).own_hello()
    before = await pair.remote.hello(mine)

    await pair.there.archive.call_back(row)
    after = await pair.remote.hello(mine)

    assert (before.wishes, after.wishes) == (0, 1)
    heads = await pair.there.copy.heads()
    await pair.there.answers(pair.here).wait_beyond(heads, 60.0, wishes=0)


async def test_a_page_that_is_none_is_refused_in_a_sentence(pair: Pair) -> None:
    with pytest.raises(UserError, match="no line of a page"):
        await pair.remote.give_page([b"nonsense\n"])

    await pair.remote.hello(await pair.here.answers(pair.there).own_hello())


async def test_a_sound_that_nobody_wants_is_refused(pair: Pair, tmp_path: Path) -> None:
    path = tmp_path / "sound"
    path.write_bytes(b"not wanted")

    with pytest.raises(UserError, match="not wanted"):
        await pair.remote.give_sound("f" * 64, path, 0)


async def test_work_is_lent_once_and_given_back(pair: Pair) -> None:
    row = await kept(pair.there)
    job = Job(row.id, row.revision, "words")
    assert await pair.remote.lease(job, 60) == 0  # where nobody lends

    pair.there.lending = Machine(pair.there).lending
    if isinstance(pair.remote, NeighbourRemote):
        pair.remote = NeighbourRemote(pair.there.answers(pair.here), pair.there.identity.key)

    assert await pair.remote.lease(job, 60) == 60
    assert await pair.remote.lease(Job(row.id, row.revision + 1, "words"), 60) == 0
    assert await pair.remote.lease(job, 0) == 0
