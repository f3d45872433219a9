"""Whether the copies of a history are one archive in the end, and what is wrong where not."""

from collections.abc import Iterable, Mapping

from pipeline.store.format.peer_drafts import Member, Membership
from pipeline.store.sound_files import sound_files

from .copies import Copies
from .histories import told, without
from .installs import Install

_FORGOTTEN = "(SELECT subject FROM event WHERE kind = 'moment_forgotten')"


async def compare(copies: Copies) -> list[str]:
    """What is wrong, in sentences.

    Apart from it is what each copy forgot or learned for itself, and what a peer that was removed
    or limited meanwhile forgot: whoever heard its word before that has obeyed.
    """
    wrong = [each for one in copies.all_ for each in await _by_itself(one)]
    first, together = copies.all_[0], await full_members(copies)
    known = await believed(copies)
    apart = set().union(*[await _apart(one, copies.limited) for one in copies.all_])
    events = await _events(first, known)
    for one in together:
        if await _events(one, known) != events:
            wrong.append(f"{one.number} has other events than 0")
        own = await _own(one, await _events(one, known))
        if not await _look_alike(one, first, apart | own):
            wrong.append(f"the views of {one.number} are others than those of 0")
        if lacking := await _lacking(one, together):
            wrong.append(f"{one.number}: {len(lacking)} that others have are still to come")
    for one in await readers(copies):
        own = await _own(one, events)
        if not await _look_alike(one, first, apart | own):
            wrong.append(f"the views of {one.number}, which only reads, are others than those of 0")
    if silent := await _named_sounds(copies, apart) - copies.lost - await _sounds(copies.all_):
        wrong.append(f"nobody has {len(silent)} sounds any more")
    limited = set().union(*[await _own(one, events) for one in copies.all_ if one not in together])
    limited |= set().union(*[await _beyond(one, known) for one in copies.all_])
    if gone := copies.kept - copies.lost - limited - await copies.note_kept(first):
        wrong.append(f"{len(gone)} moments are gone that others had")
    return wrong


async def believed(copies: Copies) -> Membership:
    """Whose word counts for the first copy, itself among them.

    Whoever may not add peers may still know others, whose word stays with it. A line that parted
    and whose writer was removed before that was known stays as it is in each.
    """
    first = copies.all_[0]
    known, own = await first.copy.membership(), first.identity.key
    parted = await _parted(copies.all_)
    former = {
        key: {origin: 0 if origin in parted else seq for origin, seq in lines.items()}
        for key, lines in known.former.items()
    }
    return Membership({**known.members, own: Member(own, "", "full")}, known.ends, former)


async def _parted(all_: Iterable[Install]) -> set[str]:
    found: dict[tuple[str, int], bytes] = {}
    parted: set[str] = set()
    for one in all_:
        query = "SELECT origin, seq, hash FROM event"
        for origin, seq, hash_ in await one.archive.connection.execute_fetchall(query):
            if found.setdefault((origin, seq), hash_) != hash_:
                parted.add(origin)
    return parted


async def full_members(copies: Copies) -> list[Install]:
    """The first copy, and those whose events count there as well."""
    members = (await copies.all_[0].copy.membership()).members
    writing = {each.key for each in members.values() if each.role != "read_only"}
    own = copies.all_[0].identity.key
    if not writing & {each.identity.key for each in copies.all_}:
        return copies.all_[:1]  # nobody stands between it and its clones
    return [each for each in copies.all_ if each.identity.key in writing | {own}]


async def readers(copies: Copies) -> list[Install]:
    """Those that may read alone."""
    members = (await copies.all_[0].copy.membership()).members
    reading = {each.key for each in members.values() if each.role == "read_only"}
    return [each for each in copies.all_ if each.identity.key in reading]


async def are_the_same(copies: Copies) -> bool:
    """True where each has all events of each other one, and all that hangs off them."""
    together = await full_members(copies)
    known = await believed(copies)
    events = await _events(copies.all_[0], known)
    for one in together:
        if await _events(one, known) != events:
            return False
        if await _lacking(one, together):
            return False
    return not any([await _lags(one, events) for one in await readers(copies)])


async def _lags(reader: Install, events: Mapping[tuple[str, int], bytes]) -> bool:
    query = "SELECT origin, seq, hash FROM event"
    rows = await reader.archive.connection.execute_fetchall(query)
    return not events.items() <= {(row[0], row[1]): row[2] for row in rows}.items()


async def _lacking(one: Install, together: Iterable[Install]) -> set[str]:
    """What is still to be brought here, belongings by id and sounds, and is where it may meet."""
    query = "SELECT id FROM wanted_belonging UNION ALL SELECT sha256 FROM wanted_sound"
    wanted = {row[0] for row in await one.archive.connection.execute_fetchall(query)}
    others = [each for each in together if each.identity.key != one.identity.key]  # no clone of it
    return wanted & await _there(others) if wanted else set()


async def _there(all_: Iterable[Install]) -> set[str]:
    """What somebody of these has: belongings that leave it, and sounds."""
    found: set[str] = set()
    for one in all_:
        query = "SELECT id FROM belonging WHERE kind <> 'voice_print'"
        found |= {row[0] for row in await one.archive.connection.execute_fetchall(query)}
        found.update(sound_files(one.home))
    return found


async def _named_sounds(copies: Copies, apart: set[str]) -> set[str]:
    """Those that the first copy's moments have, and nobody took along who was removed."""
    first = copies.all_[0]
    rows = await first.archive.connection.execute_fetchall("SELECT origin, key FROM line")
    theirs = {row[0] for row in rows if row[1] in copies.limited}
    found = [row for row in await first.archive.moments() if row.kept_origin not in theirs]
    return {row.sound for row in found if row.sound is not None and row.id not in apart}


async def _sounds(all_: Iterable[Install]) -> set[str]:
    return {sha256 for one in all_ for sha256 in sound_files(one.home)}


async def _by_itself(one: Install) -> list[str]:
    """What `check` finds, and whether rebuilding changes anything.

    That a keeper was removed, or an image took what it kept, is rightly said; that nobody has a
    sound any more is seen by looking at all of them.
    """
    problems = [each for each in (await one.archive.check()).problems if " left to " not in each]
    wrong = [f"{one.number}: {each}" for each in problems]
    before = told(await one.views())
    await one.archive.rebuild()
    if told(await one.views()) != before:
        wrong.append(f"{one.number}: rebuilding changes its views")
    return wrong


async def _look_alike(one: Install, other: Install, apart: set[str]) -> bool:
    return told(without(await one.views(), apart)) == told(without(await other.views(), apart))


async def _own(one: Install, events: Mapping[tuple[str, int], bytes]) -> set[str]:
    """What this copy has other events about than these, and whose time that may change."""
    query = "SELECT origin, seq, hash, subject FROM event"
    rows = await one.archive.connection.execute_fetchall(query)
    others = {row[3] for row in rows if events.get((row[0], row[1])) != row[2]}
    found = {each.removeprefix("boot:") for each in others}
    views = await one.views()
    about = [row for table in ("moment", "interval") for row in views[table]]
    return found | {str(row[0]) for row in about if not found.isdisjoint(row)}


async def _beyond(one: Install, known: Membership) -> set[str]:
    """What lines that have ended by a removal have beyond their end, where a copy holds it.

    Of a line that whoever removed its peer had never seen, nothing counts.
    """
    query = (
        "SELECT event.origin, seq, subject, line.key FROM event "
        "LEFT JOIN line ON line.origin = event.origin AND line.is_writer = 1"
    )
    rows = await one.archive.connection.execute_fetchall(query)
    return {
        subject
        for origin, seq, subject, key in rows
        if seq > known.ends.get(origin, 0 if key in known.former else seq)
    }


async def _events(one: Install, known: Membership) -> dict[tuple[str, int], bytes]:
    """The hashes of all events here that count for all, by place."""
    query = "SELECT origin, seq, hash, line.key, is_writer FROM event LEFT JOIN line USING (origin)"
    rows = await one.archive.connection.execute_fetchall(query)
    return {(row[0], row[1]): row[2] for row in rows if _counts(known, *row)}


def _counts(
    known: Membership, origin: str, seq: int, _: bytes, key: str | None, is_writer: int | None
) -> bool:
    if key is not None and key in known.former:
        return not is_writer or seq <= known.former[key].get(origin, 0)
    return key is None or key in known.members


async def _apart(one: Install, limited: set[str]) -> set[str]:
    """Subjects of which this copy may rightly show something else than others."""
    found = {each.subject for each in await one.archive.enrolments()}
    query = (
        "SELECT subject, payload ->> '$.here', line.key, discounted.why FROM ("
        "SELECT origin, seq, subject, payload FROM event WHERE kind = 'moment_forgotten' "
        "UNION SELECT origin, seq, subject, payload FROM early_forget) AS forgets "
        "LEFT JOIN line USING (origin) LEFT JOIN discounted USING (origin, seq)"
    )
    for subject, here, key, why in await one.archive.connection.execute_fetchall(query):
        if here or why is not None or key in limited:
            found.add(subject)
    return found
