"""Sound in a meeting: fetched and brought, most wanted first, each verified by who takes it."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

from core.errors import NotFound

from .answering import Answers
from .coming_sound import SoundDamaged
from .messages import Wanted
from .met import Met
from .remote import Remote

_AT_ONCE = 64
"""How many are asked about at a time."""


async def exchange_sound(
    here: Answers, remote: Remote, met: Met, gives_way: Callable[[], bool]
) -> None:
    """What either lacks and the other has. What is cut stays, and is gone on with next time.

    It ends where another meeting of the same two has begun that is to go on (`gives_way`): two
    would send each sound twice.
    """
    tried: set[str] = set()
    while not gives_way() and (due := _untried(await here.wanted(len(tried) + _AT_ONCE), tried)):
        fetched = []
        for sha256, there in due.items():
            if gives_way():
                break
            with met.noting():
                if await _fetch(here, remote, sha256, there, met):
                    fetched.append(sha256)
        with met.noting():
            await remote.note_copies(fetched)
    tried.clear()
    while not gives_way() and (due := _untried(await remote.wanted(len(tried) + _AT_ONCE), tried)):
        for sha256, there in due.items():
            if gives_way():
                break
            with met.noting():
                await _bring(here, remote, sha256, there, met)


def _untried(wanted: Wanted, tried: set[str]) -> dict[str, int]:
    """How much of each is there, of those that this meeting has not met yet."""
    due = {sound.sha256: there for sound, there in wanted.sounds if sound.sha256 not in tried}
    tried.update(due)
    return due


async def _fetch(here: Answers, remote: Remote, sha256: str, there: int, met: Met) -> bool:
    """True once it is here. What the peer has no more, or damaged, another one may have."""
    try:
        # Closed here, so that what ends it early has let go of the connection before the next.
        async with aclosing(remote.sound(sha256, there)) as sound:
            if not await here.take_sound(sha256, there, _counted(sound, met)):
                return False
    except NotFound:
        met.is_lacking = True
        await here.copy.lost([sha256], here.peer)
        return False
    except SoundDamaged:
        await here.copy.lost([sha256], here.peer)
        raise
    await here.note_copies([sha256])
    return True


async def _bring(here: Answers, remote: Remote, sha256: str, there: int, met: Met) -> None:
    path = here.sound_path(sha256)
    if path is None:
        met.is_lacking = True
        return
    try:
        size = path.stat().st_size
        is_there = await remote.give_sound(sha256, path, there)
    except FileNotFoundError:  # it was forgotten or has left meanwhile
        met.is_lacking = True
        return
    met.sound_bytes += size - there
    if is_there:
        await here.note_copies([sha256])


async def _counted(chunks: AsyncIterator[bytes], met: Met) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        met.sound_bytes += len(chunk)
        yield chunk
