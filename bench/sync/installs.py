"""Installs of one archive in one process, each with a home, a key and a clock of its own."""

import contextlib
import random
import socket
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from core.clock import FakeClock
from core.moment import Transcript
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept
from pipeline.store.format.peer_drafts import Role, peer_added, peer_removed
from pipeline.store.sqlite.archive import SqliteArchive, open_archive
from pipeline.store.sqlite.exchange.copy import SqliteCopy
from pipeline.sync.answering import Answers
from pipeline.sync.called import CalledPeer
from pipeline.sync.fakes import Before, NeighbourRemote
from pipeline.sync.http.client import HttpClient
from pipeline.sync.http.server import HttpServer
from pipeline.sync.identity import Identity, open_identity
from pipeline.sync.leaving.rule import Leaving
from pipeline.sync.meeting import meet
from pipeline.sync.met import Met
from pipeline.sync.peers.members import append_added, lines_of
from pipeline.sync.requests import Requests
from pipeline.sync.tls import MembersDoor, caller_context
from pipeline.sync.work.lending import Lending

_VIEWS = {
    "moment": "*",
    "interval": "*",
    "tombstone": "*",
    "passage": "moment, position, start_ms, end_ms, speaker, date_words, text, hex(vector), "
    "embedder, heard_as",
}
"""Rowids are no part of a view."""


@dataclass(slots=True)
class Install:
    """One copy, open. `number` is its place among the others."""

    number: int
    home: Path
    clock: FakeClock
    identity: Identity
    archive: SqliteArchive
    copy: SqliteCopy
    lending: Lending | None = None
    leaving: Leaving | None = None

    def answers(self, peer: "Install") -> Answers:
        """How it speaks to another one."""
        key = peer.identity.key
        made = Answers(self.copy, self.home, self.clock, peer=key, version="0")
        made.leaving, made.lending = self.leaving, self.lending
        return made

    async def meets(self, other: "Install", before: Before | None = None) -> Met:
        """A meeting that this one opens."""
        there = other.answers(self)
        key = other.identity.key
        remote = NeighbourRemote(there, key, before) if before else NeighbourRemote(there, key)
        return await meet(self.answers(other), remote)

    @contextlib.asynccontextmanager
    async def listening_to(self, other: "Install") -> AsyncIterator[int]:
        """Over TLS, on this machine, at the port that this gives."""
        door = MembersDoor(self.identity)
        door.admit({other.identity.key: other.identity.certificate})
        server = HttpServer(Requests(lambda _: self.answers(other)), door.context, door.key_of)
        server.listen([socket.create_server(("127.0.0.1", 0))])
        try:
            yield server.port
        finally:
            await server.close()

    @contextlib.asynccontextmanager
    async def called_by(self, other: "Install") -> AsyncIterator[CalledPeer]:
        """The same, called by the other one."""
        async with self.listening_to(other) as port:
            context = caller_context(other.identity, self.identity.certificate)
            client = await HttpClient.connect("127.0.0.1", port, context)
            try:
                yield CalledPeer(client, self.identity.key)
            finally:
                await client.close()

    async def adds(self, other: "Install", role: Role = "full") -> None:
        """Introduce another one here."""
        told = peer_added(
            other.identity.key,
            b64encode(other.identity.certificate).decode(),
            role,
            name=f"install {other.number}",
            origin=await other.archive.origin(),
        )
        await append_added(self.archive, self.identity.key, told)

    async def removes(self, other: "Install") -> None:
        """Nothing that it writes from now on counts."""
        key = other.identity.key
        members = (await self.copy.membership()).members
        lines = await lines_of(self.archive, members.get(key), key)
        await self.archive.append(peer_removed(key, lines))

    async def knows(self, other: "Install") -> bool:
        """True where the other one is a member here: without that, TLS lets nobody in."""
        return other.identity.key in (await self.copy.membership()).members

    async def note(self, text: str = "pill box") -> str:
        """Keep a typed moment; its id."""
        moment, recorded = drafts.new_moment_id(), self.clock.recorded_now()
        kept = Kept(moment, "typed", recorded, transcript=Transcript(text))
        await self.archive.append(drafts.moment_kept(kept, author="wearer"))
        return moment

    async def forget(self, *moments: str, here: bool = False) -> None:
        """Forget these, to the last byte."""
        await self.archive.begin_forgetting(moments, here=here)
        await self.archive.erase_remains()

    async def texts(self) -> list[str]:
        """What is seen here, in order."""
        return sorted(row.text for row in await self.archive.moments())

    async def line(self) -> str:
        """The origin that it appends under."""
        origin = await self.archive.origin()
        assert origin is not None
        return origin

    async def views(self) -> dict[str, list[tuple[object, ...]]]:
        """The rows of all views, in the order of their keys."""
        found: dict[str, list[tuple[object, ...]]] = {}
        for table, columns in _VIEWS.items():
            query = f"SELECT {columns} FROM {table}"  # noqa: S608 - our own names
            rows = await self.archive.connection.execute_fetchall(query)
            found[table] = sorted((tuple(row) for row in rows), key=repr)
        return found


@contextlib.asynccontextmanager
async def install(  # noqa: PLR0913 - each is what one of the callers varies
    folder: Path,
    number: int,
    chance: random.Random | None = None,
    *,
    name: str = "",
    most_forgotten: int = 50,
    machine: bytes | None = None,
) -> AsyncIterator[Install]:
    """An open install, whose clock may be years away from the others'.

    The machine goes by its number, so two with one number are an image put back on it; unless
    one is named.
    """
    home = folder / (name or f"install-{number}")
    home.mkdir(exist_ok=True)
    clock = FakeClock()
    if chance is not None:
        clock.advance(chance.choice((0, 3600, 400 * 86_400, 30 * 365 * 86_400)))
    machine = machine or f"machine {number}".encode()
    identity = open_identity(home, machine)
    async with open_archive(home, clock=clock, machine=machine) as archive:
        copy = SqliteCopy(archive, identity, most_forgotten)
        yield Install(number, home, clock, identity, archive, copy)
