"""What becomes of sound that nobody pressed for: an interface, and the policy `button`."""

from dataclasses import dataclass
from typing import Protocol

from core.capture_status import SelectionStatus
from core.disk_reserve import DiskReserve
from core.errors import UserError
from core.selection.reasons import EarlyReason
from core.settings import Policy
from core.spool_port import SpoolPort
from device.capture.clip_writer import Report
from device.capture.engine import Engine
from device.capture.fact_log import FactLog
from device.memory.stream_clock import StreamClock
from device.session.kept_unpressed import KeptUnpressed


@dataclass(frozen=True, slots=True)
class Capturing:
    """The parts of capture that a policy works with."""

    engine: Engine
    clock: StreamClock
    spool: SpoolPort
    reserve: DiskReserve
    facts: FactLog
    report: Report
    kept: KeptUnpressed


class Unpressed(Protocol):
    """Owned by the capture loop. Nothing here may keep a press waiting."""

    @property
    def is_on(self) -> bool:
        """True where something may be kept without a press."""
        ...

    def turn(self, now_s: float) -> None:
        """Look at what was heard since the last turn. After whatever else the turn brought."""

    def forget(self, reason: EarlyReason) -> None:
        """Erase what waits, for this reason."""

    def end(self) -> None:
        """No more sound will come."""

    def status(self) -> SelectionStatus | None:
        """What was kept and passed over; None where only presses keep."""
        ...


class SwitchedOff:
    """A policy that cannot be had here, and why: only presses keep."""

    is_on = False

    def __init__(self, policy: Policy, why: UserError) -> None:
        self._policy = policy
        self._why = why

    def turn(self, now_s: float) -> None:
        """Nothing is to be done."""

    def forget(self, reason: EarlyReason) -> None:
        """Nothing waits."""

    def end(self) -> None:
        """Nothing is open."""

    def status(self) -> SelectionStatus:
        return SelectionStatus(
            policy=self._policy,
            is_on=False,
            sentence=self._why.sentence,
            advice=self._why.advice,
        )


class PressesAlone:
    """The policy `button`: what nobody presses for is gone."""

    is_on = False

    def turn(self, now_s: float) -> None:
        """Nothing is to be done."""

    def forget(self, reason: EarlyReason) -> None:
        """Nothing waits."""

    def end(self) -> None:
        """Nothing is open."""

    def status(self) -> SelectionStatus | None:
        return None
