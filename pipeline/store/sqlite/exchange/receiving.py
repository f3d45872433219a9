"""Storing what another copy sent: a page of a line, in the transaction that its caller holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import aiosqlite

from core.errors import UserError
from pipeline.store.exchange_port import Signer
from pipeline.store.format.chain import superseded_sounds
from pipeline.store.format.events import FIRST_PREVIOUS_HASH, Event
from pipeline.store.format.pages import (
    MOST_LAMPORT_AHEAD,
    EarlyForget,
    Held,
    Page,
    PageRefused,
    first_place,
    fits,
    read_page,
)
from pipeline.store.format.peer_drafts import Membership, Signature, signed_message
from pipeline.store.format.readable import readable_event
from pipeline.store.sqlite import forgetting
from pipeline.store.sqlite.journal import event_at, events_of, is_forgotten

from .lines import hash_at, head, key_of_line, prune, put_signature
from .tables import COLUMNS
from .wanted import events_wanting, store_belonging, want_belonging, want_no_more


class LinesPart(UserError):
    """Two signed versions of one line: an image was written back, or two machines write as one."""

    code: ClassVar[str] = "lines_part"

    def __init__(self, origin: str, seq: int, *, ours_gives_way: bool = False) -> None:
        super().__init__(
            f"The line {origin} goes on in two ways beyond its event {seq - 1}.",
            advice="The other machine gives its own another line as soon as you meet again.",
        )
        self.origin, self.seq, self.ours_gives_way = origin, seq, ours_gives_way


@dataclass(frozen=True, slots=True)
class Believed:
    """What is known of who may say what, at the time of a transaction."""

    signer: Signer
    membership: Membership
    highest_lamport: int

    def must_believe(self, signature: Signature) -> None:
        """Raises PageRefused: the word of nobody who may write here.

        Whoever was removed is believed as far as its line counts, whoever passes it on.
        """
        is_former = signature.origin in self.membership.former.get(signature.key, {})
        if signature.key == self.signer.key or is_former:
            return
        member = self.membership.members.get(signature.key)
        if member is None:
            raise PageRefused(
                f"The line {signature.origin} is signed by {signature.key[:16]}, which is no peer "
                "of this archive."
            )
        if member.role == "read_only":
            raise PageRefused(f"{signature.key[:16]} may read this archive, and not write to it.")


async def read_and_verify(
    connection: aiosqlite.Connection, lines: Sequence[bytes], believed: Believed
) -> Page:
    """The page in these lines, of which all that it says of itself is true. Raises PageRefused."""
    origin, first = first_place(lines)
    before = FIRST_PREVIOUS_HASH if first == 1 else await hash_at(connection, origin, first - 1)
    if before is None:
        raise PageRefused(f"Events are missing before {origin}:{first}.")
    page = read_page(lines, before)
    _must_not_have_ended(believed, origin, first)
    await _must_be_signed(connection, page.last, page.signature, believed)
    if page.last.lamport > believed.highest_lamport + MOST_LAMPORT_AHEAD:
        raise PageRefused(f"The event {page.last.id} is too far ahead of everything else.")
    return page


def _must_not_have_ended(believed: Believed, origin: str, seq: int) -> None:
    end = believed.membership.ends.get(origin)
    if end is not None and seq > end:
        raise PageRefused(f"The line {origin} ended at {end}: its peer was removed.")


async def _must_be_signed(
    connection: aiosqlite.Connection, event: Event, signature: Signature, believed: Believed
) -> None:
    """Raises PageRefused: a signature that is none, or of who may not sign this line."""
    believed.must_believe(signature)
    known = await key_of_line(connection, event.origin)
    if known is not None and known[1] and signature.key != known[0]:
        raise PageRefused(f"The line {event.origin} is signed by another key than its own.")
    message = signed_message(event, is_writer=signature.is_writer)
    if not believed.signer.verify(signature.key, signature.signature, message):
        raise PageRefused(f"The signature of {event.id} is wrong.")


async def new_events(
    connection: aiosqlite.Connection, page: Page, end: int | None = None
) -> list[Event]:
    """Those of a page that are not here yet, up to the line's end.

    Raises LinesPart where others are in their place.
    """
    last = await head(connection, page.origin)
    known = 0 if last is None else last[0]
    for event in page.events:
        if event.seq > known:
            break
        there = await hash_at(connection, page.origin, event.seq)
        if there is not None and there != event.hash:
            gives_way = event.hash < there
            raise LinesPart(page.origin, event.seq, ours_gives_way=gives_way)
    return [each for each in page.events if each.seq > known and (end is None or each.seq <= end)]


async def store_event(
    connection: aiosqlite.Connection, home: Path, event: Event, page: Page
) -> None:
    """One event with what hangs off it; the views are folded later. A forget acts elsewhere.

    It is stored as it came, whether this version makes sense of it or not.
    """
    known = readable_event(event)
    await connection.execute(
        f"INSERT INTO event ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        _row(event),
    )
    await _take_the_place_of_early(connection, event)
    gone = set[str]()
    if known.kind in {"moment_kept", "clip_revised"}:
        gone = superseded_sounds(await events_of(connection, event.subject))
    if gone:
        await forgetting.erase_superseded(connection, event.subject, gone)
        await want_no_more(connection, gone)
    if await is_forgotten(connection, event.subject):
        return
    for entry in event.payload.get("belongings", []):
        held = page.held.get(entry["id"])
        if entry["id"] in gone:
            continue
        if held is not None:
            await store_belonging(connection, home, event, held)
        elif entry["kind"] != "voice_print":
            await want_belonging(connection, event, entry["id"])


async def forgets_that_give_way(
    connection: aiosqlite.Connection, events: Sequence[Event]
) -> list[str]:
    """What forgets were about that came early, count here, and stand where these events now do.

    Nobody may have the version of the line any more in which they stood.
    """
    query = (
        "SELECT seq, hash, subject FROM early_forget WHERE origin = ? AND NOT EXISTS (SELECT 1 "
        "FROM discounted WHERE (discounted.origin, discounted.seq) = "
        "(early_forget.origin, early_forget.seq))"
    )
    now = {each.seq: each.hash for each in events}
    rows = await connection.execute_fetchall(query, (events[0].origin,)) if events else []
    return [row[2] for row in rows if row[0] in now and row[1] != now[row[0]]]


async def _take_the_place_of_early(connection: aiosqlite.Connection, event: Event) -> None:
    """The forget that came early is in its line now.

    One of a version that gave way goes on to count here, where it did: what it erased is gone.
    """
    early = await _early_hash(connection, event)
    if early is None:
        return
    if early != event.hash:
        query = "DELETE FROM signature WHERE (origin, seq) = (?, ?)"
        await connection.execute(query, event.place)
        query = "DELETE FROM waiting_forget WHERE (origin, seq) = (?, ?)"
        await connection.execute(query, event.place)
        query = "DELETE FROM discounted WHERE (origin, seq) = (?, ?)"
        if (await connection.execute(query, event.place)).rowcount == 0:
            return
    await connection.execute("DELETE FROM early_forget WHERE (origin, seq) = (?, ?)", event.place)


async def _early_hash(connection: aiosqlite.Connection, event: Event) -> bytes | None:
    query = "SELECT hash FROM early_forget WHERE (origin, seq) = (?, ?)"
    rows = list(await connection.execute_fetchall(query, event.place))
    return bytes(rows[0][0]) if rows else None


def _row(event: Event) -> tuple[object, ...]:
    return tuple(getattr(event, name) for name in event.__slots__)


async def close_page(connection: aiosqlite.Connection, page: Page) -> None:
    """Keep the signature by which the page was believed, to pass it on."""
    last = await head(connection, page.origin)
    if last is not None and last[0] >= page.signature.seq:
        await put_signature(connection, page.signature)
        await prune(connection, page.origin)


async def read_early(
    connection: aiosqlite.Connection, forgets: Sequence[EarlyForget], believed: Believed
) -> list[EarlyForget]:
    """Those of these forgets that are new here, each believed. Raises PageRefused."""
    new: list[EarlyForget] = []
    for each in forgets:
        _must_not_have_ended(believed, *each.event.place)
        await _must_be_signed(connection, each.event, each.signature, believed)
        there = await hash_at(connection, *each.event.place)
        if there is None:
            there = await _early_hash(connection, each.event)
        if there is None:
            new.append(each)
        elif there != each.event.hash:
            raise LinesPart(*each.event.place)
    return new


async def store_early(connection: aiosqlite.Connection, forget: EarlyForget) -> None:
    """Keep a forget until its line comes to it."""
    await connection.execute(
        f"INSERT INTO early_forget ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        _row(forget.event),
    )
    await put_signature(connection, forget.signature)


async def store_wanted(
    connection: aiosqlite.Connection, home: Path, held: Sequence[Held]
) -> list[str]:
    """Put to its place what was wanted of these; the subjects that it changes.

    Raises PageRefused where one does not fit what its event has committed itself to.
    """
    places = await events_wanting(connection, (each.id for each in held))
    changed: list[str] = []
    for each in held:
        place = places.get(each.id)
        found = None if place is None else await event_at(connection, *place)
        event = None if found is None else readable_event(found)
        if event is None or await is_forgotten(connection, event.subject):
            continue
        if not fits(event, each):
            raise PageRefused(f"A belonging does not fit the event {event.id}.")
        await store_belonging(connection, home, event, each)
        changed.append(event.subject)
    return changed
