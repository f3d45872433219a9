"""An image that was put back, a cloned card: two versions of one line, and nothing lost."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bench.sync.installs import Install, install
from pipeline.store import acts

Installs = Callable[..., Awaitable[list[Install]]]


@pytest.fixture
async def put_back(
    installs: Installs, tmp_path: Path
) -> AsyncIterator[Callable[[Install], Awaitable[Install]]]:
    """The home of an install as it is now, to be opened later as the same machine."""
    async with AsyncExitStack() as stack:

        async def image(one: Install) -> Install:
            name = f"image of {one.number}"
            async with one.archive.undisturbed():
                shutil.copytree(one.home, tmp_path / name)
            return await stack.enter_async_context(install(tmp_path, one.number, name=name))

        yield image


Image = Callable[[Install], Awaitable[Install]]


async def test_an_image_that_wrote_nothing_since_gets_all_of_it_back(
    installs: Installs, put_back: Image
) -> None:
    one, other = await installs()
    await one.note("before")
    await one.meets(other)
    image = await put_back(one)
    await one.note("after")
    await one.meets(other)

    await image.meets(other)
    await image.note("since")
    await image.meets(other)

    assert await image.line() != await one.line()
    for each in (image, other):
        assert await each.texts() == ["after", "before", "since"]
        assert (await each.archive.check()).problems == []


@pytest.mark.parametrize("turn", range(4))
async def test_what_both_versions_wrote_is_kept(
    installs: Installs, put_back: Image, turn: int
) -> None:
    one, other, third = await installs(3)
    await one.note("before")
    await one.meets(other)
    await one.meets(third)
    image = await put_back(one)
    await one.note("after")
    hidden = await one.note("taken back")
    await acts.undo_keep(one.archive, await one.archive.moment(hidden))
    await one.meets(other)
    for number in range(turn + 1):
        await image.note(f"since {number}")
    await image.meets(third)

    for _ in range(3):
        await third.meets(other)
        await image.meets(other)
        await image.meets(third)

    wanted = sorted(["after", "before", *(f"since {number}" for number in range(turn + 1))])
    lines = {tuple(sorted(await each.copy.heads())) for each in (image, other, third)}
    assert len(lines) == 1
    for each in (image, other, third):
        assert await each.texts() == wanted
        assert (await each.archive.check()).problems == []
        before = await each.views()
        await each.archive.rebuild()
        assert await each.views() == before
    await image.note("and on")
    await image.meets(other)
    assert "and on" in await other.texts()
