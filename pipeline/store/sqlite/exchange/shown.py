"""What is shown of other copies of this archive. It reads, and needs no key of ours."""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import aiosqlite

from pipeline.store.format.peer_drafts import Member, Role, peer_subject
from pipeline.store.peers import (
    AskedToForget,
    ComingWords,
    KnownPeer,
    SoundPlace,
    Whereabouts,
)
from pipeline.store.sound_files import sound_path
from pipeline.store.sqlite.journal import content_of
from pipeline.store.sqlite.own import peer_heads
from pipeline.store.sqlite.own.in_work import is_job_here, lent_to
from pipeline.store.views.moment_fold import MomentRow

from .away import find_away
from .lines import key_of_line, known_membership
from .obeying import waiting


async def known_peers(connection: aiosqlite.Connection) -> list[KnownPeer]:
    """The other installs that belong to this archive, by name."""
    members = (await known_membership(connection, await own_key(connection))).members
    found = [await _known_peer(connection, each) for each in members.values()]
    return sorted(found, key=lambda each: (each.shown, each.key))


async def own_role(connection: aiosqlite.Connection) -> Role | None:
    """What this install may do on the others."""
    return (await known_membership(connection, await own_key(connection))).own_role


async def whereabouts(connection: aiosqlite.Connection, home: Path, row: MomentRow) -> Whereabouts:
    """Where what belongs to this moment is. It costs a few look-ups by index."""
    copies = await _copies(connection, row)
    place, key = await _sound_place(connection, home, row, [each.key for each in copies])
    return Whereabouts(
        place,
        (await coming_words(connection, [row])).get(row.id),
        tuple(each.shown for each in copies),
        (await names_of(connection, [key]))[key] if key else "",
        key,
        (await kept_on(connection, [row])).get(row.id, ""),
    )


async def kept_on(connection: aiosqlite.Connection, rows: Sequence[MomentRow]) -> dict[str, str]:
    """The names of the machines that kept these moments, of those that this one did not keep.

    It costs a look-up for each line of events.
    """
    of_lines = {row.kept_origin: row for row in rows}
    keys = {origin: await _who_kept(connection, row) for origin, row in of_lines.items()}
    names = await names_of(connection, set(filter(None, keys.values())))
    return {row.id: names[key] for row in rows if (key := keys[row.kept_origin])}


async def asked_to_forget(connection: aiosqlite.Connection) -> list[AskedToForget]:
    """What others forgot and waits for the wearer's word, by whose word it is."""
    found = await waiting(connection)
    names = {each.key: each.shown for each in await known_peers(connection)} if found else {}
    asked = []
    for origin, subjects in found.items():
        key, _ = await key_of_line(connection, origin) or ("", False)
        asked.append(AskedToForget(origin, names.get(key, ""), len(subjects), key))
    return asked


async def names_of(connection: aiosqlite.Connection, keys: Collection[str]) -> dict[str, str]:
    """How these installs are called, also those that belong to the archive no more."""
    found: dict[str, str] = {}
    query = (
        "SELECT CASE WHEN json_valid(payload) THEN payload ->> '$.key' END, content FROM event "
        "JOIN belonging USING (origin, seq) WHERE event.kind = 'peer_added' "
        "AND belonging.kind = 'peer_name' AND event.subject = ? "
        "ORDER BY event.lamport, origin, seq"
    )
    for key in keys:
        rows = await connection.execute_fetchall(query, (peer_subject(key),))
        names = [row[1].decode(errors="replace") for row in rows if row[0] == key]
        found[key] = next(filter(None, reversed(names)), key[:16])
    return found


async def own_key(connection: aiosqlite.Connection) -> str:
    """The key of this install; empty before it has signed anything, and nobody can name it."""
    query = "SELECT key FROM line JOIN install USING (origin) WHERE is_writer = 1"
    rows = list(await connection.execute_fetchall(query))
    return str(rows[0][0]) if rows else ""


async def _known_peer(connection: aiosqlite.Connection, member: Member) -> KnownPeer:
    content = None if member.name is None else await content_of(connection, member.name)
    name = "" if content is None else content.decode(errors="replace")
    return KnownPeer(member.key, name, member.role)


async def _copies(connection: aiosqlite.Connection, row: MomentRow) -> list[KnownPeer]:
    """The peers that have its sound, or the moment where it has none; as this install has seen."""
    query = "SELECT key FROM sound_copy WHERE sha256 = ?"
    keys = {each[0] for each in await connection.execute_fetchall(query, (row.sound,))}
    if row.sound is None:
        keys = await peer_heads.holders(connection, row.kept_origin, row.kept_seq)
    peers = await known_peers(connection) if keys else []
    return [each for each in peers if each.key in keys]


async def _sound_place(
    connection: aiosqlite.Connection, home: Path, row: MomentRow, copies: Sequence[str]
) -> tuple[SoundPlace, str]:
    """And the key of who has it, or is to bring it; empty where that is nobody in particular."""
    if row.sound is None:
        is_gone = row.duration_ms is not None and await _is_forgotten_there(connection, row)
        return ("forgotten_there", await _who_kept(connection, row)) if is_gone else ("none", "")
    if sound_path(home, row.sound).exists():
        return "here", ""
    away = await find_away(connection, row.sound)
    if away is not None and away.is_lost and not copies:
        return "lost", away.key
    keeper = away.key if away is not None and not away.is_lost else next(iter(copies), "")
    query = "SELECT rank FROM wanted_sound WHERE sha256 = ?"
    for (rank,) in await connection.execute_fetchall(query, (row.sound,)):
        if not keeper and await _is_forgotten_there(connection, row):
            return "forgotten_there", await _who_kept(connection, row)
        keeper = keeper or await _who_kept(connection, row)
        return ("called_back" if rank < 0 else "to_come"), keeper
    return ("elsewhere", keeper) if keeper else ("missing", "")


async def _is_forgotten_there(connection: aiosqlite.Connection, row: MomentRow) -> bool:
    """True where the machine that kept this moment forgot it, for itself alone."""
    query = (
        "SELECT 1 FROM event JOIN discounted USING (origin, seq) JOIN line USING (origin) "
        "WHERE event.subject = ? AND why = 'elsewhere' "
        "AND line.key = (SELECT key FROM line WHERE origin = ?)"
    )
    return bool(list(await connection.execute_fetchall(query, (row.id, row.kept_origin))))


async def _who_kept(connection: aiosqlite.Connection, row: MomentRow) -> str:
    """The key of the machine that kept this moment; empty where it is ours, or not known."""
    line = await key_of_line(connection, row.kept_origin)
    is_others = line is not None and line[0] != await own_key(connection)
    return line[0] if line is not None and is_others else ""


async def coming_words(
    connection: aiosqlite.Connection, rows: Iterable[MomentRow]
) -> dict[str, ComingWords]:
    """Of these moments, those whose words others make or bring, or this machine for others.

    It costs a few look-ups for each that has none.
    """
    found = {}
    for row in rows:
        coming = None if row.text else await _coming(connection, row)
        if coming is not None:
            found[row.id] = coming
    return found


async def _coming(connection: aiosqlite.Connection, row: MomentRow) -> ComingWords | None:
    if row.words in {"awaited", "failed"}:
        if (key := await lent_to(connection, row.id)) is not None:
            return ComingWords((await names_of(connection, [key]))[key], is_in_work=True)
        if await is_job_here(connection, row.id):
            return ComingWords(is_in_work=True, is_here=True)
        is_to_come = row.words == "awaited" and not await _is_forgotten_there(connection, row)
        key = await _who_kept(connection, row) if is_to_come else ""
        return ComingWords((await names_of(connection, [key]))[key]) if key else None
    query = "SELECT 1 FROM wanted_belonging WHERE id = ?"
    is_to_come = await _is_there(connection, query, row.transcript)
    is_gone = is_to_come and await _is_forgotten_there(connection, row)
    return ComingWords() if is_to_come and not is_gone else None


async def _is_there(connection: aiosqlite.Connection, query: str, value: str | None) -> bool:
    return bool(list(await connection.execute_fetchall(query, (value,))))
