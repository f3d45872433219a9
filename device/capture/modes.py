"""The consequences of a pause and of its end: the microphone, the record of it, the light."""

from collections.abc import Callable

from device.session.session import Pause, PauseChanged, Resume
from device.signals.scheduler import Signals

from .candidates.unpressed import PressesAlone, Unpressed
from .engine import ModeChange
from .listener import Listener
from .pause_record import PauseRecord
from .troubles import Troubles


class Modes:
    """Performs each change in its order. Owned by the capture loop."""

    def __init__(  # noqa: PLR0913 - all that a pause touches
        self,
        listener: Listener,
        record: PauseRecord,
        troubles: Troubles,
        signals: Signals,
        *,
        forget_dropped: Callable[[], None],
        now_s: Callable[[], float],
    ) -> None:
        self._listener = listener
        self._record = record
        self._troubles = troubles
        self._signals = signals
        self._forget_dropped = forget_dropped
        self._now_s = now_s
        self.unpressed: Unpressed = PressesAlone()

    def change(self, change: ModeChange) -> None:
        """Follow the engine, which has paused or resumed."""
        match change:
            case Pause(pausing):
                self.unpressed.forget("paused")
                self._listener.close()
                position = self._listener.clock.sound.now
                self._record.began(pausing, position, self._now_s())
                self._signals.show("paused")
            case PauseChanged(pausing):
                self._record.goes_on(pausing, self._now_s(), changed=True)
            case Resume(by):
                self._listener.beat("starting")
                self._record.ended(by, self._now_s())
                self._troubles.mend()
                self._forget_dropped()
                self._listener.open_again()
                self._signals.show("resumed")
