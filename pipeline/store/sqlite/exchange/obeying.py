"""Forgets by others: which count here, which wait for the wearer, and what they take with them.

All of it in the transaction that the caller holds. The file of tombstones is written before.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import aiosqlite

from pipeline.store.format.events import Event
from pipeline.store.sqlite import forgetting
from pipeline.store.sqlite.journal import is_forgotten

from .lines import key_of_line
from .receiving import Believed
from .tables import FORGETS

_GOES = re.compile("[0-9a-f]{16}-[0-9]+|voice-[0-9a-f]{16}")
"""What another install may forget: moments and prints, and not a boot, a peer, what was learned."""

_DAY_MS = 86_400_000

_NO_END = 1 << 62


@dataclass(frozen=True, slots=True)
class Decided:
    """What a batch of forgets comes to. `counting` are subjects to be erased now.

    `obeyed` says how many of those were here, by the key of who forgot them.
    """

    counting: tuple[str, ...] = ()
    waiting: tuple[Event, ...] = ()
    discounted: tuple[tuple[Event, str], ...] = ()
    obeyed: Mapping[str, int] = field(default_factory=dict)


async def decide(
    connection: aiosqlite.Connection, forgets: Sequence[Event], believed: Believed, most: int
) -> Decided:
    """Which of these new forgets count, by whose word they are and how many there are."""
    by_right: list[Event] = []
    discounted: list[tuple[Event, str]] = []
    for event in forgets:
        why = await _why_not(connection, event, believed)
        if why:
            discounted.append((event, why))
        elif not await is_forgotten(connection, event.subject):
            by_right.append(event)
    there = [each for each in by_right if await _is_here(connection, each.subject)]
    by_key: dict[str, list[Event]] = {}
    for each in there:
        by_key.setdefault(await _key_of(connection, each.origin), []).append(each)
    by_key.pop(believed.signer.key, None)  # an older line of our own
    waiting: list[Event] = []
    obeyed: dict[str, int] = {}
    for key, events in by_key.items():
        number = len({each.subject for each in events})
        if number + await _waits_for(connection, key) + await _obeyed(connection, key) > most:
            waiting += events
        else:
            obeyed[key] = number
    places = {each.place for each in waiting}
    counting = dict.fromkeys(e.subject for e in by_right if e.place not in places)
    return Decided(tuple(counting), tuple(waiting), tuple(discounted), obeyed)


async def _why_not(
    connection: aiosqlite.Connection, event: Event, believed: Believed
) -> str | None:
    key = await _key_of(connection, event.origin)
    if key == believed.signer.key:
        return None
    if event.payload.get("here"):
        return "elsewhere"
    if not _GOES.fullmatch(event.subject):
        return "no_right"
    member = believed.membership.members.get(key)
    return None if member is not None and member.role == "full" else "no_right"


async def _is_here(connection: aiosqlite.Connection, subject: str) -> bool:
    query = "SELECT 1 FROM event WHERE subject = ? AND kind <> 'moment_forgotten' LIMIT 1"
    return bool(list(await connection.execute_fetchall(query, (subject,))))


async def _key_of(connection: aiosqlite.Connection, origin: str) -> str:
    """Whose line this is; empty where nobody has signed it."""
    known = await key_of_line(connection, origin)
    return "" if known is None else known[0]


async def _waits_for(connection: aiosqlite.Connection, key: str) -> int:
    query = (
        "SELECT count(DISTINCT subject) FROM waiting_forget JOIN line USING (origin) "
        "WHERE line.key = ?"
    )
    ((number,),) = await connection.execute_fetchall(query, (key,))
    return int(number)


async def _obeyed(connection: aiosqlite.Connection, key: str) -> int:
    """How many moments went by this key's word within a day, and since the last consent."""
    query = "SELECT coalesce(sum(moments), 0) FROM obeyed_forgets WHERE key = ?"
    ((number,),) = await connection.execute_fetchall(query, (key,))
    return int(number)


async def let_go_of_old(connection: aiosqlite.Connection, now_ms: int | None) -> None:
    """Count no more what was obeyed more than a day ago. Without a clock, all is counted."""
    if now_ms is not None:
        await connection.execute(
            "UPDATE obeyed_forgets SET at_ms = ?1 WHERE at_ms IS NULL OR at_ms > ?1", (now_ms,)
        )
        await connection.execute("DELETE FROM obeyed_forgets WHERE at_ms < ?", (now_ms - _DAY_MS,))


async def obey(connection: aiosqlite.Connection, decided: Decided, now_ms: int | None) -> None:
    """Erase what counts, and note what does not. The events are stored already."""
    for key, number in decided.obeyed.items():
        await connection.execute(
            "INSERT INTO obeyed_forgets VALUES (?, ?, ?)", (key, now_ms, number)
        )
    for event, why in decided.discounted:
        await _discount(connection, event, why)
    for event in decided.waiting:
        await _discount(connection, event, "waits")
        await connection.execute(
            "INSERT OR IGNORE INTO waiting_forget VALUES (?, ?, ?)",
            (event.subject, *event.place),
        )
    await erase(connection, decided.counting)


async def erase(connection: aiosqlite.Connection, subjects: Sequence[str]) -> None:
    """The words, vectors, sound and wishes of these; their rows go with the next fold."""
    if not subjects:
        return
    for subject in subjects:
        await connection.execute("INSERT OR IGNORE INTO tombstone VALUES (?)", (subject,))
        await forgetting.erase_what_belongs(connection, subject)
    await connection.execute("INSERT OR IGNORE INTO scrub_due VALUES (1)")


async def _discount(connection: aiosqlite.Connection, event: Event, why: str) -> None:
    await connection.execute(
        "INSERT OR REPLACE INTO discounted VALUES (?, ?, ?)", (*event.place, why)
    )


async def waiting(connection: aiosqlite.Connection) -> dict[str, tuple[str, ...]]:
    """The subjects that wait for this wearer's word, by the line of who forgot them."""
    query = "SELECT DISTINCT origin, subject FROM waiting_forget ORDER BY origin, subject"
    found: dict[str, list[str]] = {}
    for origin, subject in await connection.execute_fetchall(query):
        found.setdefault(origin, []).append(subject)
    return {origin: tuple(subjects) for origin, subjects in found.items()}


async def settle(connection: aiosqlite.Connection, origin: str, *, agreed: bool) -> list[str]:
    """Let the waiting forgets of this line count, or never; the subjects that they are about."""
    subjects = (await waiting(connection)).get(origin, ())
    where = "WHERE why = 'waits' AND origin = ?"
    if agreed:
        await connection.execute(f"DELETE FROM discounted {where}", (origin,))
        key = await _key_of(connection, origin)
        await connection.execute("DELETE FROM obeyed_forgets WHERE key = ?", (key,))
        await erase(connection, subjects)
    else:
        await connection.execute(f"UPDATE discounted SET why = 'refused' {where}", (origin,))
    await connection.execute("DELETE FROM waiting_forget WHERE origin = ?", (origin,))
    return [*subjects]


async def end_lines(connection: aiosqlite.Connection, ends: dict[str, int]) -> list[str]:
    """Leave out of the views what stands beyond where removed peers' lines end; what it changes.

    Up to where it ends now, all of a line counts again. A forget that was obeyed stays one: the
    bytes are gone.
    """
    query = "SELECT DISTINCT origin FROM discounted WHERE why = 'removed'"
    ended = {row[0] for row in await connection.execute_fetchall(query)}
    changed: list[str] = []
    for origin in ended:
        again = (origin, ends.get(origin, _NO_END))
        query = (
            "SELECT subject FROM event JOIN discounted USING (origin, seq) "
            "WHERE origin = ? AND seq <= ? AND why = 'removed'"
        )
        changed += [row[0] for row in await connection.execute_fetchall(query, again)]
        query = "DELETE FROM discounted WHERE origin = ? AND seq <= ? AND why = 'removed'"
        await connection.execute(query, again)
    for origin, seq in ends.items():
        query = (
            f"SELECT subject FROM event WHERE origin = ? AND seq > ? AND NOT {FORGETS} AND "
            "NOT EXISTS (SELECT 1 FROM discounted "
            "WHERE (discounted.origin, discounted.seq) = (event.origin, event.seq))"
        )
        changed += [row[0] for row in await connection.execute_fetchall(query, (origin, seq))]
        await connection.execute(
            "INSERT OR IGNORE INTO discounted SELECT origin, seq, 'removed' FROM event "
            f"WHERE origin = ? AND seq > ? AND NOT {FORGETS}",
            (origin, seq),
        )
    return changed
