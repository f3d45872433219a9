"""What presses answer: one question at a time, from its asking to what is done about it.

To let a phone in is one kind, to confirm what a phone asked for is the other. Owned by the
bridge's loop.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Generic, Literal, Protocol, Self, TypeVar

from core.clock import Clock
from core.log import get_log
from core.sockets.socket_client import Told

from .press_watch import CaptureClient, Presses, PressWatch

Unanswered = Literal["time", "cancelled"]
"""Why a question ends without an answer."""


class Asked(Protocol):
    """How a question stands: a value."""

    @property
    def until_s(self) -> float:
        """How long it waits, on CLOCK_MONOTONIC."""

    @property
    def is_open(self) -> bool:
        """True while it waits for an answer."""

    def pressed(self, at_s: float) -> Self:
        """Somebody pressed at the device."""

    def end(self, reason: Unanswered) -> Self:
        """Ended so, where it is open."""

    def revoked(self, phone: str) -> Self:
        """This phone is let in no more."""


A = TypeVar("A", bound=Asked)


class Question(Generic[A]):
    """One question: it alone has its state, so that no other one's end can be taken for its own.

    `answered` is called once it is open no more, whatever came of it.
    """

    def __init__(
        self, state: A, watch: PressWatch, answered: Callable[["Question[A]"], Awaitable[None]]
    ) -> None:
        self.state = state
        self._watch = watch
        self._answered = answered
        self._over = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._running = self._loop.create_task(self._run())
        self._running.add_done_callback(_note_fault)

    def change(self, after: A) -> None:
        """How it stands from now on."""
        self.state = after
        if not after.is_open:
            self._over.set()

    async def end(self, reason: Unanswered = "cancelled") -> None:
        """End it, where it is open; return once all that follows is done."""
        self.change(self.state.end(reason))
        await self.settled()

    async def settled(self) -> None:
        """Return once it has ended, and all that follows is done."""
        await asyncio.wait({self._running})

    def tell_revoked(self, phone: str) -> None:
        """This phone is let in no more. Any thread may say so."""
        if self.state.is_open:
            self._loop.call_soon_threadsafe(self._revoked, phone)

    async def _run(self) -> None:
        if self.state.is_open:
            await self._watch.wait(self._over, self.state.until_s, self._pressed)
            self.change(self.state.end("time"))
            await self._watch.light_off()
        await self._answered(self)

    def _pressed(self, at_s: float) -> None:
        self.change(self.state.pressed(at_s))

    def _revoked(self, phone: str) -> None:
        self.change(self.state.revoked(phone))


class Questions:
    """The question of now. `tell` is called with an event where a press can come no more, or again.

    Whoever asks another one has the `turn` from looking at what there is until it is asked.
    """

    def __init__(
        self, capture: CaptureClient, clock: Clock, tell: Callable[[Told], None] = lambda _: None
    ) -> None:
        self.turn = asyncio.Lock()
        self._watch = PressWatch(capture, clock, tell)
        self._now: Question[Any] | None = None

    @property
    def presses(self) -> Presses:
        """Whether a press can come."""
        return self._watch.presses

    @property
    def is_open(self) -> bool:
        """True while one waits for its answer."""
        return self._now is not None and self._now.state.is_open

    async def ask(
        self, state: A, answered: Callable[[Question[A]], Awaitable[None]]
    ) -> Question[A]:
        """This question, asked; one that is open is cancelled before. Only with the turn."""
        if self._now is not None:
            await self._now.end()
        question = Question(state, self._watch, answered)
        self._now = question
        return question

    def tell_revoked(self, phone: str) -> None:
        """This phone is let in no more. Any thread may say so."""
        question = self._now
        if question is not None:
            question.tell_revoked(phone)

    async def light_off(self) -> None:
        """Nothing may be asked now: the light says so to who wanted to at the device."""
        await self._watch.light_off()


def _note_fault(running: "asyncio.Task[None]") -> None:
    """A fault of ours ends this question, and no later one."""
    if not running.cancelled() and (fault := running.exception()) is not None:
        get_log().error("question_not_answered", fault=type(fault).__name__)
