"""Encoding in this process, beside its loop; waiting for what must not be left in its midst."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from core.pcm import Pcm
from pipeline import media

_One = TypeVar("_One")
_Other = TypeVar("_Other")


async def encode_here(pcm: Pcm, part: Path, tell: Callable[[float], None]) -> media.Encoded:
    """Encode off the loop, and tell how far it is: three hours of sound take a minute.

    Cancelled, it ends within ten seconds of sound.
    """
    loop, is_stopped = asyncio.get_running_loop(), threading.Event()

    def tell_loop(done_s: float) -> None:
        if is_stopped.is_set():  # the process waits for its threads before it ends
            raise InterruptedError
        loop.call_soon_threadsafe(tell, done_s)

    try:
        return await asyncio.to_thread(media.encode_opus, pcm, part, tell_loop)
    except asyncio.CancelledError:
        is_stopped.set()
        raise


async def to_its_end(doing: Awaitable[_One]) -> _One:
    """What comes of it. Whoever is cancelled meanwhile learns it once this is over."""
    task = asyncio.ensure_future(doing)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        if not task.cancelled():
            task.exception()  # it counts as seen
        raise cancelled
    return task.result()


async def both(first: Awaitable[_One], second: Awaitable[_Other]) -> tuple[_One, _Other]:
    """What comes of two things that are done beside each other.

    Where one fails, the other is waited for, since it may be writing; the first failure is raised.
    """
    one, other = await asyncio.gather(first, second, return_exceptions=True)
    if isinstance(one, BaseException):
        raise one
    if isinstance(other, BaseException):
        raise other
    return one, other
