"""Where candidates wait for the worker, in memory that no disk ever has: `heard`.

It has a size and an age. The oldest goes first, and each one that goes says why.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from core.access.unswapped_file import UnswappedFile
from core.audio import Span
from core.selection.reasons import EarlyReason
from device.session.pieces import Piece
from device.session.pressed_for import PressedFor

from .worker_line import MOST_BYTES

OLDEST_S = 900.0
"""What nobody came to within a quarter of an hour was not worth the wait."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An utterance that waits; `piece` in positions of the stream, `at_s` on CLOCK_MONOTONIC.

    `signals` are what its sound says of it, for the worker.
    """

    id: str
    piece: Piece
    at_s: float
    file: UnswappedFile
    signals: Mapping[str, float] = field(default_factory=dict)

    @property
    def spoken(self) -> Span:
        """Where it was spoken."""
        return self.piece.spoken


@dataclass(frozen=True, slots=True)
class Gone:
    """A candidate that waits no more, and why."""

    candidate: Candidate
    reason: EarlyReason


class HeardQueue:
    """Owned by the capture loop; not thread-safe. What goes is wiped before it is told."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._waiting: deque[Candidate] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def bytes(self) -> int:
        return sum(each.file.bytes for each in self._waiting)

    @property
    def first(self) -> Candidate | None:
        """The one that has waited longest."""
        return self._waiting[0] if self._waiting else None

    def add(self, candidate: Candidate) -> list[Gone]:
        """Let it wait; what had to go for it, the oldest first."""
        self._waiting.append(candidate)
        gone = []
        while self.bytes > self._most_bytes:
            gone.append(self._drop(self._waiting[0], "no_room"))
        return gone

    def make_room(self) -> Gone | None:
        """The oldest, which has gone: the memory itself had no room. None where nothing waits."""
        return self._drop(self._waiting[0], "no_room") if self._waiting else None

    def drop_old(self, now_s: float) -> list[Gone]:
        """What has waited too long."""
        old = [each for each in self._waiting if now_s - each.at_s > OLDEST_S]
        return [self._drop(each, "too_old") for each in old]

    def drop_pressed(self, pressed_for: PressedFor) -> list[Candidate]:
        """What a press has, or has a part of: it waits no more, and was not passed over either."""
        found = [each for each in self._waiting if pressed_for.left_of(each.piece) != [each.piece]]
        for each in found:
            self.remove(each)
        return found

    def wipe(self, reason: EarlyReason) -> list[Gone]:
        """Everything goes, for this reason."""
        return [self._drop(each, reason) for each in list(self._waiting)]

    def remove(self, candidate: Candidate) -> None:
        """It waits no more; its sound is gone. Harmless where it has gone already."""
        if candidate in self:
            self._waiting.remove(candidate)
        candidate.file.wipe()

    def __iter__(self) -> Iterator[Candidate]:
        return iter(self._waiting)

    def __contains__(self, candidate: object) -> bool:
        return any(each is candidate for each in self._waiting)

    def _drop(self, candidate: Candidate, reason: EarlyReason) -> Gone:
        self.remove(candidate)
        return Gone(candidate, reason)
