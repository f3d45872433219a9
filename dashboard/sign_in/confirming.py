"""What a phone asks for and presses at the device confirm: one thing at a time.

Someone who sits at the machine confirms it there, and needs none. Owned by the bridge's loop.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal

from core.clock import Clock
from core.errors import UserError
from core.log import get_log
from dashboard.sentences import say

from .pairing import LASTS_S
from .phone_file import PhonesUnreadable
from .phones import Phone
from .press_watch import Presses, Window
from .questions import Question, Questions, Unanswered
from .sign_ins import SignIns

State = Literal["waits", "doing", "done", "failed", "time", "cancelled"]
"""`waits` for the press, `doing` it, and five ways to end."""

Do = Callable[[], Awaitable[str]]
"""Does what was asked for; the code of what came of it. Raises UserError and OSError."""


PRESSES = 7
WITHIN_S = 10.0
"""So many presses in so short a time confirm. Nobody who only keeps makes them: one press, two or
three in a row, and a button that is held all keep. A finger can at any button, and at any key."""


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
    pressed_s: tuple[float, ...] = ()

    @property
    def is_on(self) -> bool:
        return self.state in {"waits", "doing"}

    @property
    def is_open(self) -> bool:
        return self.state == "waits"

    @property
    def until_s(self) -> float:
        return self.window.until_s

    def pressed(self, at_s: float) -> "Confirmation":
        """Somebody pressed at the device, after it was asked for: the last of many confirms it."""
        if self.state != "waits" or not self.window.has(at_s):
            return self
        recent = tuple(each for each in self.pressed_s if each > at_s - WITHIN_S)
        pressed_s = (*recent, at_s)
        is_confirmed = len(pressed_s) >= PRESSES
        return replace(self, state="doing" if is_confirmed else "waits", pressed_s=pressed_s)

    def end(self, reason: Unanswered) -> "Confirmation":
        """Ended so, unless it is confirmed already, or has ended."""
        return replace(self, state=reason) if self.state == "waits" else self

    def revoked(self, phone: str) -> "Confirmation":
        """This phone is let in no more, and gets nothing done."""
        return self.end("cancelled") if phone == self.asker else self


class Confirmations:
    """The one of now. `announce` is called, on the loop, when one begins to wait and ends.

    `questions` is what else asks for a press: one answers one question.
    """

    def __init__(
        self,
        questions: Questions,
        sign_ins: SignIns,
        clock: Clock,
        announce: Callable[[], None] = lambda: None,
        *,
        lasts_s: float = LASTS_S,
    ) -> None:
        self._questions = questions
        self._sign_ins = sign_ins
        self._clock = clock
        self._announce = announce
        self._lasts_s = lasts_s
        self._question: Question[Confirmation] | None = None
        self._doing: set[asyncio.Task[None]] = set()

    @property
    def now(self) -> Confirmation | None:
        """The one that waits, or was last."""
        return None if self._question is None else self._question.state

    @property
    def presses(self) -> Presses:
        """Whether a press can come."""
        return self._questions.presses

    async def ask(self, phone: Phone | None, do: Do) -> None:
        """Wait for the presses and then do it, whoever is away by then. Raises Busy.

        Without a phone it is done at once. Asked again by the same phone, it goes on.
        """
        asked = self._asked(phone)
        async with self._questions.turn:
            now = self.now
            if now is not None and now.is_on:
                if now.asker == asked.asker:
                    return
                raise Busy(say("confirming.busy"), advice=say("confirming.busy_advice"))
            if self._questions.is_open:
                raise Busy(say("confirming.pairing"), advice=say("confirming.pairing_advice"))

            async def answered(question: Question[Confirmation]) -> None:
                self._answered(question, do)

            self._question = await self._questions.ask(asked, answered)
        self._announce()

    async def cancel(self) -> None:
        """End what waits. What a press confirmed already is done all the same."""
        question = self._question
        if question is not None:
            await question.end()

    def take_ended(self, asker: str) -> Confirmation | None:
        """What came of what this phone asked for last: once."""
        found = self.now
        if found is None or found.is_on or found.asker != asker:
            return None
        self._question = None
        return found

    def _asked(self, phone: Phone | None) -> Confirmation:
        now_s = self._clock.monotonic_s()
        window = Window(now_s, now_s + self._lasts_s)
        if phone is None:
            return Confirmation("", "", window, "doing")
        return Confirmation(phone.id, phone.name, window)

    def _answered(self, question: Question[Confirmation], do: Do) -> None:
        """Begin to do it, where that was confirmed. It takes its time, and holds up no question."""
        if question.state.state != "doing":
            self._announce()
            return
        doing = asyncio.create_task(self._do(question, do))
        self._doing.add(doing)
        doing.add_done_callback(self._doing.discard)

    async def _do(self, question: Question[Confirmation], do: Do) -> None:
        asked = question.state
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
            question.change(ended)
            self._announce()

    async def _is_in(self, asker: str) -> bool:
        """True while the phone that asked is let in: it may be revoked since."""
        try:
            phones = await asyncio.to_thread(self._sign_ins.all)
        except PhonesUnreadable:
            return False
        return any(phone.id == asker for phone in phones)
