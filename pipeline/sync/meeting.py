"""A meeting, from the side of who opened the connection: it fetches, and it brings.

Everything may be cut anywhere and done again: the heads of the lines are the cursors.
"""

from collections.abc import Callable, Iterator, Sequence

from core.errors import UserError

from .answering import Answers
from .forks import settle_forks
from .leaving.step import let_sound_leave
from .messages import Hello
from .met import Met
from .remote import ENDINGS, Remote
from .sound import exchange_sound

_AT_ONCE = 16
"""Belongings in one request."""


def _never() -> bool:
    return False


async def meet(here: Answers, remote: Remote, gives_way: Callable[[], bool] = _never) -> Met:
    """Bring this copy and another one to the same state; sound only while it need not give way.

    Raises PeerGone and the like where it ends before; what was exchanged until then stays.
    """
    met = Met()
    mine = await here.own_hello()
    theirs = await remote.hello(mine)
    await here.hear(theirs)
    met.wishes = mine.wishes, theirs.wishes
    await _forgets(here, remote, mine, theirs, met)
    if await settle_forks(here, remote, mine, theirs, met):
        theirs = await remote.hello(mine)
    met.began_at = {
        each.origin: each.heads.get(each.origin) for each in (mine, theirs) if each.origin
    }
    await _fetch(here, remote, theirs, met)
    await here.note_heads(theirs.heads)
    await _bring(here, remote, theirs, met)
    await _belongings(here, remote, met)
    await exchange_sound(here, remote, met, gives_way)
    await let_sound_leave(here, remote, met)
    return met


async def _forgets(here: Answers, remote: Remote, mine: Hello, theirs: Hello, met: Met) -> None:
    if not await here.is_reader():
        lines = await remote.forgets(mine.forgets)
        with met.noting():
            received = await here.take_forgets(lines)
            met.forgotten += len(received.forgotten)
            met.waiting += len(received.waiting)
    ours = await here.forgets(theirs.forgets)
    if ours:
        with met.noting():
            await remote.give_forgets(ours)


async def _fetch(here: Answers, remote: Remote, theirs: Hello, met: Met) -> None:
    """Each line that is longer there. Twice, since what one line says may vouch for another.

    Of who may only read, what others wrote; that its own is refused here is no news.
    """
    first = [each for each in theirs.heads if each == theirs.origin]
    due = [*first, *(each for each in theirs.heads if each not in first)]
    for _ in range(2):
        refused: list[tuple[str, str]] = []
        for origin in due:
            try:
                await _fetch_line(here, remote, origin, theirs.heads[origin][0], met)
            except ENDINGS:
                raise
            except UserError as error:
                refused.append((origin, error.sentence))
        due = [origin for origin, _ in refused]
        if not due:
            return
    if not await here.is_reader():
        met.refused += [sentence for _, sentence in refused]


async def _fetch_line(here: Answers, remote: Remote, origin: str, last: int, met: Met) -> None:
    while (at := (await here.head(origin))) < last:
        lines = await remote.page(origin, at)
        if not lines:
            return
        received = await here.take_page(lines)
        met.received += received.events
        met.forgotten += len(received.forgotten)
        met.waiting += len(received.waiting)
        if not received.events:
            return


async def _bring(here: Answers, remote: Remote, theirs: Hello, met: Met) -> None:
    mine = await here.own_hello()
    for origin, (last, _) in mine.heads.items():
        with met.noting():
            at = theirs.heads[origin][0] if origin in theirs.heads else 0
            while at < last:
                lines = await here.page(origin, at)
                if not lines:
                    break
                reached, _ = await remote.give_page(lines)
                met.sent += max(0, reached - at)
                if reached <= at:
                    break
                at = reached


async def _belongings(here: Answers, remote: Remote, met: Met) -> None:
    """Once each way: what the other has not either is asked of the next peer."""
    for ids in _some_at_once(await here.wanted_belongings()):
        with met.noting():
            await here.take_belongings(await remote.belongings(ids))
    asked: set[str] = set()
    while due := [each for each in (await remote.wanted(0)).belongings if each not in asked]:
        asked.update(due)
        taken = 0
        for ids in _some_at_once(due):
            lines = await here.belongings(ids)
            if lines:
                with met.noting():
                    taken += await remote.give_belongings(lines)
        if not taken:
            return


def _some_at_once(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Few, since each may have a megabyte."""
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
