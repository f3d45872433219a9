"""Counts the sound that a microphone lost, by the clock. Pure: no sound, no time of its own.

PortAudio says that it overflowed, and not by how much; a new child begins somewhere; and a driver
may drop sound and say nothing. CLOCK_MONOTONIC misses nothing, so what it is ahead was lost.
"""

from collections import deque
from dataclasses import dataclass, field

from core.audio import RATE_HZ
from core.facts import GapReason
from device.ports import BLOCK_SAMPLES, Lost

BLOCK_S = BLOCK_SAMPLES / RATE_HZ

ENVELOPE_S = 60.0
"""A block is stamped late, never early, so the earliest of a minute's is the truth about it."""

SETTLES_S = 10.0
"""How long after a beginning or a loss: the earliest of a hundred blocks is right again."""

DRIFT = 500e-6
"""The most that counts as drift: crystals are within 200 parts in a million, and a time server may
slew the clock by 500. What is faster is loss, however slowly it trickles."""

PERSISTS_S = 3.0
"""Sound that was only late catches up at once when its process is let run; what is still missing
after this long is lost."""


class _Earliest:
    """The least offset of the last minute; the cost of a block does not grow with the minute."""

    def __init__(self) -> None:
        self._rising: deque[tuple[float, float]] = deque()

    def add(self, stamped_s: float, offset_s: float) -> float:
        while self._rising and self._rising[-1][1] >= offset_s:
            self._rising.pop()
        self._rising.append((stamped_s, offset_s))
        while self._rising[0][0] < stamped_s - ENVELOPE_S:
            self._rising.popleft()
        return self._rising[0][1]


@dataclass(slots=True)
class _OnTime:
    """The offset of a block that is on time: a block's stamp less its position in seconds.

    Where nothing is lost it stays, but for drift, which it follows by the earliest blocks and no
    faster than a crystal can. At a loss the position is set so that the offset stays.
    """

    offset_s: float
    settles_until_s: float
    stamped_s: float
    # By how much a loss was counted too high, since its block was stamped late; None: not yet known
    surplus_s: float | None = 0.0
    earliest: _Earliest = field(default_factory=_Earliest)

    def follow(self, offset_s: float, stamped_s: float) -> None:
        """Follow the offset of a block at which nothing was lost."""
        earliest_s = self.earliest.add(stamped_s, offset_s)
        reach_s, self.stamped_s = DRIFT * (stamped_s - self.stamped_s), stamped_s
        if stamped_s < self.settles_until_s:
            if self.surplus_s is not None:  # the beginning: any earlier block is the better truth
                self.offset_s = earliest_s
            return
        if self.surplus_s is None:
            self.surplus_s = self.offset_s - earliest_s
        away_s = earliest_s + self.surplus_s - self.offset_s
        self.offset_s += max(-reach_s, min(reach_s, away_s))

    def settle(self, stamped_s: float) -> None:
        """Measure anew from here on: a loss was counted."""
        self.settles_until_s = stamped_s + SETTLES_S
        self.stamped_s = stamped_s
        self.surplus_s = None
        self.earliest = _Earliest()


class Account:
    """Counts what is lost from its first block on; a pause is followed by a new account.

    Each loss is right to within a block, and an error is made good at the next: the position stays
    within a block and the jitter of what the clock says, for as long as it runs.
    """

    def __init__(self) -> None:
        self._position = 0.0
        self._on_time: _OnTime | None = None
        self._missing: tuple[float, float] | None = None  # since when, and the least of it

    def block(
        self, samples: float, stamped_s: float, *, overflowed: bool = False, anew: bool = False
    ) -> Lost | None:
        """The loss before what was read up to that instant of CLOCK_MONOTONIC, if there is one.

        `samples` at 16 kHz, a fraction where the device's rate is another. `overflowed`: the sound
        system lost something before their end; `anew`: they are a new child's first. A loss that
        nothing reported is found 3 s after it happened.
        """
        self._position += samples
        offset_s = stamped_s - self._position / RATE_HZ
        if self._on_time is None:
            self._on_time = _OnTime(offset_s, stamped_s + SETTLES_S, stamped_s)
        late_s = offset_s - self._on_time.offset_s
        lost = self._lost(late_s, stamped_s, overflowed=overflowed, anew=anew)
        if lost is None:
            self._on_time.follow(offset_s, stamped_s)
        else:
            self._position += lost.samples
            self._missing = None
            self._on_time.settle(stamped_s)
        return lost

    def _lost(
        self, late_s: float, stamped_s: float, *, overflowed: bool, anew: bool
    ) -> Lost | None:
        if anew or overflowed:
            return _lost(late_s, "restarted" if anew else "overflow")
        if late_s <= BLOCK_S:
            self._missing = None
            return None
        since_s, least_s = self._missing or (stamped_s, late_s)
        self._missing = (since_s, min(least_s, late_s))
        return _lost(self._missing[1], "stalled") if stamped_s - since_s >= PERSISTS_S else None


def _lost(seconds: float, reason: GapReason) -> Lost | None:
    samples = round(seconds * RATE_HZ)
    return Lost(samples, reason) if samples > 0 else None
