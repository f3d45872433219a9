"""The troubles of capture at this instant; the light, the status and the log ask here."""

from core import log
from core.capture_status import CaptureState
from core.errors import UserError
from device.signals import patterns

_SILENT = UserError(
    "No sound has come from the microphone for some seconds.",
    advice="Starting it again; if this goes on, unplug it and plug it in again.",
)

_STUCK = UserError(
    "The button has been held down for a quarter of an hour, so it is ignored.",
    advice="See what presses it; it works again once it comes up.",
)

PARTS = {
    "microphone": patterns.MICROPHONE,
    "disk": patterns.DISK,
    "speech model": patterns.SPEECH_MODEL,
    "button": patterns.BUTTON,
    "stuck button": patterns.BUTTON,
}
"""What the light tells apart; everything else is one."""


class Troubles:
    """The faults that are known. Owned by the capture loop."""

    def __init__(self) -> None:
        self.fault: UserError | None = None
        self._troubles: dict[str, UserError] = {}

    def note_fault(self, error: UserError) -> None:
        """Note that no sound comes, and why."""
        if self.fault is None or self.fault.sentence != error.sentence:
            log.get_log().error("microphone_fault", sentence=error.sentence)
        self.fault = error

    def mend(self) -> None:
        """Forget the fault of the microphone: sound came."""
        self.fault = None

    def trouble(self, part: str, error: UserError) -> None:
        """Note what is not as it should be, while sound comes all the same."""
        if part not in self._troubles:
            log.get_log().warning("capture_trouble", part=part, reason=error.code)
        self._troubles[part] = error

    def note(self, part: str, error: UserError | None) -> None:
        """As `trouble`; None where there is none any more."""
        if error is None:
            self._troubles.pop(part, None)
        else:
            self.trouble(part, error)

    def note_stuck(self, *, stuck: bool) -> None:
        """Note whether the button has been down for too long."""
        self.note("stuck button", _STUCK if stuck else None)

    def part(self, state: CaptureState) -> int | None:
        """The part that the light names as failed, as `patterns` numbers them."""
        if state == "fault":
            return patterns.MICROPHONE
        part = next(iter(self._troubles), None)
        return None if part is None else PARTS.get(part, patterns.OTHER)

    def error(self, state: CaptureState) -> UserError | None:
        """The error that the wearer is told of in this state."""
        if state == "paused":
            return self._troubles.get("pause")
        if state == "fault":
            return self.fault or _SILENT
        return self.fault or next(iter(self._troubles.values()), None)
