"""Where two copies of a line part, found by comparing a few hashes."""

from collections.abc import Mapping

from pipeline.store.format.pages import PageRefused

from .answering import Answers
from .messages import Hello
from .met import Met
from .remote import Remote


async def settle_forks(here: Answers, remote: Remote, mine: Hello, theirs: Hello, met: Met) -> bool:
    """Have the version of a line that gives way go on in a line of its own, here or there.

    True where there was one. It costs a request where a line is longer on one side, and nothing
    where all are the same.
    """
    ended = await here.ended_lines()
    shared = {
        origin: min(seq, theirs.heads[origin][0])
        for origin, (seq, last) in mine.heads.items()
        if origin not in ended and theirs.heads.get(origin, (seq, last)) != (seq, last)
    }
    parted = await _differing(here, remote, shared)
    for origin in parted:
        with met.noting():
            first = await _first_apart(here, remote, origin, shared[origin])
            await _settle(here, remote, origin, first)
    return bool(parted)


async def _differing(here: Answers, remote: Remote, at: Mapping[str, int]) -> list[str]:
    """The lines of which the two have another event at that place."""
    if not at:
        return []
    places = {origin: [seq] for origin, seq in at.items()}
    ours, theirs = await here.hashes(places), await remote.hashes(places)
    return [
        origin
        for origin, seq in at.items()
        if ours[origin].get(seq) != theirs.get(origin, {}).get(seq)
    ]


async def _first_apart(here: Answers, remote: Remote, origin: str, last: int) -> int:
    """The first `seq` at which both have another event; at `last` they have."""
    alike, apart = 0, last
    while apart - alike > 1:
        middle = (alike + apart) // 2
        if await _differing(here, remote, {origin: middle}):
            apart = middle
        else:
            alike = middle
    return apart


async def _settle(here: Answers, remote: Remote, origin: str, first: int) -> None:
    """The lower hash is the line. Whoever has the other one gets a page that shows it.

    What nobody else believes, since who vouches for it may only read, is never the line.
    """
    places = {origin: [first]}
    ours = (await here.hashes(places))[origin][first]
    theirs = (await remote.hashes(places)).get(origin, {}).get(first)
    if theirs is None:
        return
    gives_way = theirs < ours or not await here.has_say(origin)
    if not gives_way or not await _taken(here, remote, origin, first):
        await remote.give_page(await here.page(origin, first - 1))


async def _taken(here: Answers, remote: Remote, origin: str, first: int) -> bool:
    """Take the other version; False where the peer may only read, and vouches for it itself."""
    try:
        await here.take_page(await remote.page(origin, first - 1))
    except PageRefused:
        if not await here.is_reader():
            raise
        return False
    return True
