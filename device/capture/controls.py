"""Whoever acts (a button, a terminal's keys, a page) and what the engine is to do about it."""

from collections.abc import Callable

from core.settings import SecondButton
from device.memory.stream_clock import StreamClock
from device.session import gestures
from device.session.gestures import Fingers, Gesture
from device.session.session import Event, PauseGesture
from device.session.values import HoldBegan, Keep, Press, RecordingBegan, RecordingEnded, Release

from .engine import Done, Outcome
from .events import PressedBy, Refused

HOLD_RENEWED_S = 3.0
"""A page that holds says so each second; after this without it, the hold is over."""

Do = Callable[[Event], Outcome]


class Controls:
    """Turns what was done, and when, into events of the engine. Owned by the capture loop.

    `open_keep` is what is being written, if anything is; `shut_down` and `ask_pairing` are called
    where the second button, held, means that; `pressed` is told of every press once it is done,
    with its own time.
    """

    def __init__(  # noqa: PLR0913 - whom it has act, and whom it tells
        self,
        do: Do,
        stream_clock: StreamClock,
        open_keep: Callable[[], Keep | None],
        second: SecondButton = "recording",
        shut_down: Callable[[], None] = lambda: None,
        *,
        ask_pairing: Callable[[], None] = lambda: None,
        pressed: Callable[[float, PressedBy], None] = lambda *_: None,
    ) -> None:
        self._do = do
        self._stream_clock = stream_clock
        self._open_keep = open_keep
        self._second_means = second
        self._shut_down = shut_down
        self._ask_pairing = ask_pairing
        self._pressed = pressed
        self._first = Fingers()
        self._second = Fingers()
        self._page_holds_until_s: float | None = None
        self._page_outcome: Outcome = Done()
        self.stuck = False

    def edge(self, *, down: bool, at_s: float, second: bool = False) -> None:
        """A button's pin changed."""
        if second:
            self._second, found = gestures.edge(self._second, down=down, at_s=at_s)
            self._act_second(found)
        else:
            self._first, found = gestures.edge(self._first, down=down, at_s=at_s)
            self._act(found)

    def tick(self, now_s: float) -> None:
        """Time went on: a press may mean more by now, and a page's hold may be over."""
        self._first, found = gestures.tick(self._first, now_s)
        self._act(found)
        self._second, found = gestures.tick(self._second, now_s)
        self._act_second(found)
        if self._page_holds_until_s is not None and now_s >= self._page_holds_until_s:
            self._let_go_of_page(now_s)

    def next_due_s(self) -> float | None:
        """The time when `tick` will have something to do, if nobody does anything before."""
        due = (
            gestures.next_due_s(self._first),
            gestures.next_due_s(self._second),
            self._page_holds_until_s,
        )
        return min((each for each in due if each is not None), default=None)

    def press(self, at_s: float, by: PressedBy = "key") -> Outcome:
        """A press that comes up at once; what came of it."""
        at = self._position(at_s)
        outcome = self._do(Press(at))
        self._do(Release(at))
        self._pressed(at_s, by)
        return outcome

    def hold_key(self, at_s: float) -> None:
        """The key that begins a hold, and the next time ends it."""
        keep = self._open_keep()
        if keep is not None and keep.held:
            self._do(Release(self._position(at_s)))
        else:
            self._hold(at_s, "key")

    def hold_page(self, at_s: float, *, on: bool, by: PressedBy = "page") -> Outcome:
        """A page begins a hold, renews it, or ends it; what came of it."""
        if not on:
            self._let_go_of_page(at_s)
            return Done()
        if self._page_holds_until_s is None:
            self._page_outcome = self._hold(at_s, by)
        if not isinstance(self._page_outcome, Refused):
            self._page_holds_until_s = at_s + HOLD_RENEWED_S
        return self._page_outcome

    def record(self, at_s: float, *, on: bool) -> Outcome:
        """A recording begins or ends."""
        at = self._position(at_s)
        return self._do(RecordingBegan(at) if on else RecordingEnded(at))

    def _records(self) -> bool:
        keep = self._open_keep()
        return keep is not None and keep.recording

    def _hold(self, at_s: float, by: PressedBy) -> Outcome:
        at = self._position(at_s)
        outcome = self._do(Press(at))
        self._do(HoldBegan(at))
        self._pressed(at_s, by)
        return outcome

    def _act(self, found: list[Gesture]) -> None:
        for gesture in found:
            at = self._position(gesture.at_s)
            self.stuck = gesture.kind == "stuck"
            match gesture.kind:
                case "press":
                    self._do(Press(at, gesture.again))
                    self._pressed(gesture.at_s, "button")
                case "hold":
                    self._do(HoldBegan(at))
                case "release":
                    self._do(Release(at))
                case "pause":
                    self._do(PauseGesture())
                case "stuck":
                    if self._records():
                        self._do(RecordingEnded(at))

    def _act_second(self, found: list[Gesture]) -> None:
        for gesture in [each for each in found if each.kind == "hold"]:
            match self._second_means:
                case "shutdown":
                    self._shut_down()
                case "pair":
                    self._ask_pairing()
                case "recording":
                    self.record(gesture.at_s, on=not self._records())

    def _let_go_of_page(self, at_s: float) -> None:
        if self._page_holds_until_s is not None:
            self._page_holds_until_s = None
            self._do(Release(self._position(at_s)))

    def _position(self, at_s: float) -> int:
        return self._stream_clock.position(at_s)
