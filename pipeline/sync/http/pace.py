"""How much may go and come in a second, over all connections of a process together."""

import asyncio
import time
from collections.abc import Callable

_AHEAD_S = 0.5
"""Whoever was quiet may send this much at once, so that small requests wait for nobody."""


class Pace:
    """Counts what passes. Without a limit it never has anybody wait. Belongs to one loop."""

    def __init__(
        self, most_kb_per_s: int | None = None, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._bytes_s = None if most_kb_per_s is None else 1000 * most_kb_per_s
        self._now_s = now_s
        self._free_s = now_s() - _AHEAD_S

    def wait_s(self, size: int) -> float:
        """Count so many bytes; how long nothing may follow them."""
        if self._bytes_s is None:
            return 0.0
        now_s = self._now_s()
        self._free_s = max(self._free_s, now_s - _AHEAD_S) + size / self._bytes_s
        return max(0.0, self._free_s - now_s)

    async def passed(self, size: int) -> None:
        """Return once something may follow these bytes."""
        if wait_s := self.wait_s(size):
            await asyncio.sleep(wait_s)
