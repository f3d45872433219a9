"""The disk's reserve: it keeps a reserve, so that the system stays usable."""

from dataclasses import dataclass

from core.errors import UserError
from core.spool_port import SpoolPort


class NoReserve(UserError):
    """The disk has no more than its reserve left."""

    code = "disk_reserve"


@dataclass(frozen=True, slots=True)
class DiskReserve:
    """Bytes of the spool's disk that stay free."""

    spool: SpoolPort
    bytes: int

    def refusal(self) -> UserError | None:
        """The reason why nothing more may be written; None while there is room."""
        try:
            has_room = self.spool.free_bytes() >= self.bytes
        except OSError as error:
            sentence = f"The disk of the home cannot be asked for room ({error.strerror})."
            return NoReserve(sentence, advice="`afterthought doctor` tells how it stands.")
        if has_room:
            return None
        return NoReserve(
            f"The disk has less than {self.bytes // 1_000_000} MB left: nothing is kept.",
            advice="Free some space on the disk of the home, then press again.",
        )
