"""The presses at the device, for whoever waits for one: a phone to be let in, an act to be done.

Owned by the bridge's loop.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Literal

from core.clock import Clock
from core.errors import UserError
from core.log import get_log
from core.sockets.socket_client import NobodyThere, Told

ASK_AGAIN_S = 1.0
"""The wait before a capture that is not there is looked for again."""

Presses = Literal["come", "paused", "down"]
"""Whether a press can come: capture is there, is paused, is not there."""


@dataclass(frozen=True, slots=True)
class CaptureClient:
    """The two ways to capture: its events from now on, and a request, which blocks."""

    events: Callable[[], AsyncIterator[Told]]
    ask: Callable[[Told], Told]


@dataclass(frozen=True, slots=True)
class Window:
    """The time in which a press counts, in seconds on CLOCK_MONOTONIC. Pure.

    One at its very beginning does not: it was meant for something else.
    """

    since_s: float
    until_s: float

    def has(self, at_s: float) -> bool:
        return self.since_s < at_s <= self.until_s


class PressWatch:
    """Follows capture while somebody waits.

    `tell` is called with an event where a press can come no more, or again.
    """

    def __init__(self, capture: CaptureClient, clock: Clock, tell: Callable[[Told], None]) -> None:
        self._capture = capture
        self._clock = clock
        self._tell = tell
        self.presses: Presses = "come"

    async def wait(
        self, over: asyncio.Event, until_s: float, pressed: Callable[[float], None]
    ) -> None:
        """Tell `pressed` of every press at the device, until it is over or the time has come."""
        self.presses = "come"
        following = asyncio.create_task(self._follow(until_s, pressed))
        following.add_done_callback(self._note_fault)
        with contextlib.suppress(TimeoutError):
            left_s = max(0.0, until_s - self._clock.monotonic_s())
            await asyncio.wait_for(over.wait(), left_s)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)

    async def light_off(self) -> None:
        """Nobody waits any more."""
        await self.show(0.0)

    async def show(self, for_s: float) -> None:
        """Have the light show for so long that a press is waited for."""
        with contextlib.suppress(NobodyThere, UserError):
            await asyncio.to_thread(self._capture.ask, {"do": "pairing", "for_s": for_s})

    async def _follow(self, until_s: float, pressed: Callable[[float], None]) -> None:
        """Never returns."""
        while True:
            with contextlib.suppress(NobodyThere, UserError):
                async with contextlib.aclosing(self._capture.events()) as told:  # type: ignore[type-var]
                    async for event in told:
                        await self._hear(event, until_s, pressed)
            self._note("down")
            await asyncio.sleep(ASK_AGAIN_S)

    async def _hear(self, event: Told, until_s: float, pressed: Callable[[float], None]) -> None:
        match event:
            case {"event": "subscribed"}:
                await self.show(max(0.0, until_s - self._clock.monotonic_s()))
                status = await asyncio.to_thread(self._capture.ask, {"do": "status"})
                self._note("paused" if status.get("state") == "paused" else "come")
            case {"event": "state", "state": state}:
                self._note("paused" if state == "paused" else "come")
            case {"event": "pressed", "at_s": float(at_s), "by": by} if by != "phone":
                pressed(at_s)

    def _note_fault(self, following: "asyncio.Task[None]") -> None:
        """It is cancelled in the end, and ends by itself only by a fault of ours."""
        if not following.cancelled() and (fault := following.exception()) is not None:
            get_log().error("presses_not_followed", fault=type(fault).__name__)
            self._note("down")

    def _note(self, presses: Presses) -> None:
        if presses != self.presses:
            self.presses = presses
            self._tell({"event": "presses", "presses": presses})
