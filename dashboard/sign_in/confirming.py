"""What a phone asks for and a press at the device confirms: one thing at a time.

Who sits at the machine confirms it there, and needs no press. Owned by the bridge's loop.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal

from core.clock import Clock
from core.errors import UserError
from core.log import get_log
from dashboard.sentences import say

from .desk import Desk
from .pairing import LASTS_S
from .phone_file import PhonesUnreadable
from .phones import Phone
from .press_watch import Presses, PressWatch, Window
from .sign_ins import SignIns

State = Literal["waits", "doing", "done", "failed", "time", "cancelled"]
"""`waits` for the press, `doing` it, and five ways to end."""

Do = Callable[[], Awaitable[str]]
"""Does what was asked for; the code of what came of it. Raises UserError and OSError."""


class Busy(UserError):
    """A press answers one question at a time, and another one is asked."""

    code = "confirmation_busy"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Something that was asked for. `asker` is the phone's id, empty for who sits at the machine.

    `told` is the code of what came of it, or the sentence of what went wrong. Pure.
    """

    asker: str
    name: str
    window: Window
    state: State = "waits"
    told: str = ""

    @property
    def is_on(self) -> bool:
        return self.state in {"waits", "doing"}

    def pressed(self, at_s: float) -> "Confirmation":
        """Somebody pressed at the device: it counts once, and after it was asked for."""
        if self.state != "waits" or not self.window.has(at_s):
            return self
        return replace(self, state="doing")

    def end(self, state: State) -> "Confirmation":
        """Ended so, unless it is confirmed already, or has ended."""
        return replace(self, state=state) if self.state == "waits" else self


class Confirmations:
    """The one of now. `announce` is called, on the loop, when one begins to wait and ends."""

    def __init__(  # noqa: PLR0913 - whom it asks, and whom it tells
        self,
        desk: Desk,
        sign_ins: SignIns,
        watch: PressWatch,
        clock: Clock,
        announce: Callable[[], None] = lambda: None,
        *,
        lasts_s: float = LASTS_S,
    ) -> None:
        self._desk = desk
        self._sign_ins = sign_ins
        self._watch = watch
        self._clock = clock
        self._announce = announce
        self._lasts_s = lasts_s
        self._over = asyncio.Event()
        self._now: Confirmation | None = None
        self._running: asyncio.Task[None] | None = None

    @property
    def now(self) -> Confirmation | None:
        """The one that waits, or was last."""
        return self._now

    @property
    def presses(self) -> Presses:
        """Whether a press can come."""
        return self._watch.presses

    async def ask(self, phone: Phone | None, do: Do) -> None:
        """Wait for a press and then do it, whoever is away by then. Raises Busy.

        Without a phone it is done at once. Asked again by the same phone, it goes on.
        """
        asker = "" if phone is None else phone.id
        if self._now is not None and self._now.is_on:
            if self._now.asker == asker:
                return
            raise Busy(say("confirming.busy"), advice=say("confirming.busy_advice"))
        if self._desk.is_open:
            raise Busy(say("confirming.pairing"), advice=say("confirming.pairing_advice"))
        now_s = self._clock.monotonic_s()
        window = Window(now_s, now_s + self._lasts_s)
        self._now = (
            Confirmation("", "", window, "doing")
            if phone is None
            else Confirmation(phone.id, phone.name, window)
        )
        self._over = asyncio.Event()
        self._running = asyncio.create_task(self._run(self._now, do))

    async def cancel(self) -> None:
        """End what waits. What a press confirmed already is done all the same."""
        if self._now is None or self._running is None or self._now.state != "waits":
            return
        self._change(self._now.end("cancelled"))
        await asyncio.shield(self._running)

    def take_ended(self, asker: str) -> Confirmation | None:
        """What came of what this phone asked for last: once."""
        found = self._now
        if found is None or found.is_on or found.asker != asker:
            return None
        self._now = None
        return found

    async def _run(self, asked: Confirmation, do: Do) -> None:
        if asked.state == "waits":
            self._announce()
            await self._watch.wait(self._over, asked.window.until_s, self._pressed)
            asked = self._change((self._now or asked).end("time"))
            await self._watch.light_off()
        if asked.state == "doing":
            await self._do(asked, do)
        self._announce()

    async def _do(self, asked: Confirmation, do: Do) -> None:
        ended = replace(asked, state="failed", told=say("trouble.fault"))
        try:
            if asked.asker and not await self._is_in(asked.asker):
                ended = replace(asked, state="cancelled")
            else:
                ended = replace(asked, state="done", told=await do())
        except UserError as error:
            ended = replace(asked, state="failed", told=f"{error.sentence} {error.advice}".strip())
        except OSError as error:
            get_log().error("confirmed_and_not_done", reason=error.strerror)
            ended = replace(asked, state="failed", told=say("confirming.disk"))
        finally:
            self._change(ended)

    async def _is_in(self, asker: str) -> bool:
        """True while the phone that asked is let in: it may be revoked since."""
        try:
            phones = await asyncio.to_thread(self._sign_ins.all)
        except PhonesUnreadable:
            return False
        return any(phone.id == asker for phone in phones)

    def _pressed(self, at_s: float) -> None:
        if self._now is not None:
            self._change(self._now.pressed(at_s))

    def _change(self, after: Confirmation) -> Confirmation:
        self._now = after
        if after.state != "waits":
            self._over.set()
        return after
