"""Which sound may leave, and how far that has come with each peer."""

import time
from dataclasses import dataclass, field

from pipeline.store.exchange_port import FIRST_PLACE, PlaceInTime

LOOKS_EVERY_S = 3600.0
"""Where no more is due, it is looked again then: some has grown old meanwhile."""

_DAY_MS = 24 * 3600 * 1000


@dataclass(slots=True)
class Looked:
    """How far it has come with one peer, and when it is gone on with, by the monotonic clock.

    `seen` is the hash of the last sound that the peer was asked about, of those that it keeps.
    """

    place: PlaceInTime = FIRST_PLACE
    seen: str = ""
    next_s: float = float("-inf")


@dataclass(slots=True)
class Leaving:
    """Which sound may leave: what is so old, and has lain here as long."""

    after_days: int
    looked: dict[str, Looked] = field(default_factory=dict)

    def is_due(self, peer: str) -> bool:
        """True where this peer is to be asked now."""
        return time.monotonic() >= self.looked.setdefault(peer, Looked()).next_s

    def until_ms(self, now_ms: int) -> int:
        """What is from before then may leave."""
        return now_ms - self.after_days * _DAY_MS
