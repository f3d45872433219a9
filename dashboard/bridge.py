"""The one bridge from Flask's threads to asyncio: one loop, in one thread."""

import asyncio
import os
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE_S = 60.0
"""Longer than any answer should take (a forget scrubs the file), shorter than a thread lost."""


class Bridge:
    """Runs coroutines for threads that have no loop. Any thread may ask.

    The loop is started by the first question, so it is never on the wrong side of a fork.
    """

    def __init__(self) -> None:
        self._starting = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._process = 0

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """This process's loop, running."""
        with self._starting:
            if self._loop is None or self._process != os.getpid():
                self._loop = asyncio.new_event_loop()
                self._process = os.getpid()
                self._thread = threading.Thread(
                    target=_run, args=(self._loop,), name="dashboard-bridge", daemon=True
                )
                self._thread.start()
            return self._loop

    def ask(self, work: Coroutine[Any, Any, T]) -> T:
        """The coroutine's result, or its error. Blocks the asking thread; never ask on the loop."""
        asked = asyncio.run_coroutine_threadsafe(work, self.loop)
        try:
            return asked.result(PATIENCE_S)
        except TimeoutError:
            asked.cancel()
            raise

    def close(self) -> None:
        """Cancel what still runs, and end the loop. Asking again would begin a new one."""
        with self._starting:
            loop, self._loop = self._loop, None
        if loop is not None and self._thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            self._thread.join(_END_S)


_END_S = 5


def _run(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    loop.run_until_complete(_cancel_all())
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.close()


async def _cancel_all() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
