"""The record of a pause: in the file that outlives a restart, and as facts of the journal."""

from collections.abc import Callable
from dataclasses import replace

from core import log
from core.capture_status import Pausing
from core.errors import UserError
from device.session.session import ResumedBy

from .fact_log import FactLog
from .pause_file import PauseFile, Remembered, unreadable

EVERY_S = 60.0
"""How much of a timed pause a power cut may give back."""

_FORGETFUL = UserError(
    "The disk refused it, so after a restart capture would not know whether it was paused.",
    advice="Free some space on the disk of the home.",
)


class PauseRecord:
    """Owned by the capture loop. The file comes before the fact: it is safer to hear nothing.

    `note` is told what is wrong with the file, and None once it is well.
    """

    def __init__(
        self, file: PauseFile, facts: FactLog, note: Callable[[str, UserError | None], None]
    ) -> None:
        self._file = file
        self._facts = facts
        self._note = note
        self._written_s = 0.0
        self._known = file.read()
        if self._known is not None:  # the kill may have come between the file and the fact
            facts.paused(self._known)
            if self._known.unreadable:
                note("pause", unreadable(self._known))

    @property
    def pausing(self) -> Pausing | None:
        """The pause that is on."""
        return None if self._known is None else self._known.pausing

    def began(self, pausing: Pausing, position: int, now_s: float) -> None:
        """The microphone was closed at this position."""
        known = self._facts.pausing(pausing, position)
        self._remember(known, now_s)
        self._facts.paused(known)

    def goes_on(self, pausing: Pausing, now_s: float, *, changed: bool = False) -> None:
        """It is on still; what is left of a timed one is written down now and then."""
        timed = pausing.remaining_s is not None and now_s - self._written_s >= EVERY_S
        if self._known is not None and (changed or timed):
            self._remember(replace(self._known, pausing=pausing, unreadable=""), now_s)

    def ended(self, by: ResumedBy, now_s: float) -> None:
        """The microphone is opened again."""
        if self._known is not None:
            self._facts.resumed(self._known, by)
        self._remember(None, now_s)

    def _remember(self, known: Remembered | None, now_s: float) -> None:
        self._known, self._written_s = known, now_s
        try:
            if known is None:
                self._file.remove()
            else:
                self._file.write(known)
        except OSError as error:
            log.get_log().error("pause_not_remembered", reason=error.strerror)
            self._note("pause", _FORGETFUL)
        else:
            self._note("pause", None)
