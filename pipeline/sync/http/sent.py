"""How many bytes this process has sent to other installs, and where that is written down."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from core.clock import Clock, SystemClock
from core.log import get_log
from core.sync.sent import add_to_peers

WRITE_EVERY_S = 600.0
"""A card wears out; who is killed in between loses so much of the count."""


class SentBytes:
    """A count that only grows. Belongs to one event loop."""

    def __init__(self) -> None:
        self.now = 0

    def add(self, count: int) -> None:
        """So many bytes more."""
        self.now += count


OF_THIS_PROCESS = SentBytes()
"""All connections count into it, before TLS: what TLS adds, and what is announced, is left out."""


class KeptCount:
    """Writes down what was sent since it was made, seldom, and at the end."""

    def __init__(self, home: Path, clock: Clock, sent: SentBytes = OF_THIS_PROCESS) -> None:
        self._home, self._clock, self._sent = home, clock, sent
        self._written = sent.now
        self._tried_s = clock.monotonic_s()

    def look(self) -> None:
        """Write it down where that is due."""
        if self._clock.monotonic_s() - self._tried_s >= WRITE_EVERY_S:
            self.write()

    def write(self) -> None:
        """Write down what is new."""
        self._tried_s = self._clock.monotonic_s()
        new = self._sent.now - self._written
        if not new:
            return
        try:
            add_to_peers(self._home, new)
        except OSError as error:  # a full disk ends nothing; it is tried again
            get_log().warning("sync_sent_not_written", reason=error.strerror)
        else:
            self._written += new


@contextlib.contextmanager
def counting_sent(home: Path) -> Iterator[KeptCount]:
    """What is sent within is counted in this home."""
    count = KeptCount(home, SystemClock())
    try:
        yield count
    finally:
        count.write()
