"""The disk's reserve: what stays free, so that the system stays usable."""

from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass
from typing import TypeVar

from core.errors import UserError
from core.spool_port import SpoolPort

_Piece = TypeVar("_Piece", bound=Sized)

LOOK_EVERY = 500_000
"""Samples, or bytes, that are written between two looks at the disk: a megabyte at most."""


class NoReserve(UserError):
    """The disk has no more than its reserve left."""

    code = "disk_reserve"


@dataclass(frozen=True, slots=True)
class DiskReserve:
    """Bytes of the spool's disk that stay free. `again` is what to do once there is room."""

    spool: SpoolPort
    bytes: int
    again: str = "press again"

    def refusal(self) -> UserError | None:
        """The reason why nothing more may be written; None while there is room."""
        try:
            has_room = self.spool.free_bytes() >= self.bytes
        except OSError as error:
            sentence = f"The disk of the home cannot be asked for room ({error.strerror})."
            return NoReserve(sentence, advice="`afterthought doctor` says more.")
        if has_room:
            return None
        return NoReserve(
            f"The disk has less than {self.bytes // 1_000_000} MB left: nothing is kept.",
            advice=f"Free some space on the disk of the home, then {self.again}.",
        )

    def guard(self, pieces: Iterable[_Piece]) -> Iterator[_Piece]:
        """The same pieces, as long as there is room for them.

        Raises NoReserve before the first, and between any two: a file that is read may grow a
        hundredfold.
        """
        written = LOOK_EVERY
        for piece in pieces:
            written += len(piece)
            if written >= LOOK_EVERY:
                written = 0
                refusal = self.refusal()
                if refusal is not None:
                    raise refusal
            yield piece
