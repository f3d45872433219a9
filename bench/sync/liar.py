"""A peer that is a member and breaks every rule: what it is told, and by which sentence."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from core.errors import UserError
from pipeline.store.format import drafts
from pipeline.store.format.pages import page_lines
from pipeline.store.format.peer_drafts import signed_message
from pipeline.sync.called import CalledPeer
from pipeline.sync.http.client import Ask, HttpClient
from pipeline.sync.http.errors import PeerRefused
from pipeline.sync.http.messages import BYTES, LINES
from pipeline.sync.tls import caller_context

from .installs import Install

Lie = Callable[[HttpClient, Install, Install], Awaitable[object]]
"""Told over a connection, by the liar, of which the other one shall believe nothing."""


async def lie(liar: Install, told: Install, port: int) -> list[str]:
    """Tell the service at this port every lie there is; what it did not refuse by a sentence."""
    wrong: list[str] = []
    for name, each in LIES.items():
        context = caller_context(liar.identity, told.identity.certificate)
        client = await HttpClient.connect("127.0.0.1", port, context, told.identity.certificate)
        try:
            await each(client, liar, told)
            wrong.append(f"the lie {name!r} was believed")
        except PeerRefused as error:
            if not error.sentence.endswith("."):
                wrong.append(f"the lie {name!r} was answered by {error.sentence!r}")
        except UserError as error:
            wrong.append(f"the lie {name!r} ended the connection: {error.sentence}")
        finally:
            await client.close()
    wrong += await _forget_without_right(liar, told, port)
    return wrong


async def _forget_without_right(liar: Install, told: Install, port: int) -> list[str]:
    """It is stored, for the line has no hole, and does not count."""
    seen = {row.id for row in await told.archive.moments()}
    if not seen:
        return []
    await liar.archive.append(drafts.moment_forgotten(min(seen), here=False, author="wearer"))
    await liar.copy.sign_lines()
    context = caller_context(liar.identity, told.identity.certificate)
    client = await HttpClient.connect("127.0.0.1", port, context, told.identity.certificate)
    try:
        page = await liar.copy.page_after(await liar.line(), 0)
        assert page is not None
        await CalledPeer(client, told.identity.key).give_page([*page_lines(page)])
    finally:
        await client.close()
    still = {row.id for row in await told.archive.moments()}
    return [] if seen <= still else ["a forget without the right took something"]


def _page(**changed: Any) -> Lie:  # noqa: ANN401 - columns of an event
    """A page that is signed as it is, whose last event says something else."""

    async def given(client: HttpClient, liar: Install, _: Install) -> object:
        await liar.note("a lie")
        return await _put(client, "/v1/events", b"".join(await lying_page(liar, **changed)))

    return given


async def lying_page(liar: Install, **changed: Any) -> list[bytes]:  # noqa: ANN401 - columns
    """All that it has to say of its own line, signed as it is, with something else at the end."""
    await liar.copy.sign_lines()
    page = await liar.copy.page_after(await liar.line(), 0)
    assert page is not None
    last = replace(page.last, **changed)
    last = replace(last, hash=last.computed_hash())
    message = signed_message(last, is_writer=True)
    signature = replace(page.signature, seq=last.seq, signature=liar.identity.sign(message))
    return [*page_lines(replace(page, events=(*page.events[:-1], last), signature=signature))]


async def _altered(client: HttpClient, liar: Install, _: Install) -> object:
    """An event that is not the one that was signed."""
    page = await liar.copy.page_after(await liar.line(), 0)
    assert page is not None
    first = replace(page.events[0], at_ms=1)
    lines = page_lines(replace(page, events=(first, *page.events[1:])))
    return await _put(client, "/v1/events", b"".join(lines))


async def _of_another(client: HttpClient, liar: Install, told: Install) -> object:
    """What follows in the line of who is told, by the liar's signature."""
    await told.copy.sign_lines()
    page = await told.copy.page_after(await told.line(), 0)
    assert page is not None
    message = signed_message(page.last, is_writer=True)
    signature = replace(
        page.signature, key=liar.identity.key, signature=liar.identity.sign(message)
    )
    return await _put(
        client, "/v1/events", b"".join(page_lines(replace(page, signature=signature)))
    )


async def _belonging(client: HttpClient, liar: Install, _: Install) -> object:
    """A belonging that fits no commitment, within its page."""
    await liar.note("a lie")
    await liar.copy.sign_lines()
    page = await liar.copy.page_after(await liar.line(), 0)
    assert page is not None
    held = {name: replace(each, content=b"other") for name, each in page.held.items()}
    return await _put(client, "/v1/events", b"".join(page_lines(replace(page, held=held))))


async def _put(client: HttpClient, path: str, body: bytes) -> object:
    return await client.ask(Ask("PUT", path, body, LINES, within_s=60.0))


def _body(path: str, body: bytes) -> Lie:
    async def given(client: HttpClient, liar: Install, told: Install) -> object:  # noqa: ARG001
        return await _put(client, path, body)

    return given


def _sound(path: str, span: str) -> Lie:
    async def given(client: HttpClient, liar: Install, told: Install) -> object:  # noqa: ARG001
        asked = Ask("PUT", path, b"x" * 1000, BYTES, {"Content-Range": span}, within_s=60.0)
        return await client.ask(asked)

    return given


async def _path(client: HttpClient, liar: Install, told: Install) -> object:  # noqa: ARG001
    return await client.ask(Ask("GET", "/v1/sound/../../archive.db"))


LIES: Mapping[str, Lie] = {
    "a lamport of 2^63 - 1": _page(lamport=2**63 - 1),
    "a lamport too far ahead": _page(lamport=2**53),
    "a gap": _page(seq=2**40),
    "the origin of nobody": _page(origin="f" * 16),
    "an unknown author": _page(author="nobody"),
    "an altered event": _altered,
    "the line of another": _of_another,
    "a belonging of other bytes": _belonging,
    "no JSON": _body("/v1/events", b"{" * 1000),
    "numbers for names": _body("/v1/forgets", b"[1, 2, 3]\n"),
    "an endless page": _body("/v1/events", b"0" * (40 * 1024 * 1024)),
    "sound of 4 GB that nobody asked for": _sound(
        "/v1/sound/" + "0" * 64, f"bytes 0-{2**32 - 1}/{2**32}"
    ),
    "sound without a range": _sound("/v1/sound/" + "0" * 64, "bytes ?"),
    "a path for a name": _path,
}
"""By name: each is to be refused by a sentence."""
