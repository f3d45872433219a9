"""Encoding in this process, beside its loop."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

from core.pcm import Pcm
from pipeline import media


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
