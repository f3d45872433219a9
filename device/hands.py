"""Whoever presses (the button, a terminal's keys, a page), and who is told what came of it."""

from collections import deque
from typing import Any

from . import gestures
from .control import Answer
from .porch import Porch
from .stream_clock import StreamClock

HOLD_RENEWED_S = 3.0
"""A page that holds says so each second; after this without it, the hold is over."""


class Hands:
    """Turns what was done, and when, into presses of the porch. Owned by the capture loop."""

    def __init__(self, porch: Porch, stream_clock: StreamClock) -> None:
        self._porch = porch
        self._stream_clock = stream_clock
        self._fingers = gestures.Fingers()
        self._unanswered: deque[Answer | None] = deque()  # for each press, whoever waits for it
        self._outcome: dict[str, Any] = {}
        self._page_holds_until_s: float | None = None
        self._key_holds = False

    def edge(self, *, down: bool, at_s: float) -> None:
        """The button's pin changed."""
        self._fingers, found = gestures.edge(self._fingers, down=down, at_s=at_s)
        self._act(found)

    def tick(self, now_s: float) -> None:
        """Time went on: a button may have become a hold, and a page's hold may be over."""
        self._fingers, found = gestures.tick(self._fingers, now_s)
        self._act(found)
        if self._page_holds_until_s is not None and now_s >= self._page_holds_until_s:
            self._let_go_of_page(now_s)

    def press(self, at_s: float, answer: Answer | None = None) -> None:
        """A press that comes up at once; `answer` is told what came of it."""
        self._press(at_s, answer)
        self._release(at_s)

    def hold_key(self, at_s: float) -> None:
        """The key that begins a hold, and the next time ends it."""
        self._key_holds = not self._key_holds
        if self._key_holds:
            self._press(at_s, None)
            self._hold(at_s)
        else:
            self._release(at_s)

    def hold_page(self, at_s: float, answer: Answer, *, on: bool) -> None:
        """A page begins a hold, renews it, or ends it; it is told what came of its press."""
        if on and self._page_holds_until_s is None:
            self._page_holds_until_s = at_s + HOLD_RENEWED_S
            self._press(at_s, answer)
            self._hold(at_s)
            return
        if on:
            self._page_holds_until_s = at_s + HOLD_RENEWED_S
        else:
            self._let_go_of_page(at_s)
        answer(self._outcome)

    def came_of_it(self, outcome: dict[str, Any]) -> None:
        """The oldest press without an answer was taken or refused."""
        self._outcome = outcome
        answer = self._unanswered.popleft() if self._unanswered else None
        if answer is not None:
            answer(outcome)

    def _act(self, found: list[gestures.Gesture]) -> None:
        for gesture in found:
            if gesture.kind == "press":
                self._press(gesture.at_s, None)
            elif gesture.kind == "hold":
                self._hold(gesture.at_s)
            else:
                self._release(gesture.at_s)

    def _press(self, at_s: float, answer: Answer | None) -> None:
        self._unanswered.append(answer)
        self._porch.press(self._stream_clock.position(at_s))

    def _hold(self, at_s: float) -> None:
        self._porch.hold(self._stream_clock.position(at_s))

    def _release(self, at_s: float) -> None:
        self._porch.release(self._stream_clock.position(at_s))

    def _let_go_of_page(self, at_s: float) -> None:
        if self._page_holds_until_s is not None:
            self._page_holds_until_s = None
            self._release(at_s)
