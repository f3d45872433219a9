"""Keeps the count of what has left this device over restarts."""

import json
from pathlib import Path

from core.clock import Clock, SystemClock
from core.files import write_durably
from core.log import get_log
from core.paths import Home, is_service, state_folder
from core.sent import FILE_NAME, Sent, read_sent
from dashboard.network.counter import SentCounter
from dashboard.network.outgoing import Outgoing

WRITE_EVERY_S = 600.0
"""A card wears out; who is killed in between loses so much of the count, and says `at least`."""

_RESTS_TIMES = 100
"""After a look at all connections of the machine it rests so many times as long as that took:
1 ms where they are a few, 80 where somebody holds 8,000 of them open (x86)."""


class KeptCount:
    """The count, with its file. Its methods are one thread's; `now` and `counter` are anybody's."""

    def __init__(self, folder: Path, clock: Clock, *, is_ours_alone: bool) -> None:
        self._path, self._clock = folder / FILE_NAME, clock
        self._written = self._tried = _read(folder)
        self._tried_s = clock.monotonic_s()
        self.counter = SentCounter(self._written or Sent(clock.now_ms()))
        self._outgoing = Outgoing(self.counter, is_ours_alone=is_ours_alone)
        self._is_blind = False
        self._rests_until_s = clock.monotonic_s()

    @property
    def now(self) -> Sent:
        return self.counter.now

    def look(self) -> None:
        """Look at what goes out, and write the count down where that is due."""
        if self._clock.monotonic_s() >= self._rests_until_s:
            self._look_out()
        now, tried = self.counter.now, self._tried
        is_time = self._clock.monotonic_s() - self._tried_s >= WRITE_EVERY_S
        if tried is None or now.internet != tried.internet or is_time:
            self._write(now)

    def close(self) -> None:
        """Write down what is new."""
        self._look_out()
        self._write(self.counter.now)

    def _look_out(self) -> None:
        began_s = self._clock.monotonic_s()
        try:
            self._outgoing.look()
        except OSError as error:  # said once: it would be said each second
            if not self._is_blind:
                get_log().warning("outgoing_not_seen", reason=error.strerror)
            self._is_blind = True
        else:
            self._is_blind = False
        ended_s = self._clock.monotonic_s()
        self._rests_until_s = ended_s + _RESTS_TIMES * (ended_s - began_s)

    def _write(self, now: Sent) -> None:
        self._tried, self._tried_s = now, self._clock.monotonic_s()
        if now == self._written:
            return
        try:
            write_durably(self._path, [json.dumps(now.as_json()).encode()])
        except OSError as error:  # a full disk ends no page; it is tried again
            get_log().warning("sent_not_written", reason=error.strerror)
        else:
            self._written = now


def kept_count(home: Home) -> KeptCount:
    """What was counted for this home, and goes on. Under the units the user is ours alone."""
    folder = state_folder(home.path)
    return KeptCount(folder, SystemClock(), is_ours_alone=is_service(home.path))


def _read(folder: Path) -> Sent | None:
    try:
        return read_sent(folder)
    except OSError as error:
        get_log().warning("sent_not_read", reason=error.strerror)
        return None
