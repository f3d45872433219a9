"""Who belongs to this archive: read from the journal, added, and removed."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from core.access.peers import Address
from core.sync.status import PeerStatus, read_peer_statuses
from pipeline.store.format.events import Draft
from pipeline.store.format.peer_drafts import Member, Role, peer_added, peer_removed
from pipeline.store.sqlite.archive import SqliteArchive, open_archive
from pipeline.store.sqlite.exchange import lines as line_rows
from pipeline.store.sqlite.exchange.away import sounds_away
from pipeline.store.sqlite.reader import SqliteReader, open_archive_to_read
from pipeline.sync.address_book import AddressBook, Known
from pipeline.sync.identity import Identity
from pipeline.sync.introduction.steps import Introduced

NAMELESS = "?"
"""A peer whose name has not come here yet."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A member of this archive, and what this install remembers of meeting it."""

    member: Member
    name: str
    known: Known

    @property
    def key(self) -> str:
        return self.member.key

    @property
    def role(self) -> Role:
        return self.member.role


async def peers_of(home: Path, own_key: str) -> list[Peer]:
    """The peers of the install with this key, by name. Raises ArchiveUnusable."""
    known, standing = AddressBook(home).read(), read_peer_statuses(home)
    async with open_archive_to_read(home) as archive:
        members = (await line_rows.known_membership(archive.connection, own_key)).members
        found = [
            Peer(
                each, await _name(archive, each), _now(known.get(each.key), standing.get(each.key))
            )
            for each in members.values()
        ]
    return sorted(found, key=lambda each: (each.name, each.key))


async def own_role(home: Path) -> Role | None:
    """What the install of this home may do on the others; None where it was removed."""
    async with open_archive_to_read(home) as archive:
        return await archive.own_role()


def _now(known: Known | None, standing: PeerStatus | None) -> Known:
    """What is known of a peer, with what the sync service wrote down last."""
    found = known or Known()
    if standing is None:
        return found
    return replace(found, met_ms=standing.met_ms or found.met_ms, state=standing.state)


async def add(home: Path, own_key: str, other: Introduced, role: Role, address: Address) -> None:
    """This install belongs to the archive from now on. Raises ArchiveUnusable, OSError."""
    certificate = base64.b64encode(other.certificate).decode()
    drafted = peer_added(other.key, certificate, role, name=other.name, origin=other.origin)
    async with open_archive(home) as archive:
        await append_added(archive, own_key, drafted)
    AddressBook(home).change(other.key, lambda known: known.at(address))


async def append_added(archive: SqliteArchive, own_key: str, drafted: Draft) -> None:
    """Append this `peer_added`. Of who may only read from now on, what it wrote so far counts."""
    key, role = drafted.payload["key"], drafted.payload["role"]
    members = (await line_rows.known_membership(archive.connection, own_key)).members
    member = members.get(key)
    if role == "read_only" and member is not None and member.role != "read_only":
        await archive.append(peer_removed(key, await lines_of(archive, member, key)), drafted)
    else:
        await archive.append(drafted)


async def remove(home: Path, identity: Identity, key: str) -> Mapping[str, int]:
    """This key belongs to the archive no more; the last event of each of its lines that counts.

    Raises ArchiveUnusable.
    """
    async with open_archive(home) as archive:
        connection = archive.connection
        members = (await line_rows.known_membership(connection, identity.key)).members
        lines = await lines_of(archive, members.get(key), key)
        await archive.append(peer_removed(key, lines))
    AddressBook(home).drop(key)
    return lines


async def sounds_left_to(home: Path, key: str) -> int:
    """How many sounds have left this install for this peer. Raises ArchiveUnusable."""
    async with open_archive_to_read(home) as archive:
        away = await sounds_away(archive.connection)
    return sum(each.key == key for each in away.values())


async def lines_of(archive: SqliteReader, member: Member | None, key: str) -> dict[str, int]:
    """How far each line that this key writes has come here."""
    connection = archive.connection
    heads = await line_rows.heads(connection)
    writes = {}
    for origin, (seq, _) in heads.items():
        if await line_rows.key_of_line(connection, origin) == (key, True):
            writes[origin] = seq
    named = member.origin if member is not None else None
    if named is not None and named not in writes:
        # It said so as it was introduced. Where nothing of it came, nothing counts.
        is_anothers = await line_rows.key_of_line(connection, named) is not None
        if not is_anothers and named != await archive.origin():
            writes[named] = heads[named][0] if named in heads else 0
    return writes


async def _name(archive: SqliteReader, member: Member) -> str:
    content = None if member.name is None else await archive.belonging(member.name)
    return NAMELESS if content is None else content.decode(errors="replace")
