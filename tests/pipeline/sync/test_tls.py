"""Over real sockets: who is let in, and who is found at the other end."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from pipeline.sync.identity import Identity, identity_of, new_identity
from pipeline.sync.keys.ed25519 import new_private
from pipeline.sync.tls import MembersDoor, caller_context, introduction_context, is_pinned

NOBODY = "nobody"


@dataclass(frozen=True)
class Opened:
    door: MembersDoor
    port: int


@asynccontextmanager
async def opened(here: Identity, members: Mapping[str, bytes]) -> AsyncIterator[Opened]:
    """A server that tells each caller, as a line, as whom it was let in."""
    door = MembersDoor(here)
    door.admit(members)

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told = door.key_of(writer.get_extra_info("ssl_object")) or NOBODY
        writer.write(told.encode() + b"\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=door.context)
    async with server:
        yield Opened(door, server.sockets[0].getsockname()[1])


async def let_in_as(port: int, context: ssl.SSLContext, pinned: bytes | None = None) -> str:
    """What the server said; NOBODY also where it hung up. Raises ssl.SSLError in the handshake."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    try:
        if pinned is not None:
            assert is_pinned(writer.get_extra_info("ssl_object"), pinned)
        return (await reader.readline()).decode().strip() or NOBODY
    except (ssl.SSLError, ConnectionError):
        return NOBODY
    finally:
        writer.close()


async def test_two_members_know_each_other() -> None:
    laptop, pendant = new_identity(), new_identity()

    async with opened(laptop, {pendant.key: pendant.certificate}) as there:
        context = caller_context(pendant, laptop.certificate)

        assert await let_in_as(there.port, context, laptop.certificate) == pendant.key


async def test_an_unknown_certificate_is_nobodys() -> None:
    laptop, pendant, stranger = new_identity(), new_identity(), new_identity()

    async with opened(laptop, {pendant.key: pendant.certificate}) as there:
        context = caller_context(stranger, laptop.certificate)

        assert await let_in_as(there.port, context) == NOBODY


async def test_who_shows_no_certificate_is_not_let_in() -> None:
    laptop, pendant = new_identity(), new_identity()

    async with opened(laptop, {pendant.key: pendant.certificate}) as there:
        assert await let_in_as(there.port, introduction_context(None)) == NOBODY


async def test_a_member_that_was_removed_is_nobody_from_then_on() -> None:
    laptop, pendant, phone = new_identity(), new_identity(), new_identity()
    both = {each.key: each.certificate for each in (pendant, phone)}

    async with opened(laptop, both) as there:
        context = caller_context(pendant, laptop.certificate)
        before = await let_in_as(there.port, context)
        there.door.admit({phone.key: phone.certificate})
        after = await let_in_as(there.port, context)

    assert (before, after) == (pendant.key, NOBODY)


async def test_a_member_that_was_added_is_let_in_from_then_on() -> None:
    laptop, pendant = new_identity(), new_identity()

    async with opened(laptop, {}) as there:
        context = caller_context(pendant, laptop.certificate)
        before = await let_in_as(there.port, context)
        there.door.admit({pendant.key: pendant.certificate})
        after = await let_in_as(there.port, context)

    assert (before, after) == (NOBODY, pendant.key)


async def test_a_certificate_that_is_another_keys_lets_nobody_in() -> None:
    laptop, pendant, thief = new_identity(), new_identity(), new_identity()

    async with opened(laptop, {pendant.key: thief.certificate, "f" * 64: b"rubbish"}) as there:
        assert await let_in_as(there.port, caller_context(thief, laptop.certificate)) == NOBODY


async def test_a_certificate_of_the_same_key_with_other_dates_is_not_the_members() -> None:
    laptop, pendant = new_identity(), new_identity()
    expired = Identity(pendant.key, dated(pendant.private, 1990), pendant.private)

    async with opened(laptop, {pendant.key: pendant.certificate}) as there:
        there.door.context.load_verify_locations(cadata=expired.certificate)
        context = caller_context(expired, laptop.certificate)

        assert await let_in_as(there.port, context) == NOBODY


async def test_dates_are_ignored() -> None:
    """The handshake goes through; only the bytes of the certificate are looked at."""
    private = new_private()
    plain = identity_of(private)
    expired = Identity(plain.key, dated(private, 1990), private)
    pendant = new_identity()

    async with opened(expired, {pendant.key: pendant.certificate}) as there:
        context = caller_context(pendant, expired.certificate)

        assert await let_in_as(there.port, context, expired.certificate) == pendant.key


async def test_who_stands_in_the_middle_is_found_in_the_handshake() -> None:
    laptop, pendant, middle = new_identity(), new_identity(), new_identity()

    async with opened(middle, {pendant.key: pendant.certificate}) as there:
        with pytest.raises(ssl.SSLCertVerificationError):
            await let_in_as(there.port, caller_context(pendant, laptop.certificate))


async def test_who_speaks_an_older_tls_is_not_answered() -> None:
    laptop, pendant = new_identity(), new_identity()
    old = caller_context(pendant, laptop.certificate)
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_2

    async with opened(laptop, {pendant.key: pendant.certificate}) as there:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await let_in_as(there.port, old)


def dated(key: bytes, year: int) -> bytes:
    """A certificate of this key that was good for a year, long ago."""
    private = Ed25519PrivateKey.from_private_bytes(key)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a year")])
    made = (
        x509.CertificateBuilder(name, name, private.public_key())
        .serial_number(1)
        .not_valid_before(datetime(year, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(year + 1, 1, 1, tzinfo=UTC))
        .sign(private, None)
    )
    return made.public_bytes(Encoding.DER)
