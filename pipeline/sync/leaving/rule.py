"""Which sound may leave, and how far that has come with each peer."""

import time
from dataclasses import dataclass, field

from pipeline.store.exchange_port import FIRST_PLACE, PlaceInTime

LOOKS_EVERY_S = 3600.0
"""Where no more is due, it is looked again then: some has grown old meanwhile."""

LOOKS_SOON_S = 2.0
"""Where the peer has not all yet, which another meeting of the two may just be bringing.

It doubles until it is `LOOKS_EVERY_S`: a peer whose disk is full is not asked all the time.
"""

_DAY_MS = 24 * 3600 * 1000


@dataclass(slots=True)
class Looked:
    """How far it has come with one peer, and when it is gone on with, by the monotonic clock.

    `seen` is the hash of the last sound that the peer was asked about, of those that it keeps;
    `has_stayed` is true once some of this round was not promised, or the peer refused to answer.
    """

    place: PlaceInTime = FIRST_PLACE
    seen: str = ""
    has_stayed: bool = False
    next_s: float = float("-inf")
    _soon_s: float = LOOKS_SOON_S

    def go_on(self, now_s: float, *, has_more: bool) -> None:
        """Set when it is gone on with: at once where it has more, soon where some has stayed."""
        if has_more:
            self.next_s = now_s
        elif self.has_stayed:
            self.next_s = now_s + self._soon_s
            self._soon_s = min(2 * self._soon_s, LOOKS_EVERY_S)
            self.has_stayed = False
        else:
            self.next_s = now_s + LOOKS_EVERY_S
            self._soon_s = LOOKS_SOON_S


@dataclass(slots=True)
class Leaving:
    """Which sound may leave: what is so old, and has lain here as long."""

    after_days: int
    looked: dict[str, Looked] = field(default_factory=dict)

    def is_due(self, peer: str) -> bool:
        """True where this peer is to be asked now."""
        return not self.in_s(peer)

    def in_s(self, peer: str) -> float:
        """After how long this peer is to be asked; 0 where that is now."""
        return max(0.0, self.looked.setdefault(peer, Looked()).next_s - time.monotonic())

    def until_ms(self, now_ms: int) -> int:
        """What is from before then may leave."""
        return now_ms - self.after_days * _DAY_MS
