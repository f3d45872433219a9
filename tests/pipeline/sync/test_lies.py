from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from bench.sync.installs import Install
from bench.sync.liar import lie, lying_page
from pipeline.store.format.events import Draft
from pipeline.store.format.pages import PageRefused, page_lines
from pipeline.store.format.peer_drafts import signed_message

Installs = Callable[..., Awaitable[list[Install]]]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"lamport": 2**53}, "too far ahead"),
        ({"lamport": 2**62}, "too large"),
        ({"seq": 2**40}, "does not follow"),
        ({"origin": "f" * 16}, "does not follow"),
        ({"author": "nobody"}, "name"),
    ],
)
async def test_a_peer_that_lies_is_refused_and_nothing_else_is_lost(
    installs: Installs, changed: dict[str, Any], sentence: str
) -> None:
    one, liar = await installs()
    await one.note("mine")
    await one.meets(liar)
    for _ in range(2):
        await liar.archive.append(Draft("moment_hidden", "none-0", "wearer"))
    lines = await lying_page(liar, **changed)

    with pytest.raises(PageRefused, match=sentence):
        await one.copy.receive(lines)

    await one.note("and more")
    assert await one.texts() == ["and more", "mine"]
    assert (await one.archive.check()).problems == []


async def test_nobody_writes_in_the_line_of_another(installs: Installs) -> None:
    one, other, liar = await installs(3)
    await other.note("theirs")
    await other.meets(one)
    await other.meets(liar)
    victim = await other.line()
    page = await liar.copy.page_after(victim, 0)
    assert page is not None
    forged = replace(page.last, author="agent")
    forged = replace(forged, hash=forged.computed_hash())
    for is_writer in (True, False):
        message = signed_message(forged, is_writer=is_writer)
        signature = replace(
            page.signature,
            key=liar.identity.key,
            signature=liar.identity.sign(message),
            is_writer=is_writer,
        )
        events = (*page.events[:-1], forged)
        lines = [*page_lines(replace(page, events=events, signature=signature))]
        with pytest.raises(PageRefused, match="another key than its own"):
            await one.copy.receive(lines)


async def test_a_wrong_signature_is_refused(installs: Installs) -> None:
    one, other = await installs()
    await other.note()
    await other.copy.sign_lines()
    page = await other.copy.page_after(await other.line(), 0)
    assert page is not None
    wrong = replace(page, signature=replace(page.signature, signature=bytes(64)))

    with pytest.raises(PageRefused, match="is wrong"):
        await one.copy.receive([*page_lines(wrong)])


async def test_a_stranger_is_refused(installs: Installs) -> None:
    one, _ = await installs()
    stranger_folder = one.home.parent / "stranger"
    stranger_folder.mkdir()
    from bench.sync.installs import install  # noqa: PLC0415

    async with install(stranger_folder, 9) as stranger:
        await stranger.note()
        await stranger.copy.sign_lines()
        page = await stranger.copy.page_after(await stranger.line(), 0)
        assert page is not None
        with pytest.raises(PageRefused, match="no peer of this archive"):
            await one.copy.receive([*page_lines(page)])


async def test_every_lie_is_refused_by_a_sentence_over_the_network(installs: Installs) -> None:
    one, liar = await installs(role="archive")
    moment = await one.note("mine")
    await one.meets(liar)

    async with one.listening_to(liar) as port:
        wrong = await lie(liar, one, port)

    assert wrong == []
    assert moment in {row.id for row in await one.archive.moments()}
    assert (await one.archive.check()).problems == []
