"""That a phone may be let in, as the light shows it, and the second button that asks for it."""

from collections.abc import Callable

from . import events

ANSWERED_WITHIN_S = 3.0
"""The page answers within a tenth of a second, and on a busy Zero within one."""


class PairingShown:
    """Owned by the capture loop. `report` receives what the second button asks, and a refusal.

    Capture lets nobody in: the page does, and says here for how long.
    """

    def __init__(self, report: Callable[[events.Event], None], now_s: Callable[[], float]) -> None:
        self._report = report
        self._now_s = now_s
        self._until_s = float("-inf")
        self._asked_s: float | None = None

    @property
    def is_on(self) -> bool:
        return self._now_s() < self._until_s

    def show(self, for_s: float) -> None:
        """For so long from now on; 0 ends it, and refuses what was asked for."""
        if for_s == 0 and self._asked_s is not None:
            self._refuse()
        self._asked_s = None
        self._until_s = self._now_s() + for_s

    def ask(self) -> None:
        """Ask the page for a pairing, or for the end of the one that is shown."""
        self._asked_s = None if self.is_on else self._now_s()
        self._report(events.PairingAsked())

    def turn(self, now_s: float) -> None:
        """Say so where nobody answers."""
        if self._asked_s is not None and now_s - self._asked_s >= ANSWERED_WITHIN_S:
            self._asked_s = None
            self._refuse()

    def _refuse(self) -> None:
        self._report(
            events.Refused(
                "No phone can be let in now: the page is stopped, or it is not on your network.",
                "`afterthought status` says which.",
            )
        )
