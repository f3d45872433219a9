"""Where phones are let in: the pairing of now, with what capture tells and what is told of it.

Owned by the bridge's loop.
"""

import asyncio
import contextlib
import hmac
from collections.abc import Callable, Iterator

from core.clock import Clock
from core.errors import NotFound, UserError
from core.log import get_log
from core.sockets.socket_client import Told
from dashboard.sentences import say

from .pairing import LASTS_S, Answer, Pairing, Proof, Reason, opened
from .phones import Phone, TokenTaken, hash_of
from .press_watch import CaptureClient, Presses
from .questions import Question, Questions
from .set_up_secret import SetUpSecret
from .sign_ins import SignIns


class NoPairing(UserError):
    """There is none to confirm, or no phone waits in it."""

    code = "no_pairing"


class Desk:
    """One pairing at a time. `announce` is called, on the loop, once a phone was let in.

    `questions` is what else asks for a press: one answers one question.
    """

    def __init__(  # noqa: PLR0913 - whom it asks, and whom it tells
        self,
        sign_ins: SignIns,
        set_up_secret: SetUpSecret,
        capture: CaptureClient,
        clock: Clock,
        announce: Callable[[], None] = lambda: None,
        *,
        lasts_s: float = LASTS_S,
    ) -> None:
        self._sign_ins = sign_ins
        self._set_up_secret = set_up_secret
        self._clock = clock
        self._announce = announce
        self._lasts_s = lasts_s
        self._question: Question[Pairing] | None = None
        self._listeners: set[asyncio.Queue[Told]] = set()
        self.questions = Questions(capture, clock, self._tell)

    @property
    def pairing(self) -> Pairing | None:
        """The pairing that is open, or was last."""
        return None if self._question is None else self._question.state

    @property
    def is_open(self) -> bool:
        return self.pairing is not None and self.pairing.is_open

    @property
    def presses(self) -> Presses:
        """Whether a press can come."""
        return self.questions.presses

    def left_s(self) -> float:
        """For how long it is open."""
        pairing = self.pairing
        if pairing is None or not pairing.is_open:
            return 0.0
        return max(0.0, pairing.until_s - self._clock.monotonic_s())

    async def open(self, opener: str = "", *, by_button: bool = False) -> Pairing:
        """A new pairing; whatever waits for a press is cancelled. Raises PhonesUnreadable.

        `opener` is the id of the phone that opens it, empty for the device itself.
        """
        async with self.questions.turn:
            await asyncio.to_thread(self._sign_ins.all)
            return await self._open(opener, by_button=by_button)

    async def cancel(self, pairing: Pairing | None = None) -> None:
        """End what is open; where a pairing is named, only that one. Returns when all is told."""
        question = self._question
        if question is None:
            return
        if pairing is None or question.state.secret is pairing.secret:
            await question.end()

    async def decline(self) -> None:
        """Nobody may be let in now: the light says so to who asked at the device."""
        await self.questions.light_off()

    async def prove(self, proof: Proof) -> tuple[Answer, str]:
        """What is said to who shows a secret; and the token, where it waits now.

        The set-up secret opens a pairing by itself as long as no phone is let in. Raises
        PhonesUnreadable.
        """
        if proof.is_set_up and not await self._takes_set_up():
            return "not_first", ""
        question = self._question
        if question is None:
            return "closed", ""
        before = question.state
        after, answer = before.proved(proof, self._clock.monotonic_s())
        question.change(after)
        if after.waiting is not before.waiting:
            self._tell({"event": "waiting", "name": proof.name})
        token = after.waiting.token if answer == "waits" and after.waiting else ""
        return answer, token

    async def confirm(self) -> None:
        """As if the device were pressed now. Raises NoPairing."""
        question = self._question
        if question is None or not question.state.is_open or question.state.waiting is None:
            raise NoPairing(say("pairing.nobody_waits"), advice=say("pairing.nobody_waits_advice"))
        question.change(question.state.pressed(self._clock.monotonic_s()))

    def waits(self, token: str | None) -> bool:
        """True where this token is that of the phone that waits."""
        pairing = self.pairing
        return pairing is not None and pairing.ended is None and _is_of(pairing, token)

    def ended(self, token: str | None) -> Reason | None:
        """Why the pairing ended in which the phone with this token waited."""
        pairing = self.pairing
        return pairing.ended if pairing is not None and _is_of(pairing, token) else None

    @contextlib.contextmanager
    def listening(self) -> Iterator["asyncio.Queue[Told]"]:
        """What happens from now on: waiting, presses, admitted, ended."""
        queue: asyncio.Queue[Told] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    async def _open(self, opener: str = "", *, by_button: bool = False) -> Pairing:
        now_s = self._clock.monotonic_s()
        asked = opened(now_s, self._lasts_s, opener=opener, by_button=by_button)
        self._question = await self.questions.ask(asked, self._answered)
        return self._question.state

    async def _takes_set_up(self) -> bool:
        """True where the set-up secret counts now; it opens a pairing while nobody is in.

        Once somebody is, a picture of it must open nothing and end nothing, so that it counts only
        where the second button opened a pairing: then nobody can see another secret.
        """
        async with self.questions.turn:
            if self._question is not None and not self._question.state.is_open:
                await self._question.settled()  # a phone that is being let in is in by then
            is_first = not await asyncio.to_thread(self._sign_ins.all)
            pairing = self.pairing
            if pairing is not None and pairing.is_open:
                return is_first or pairing.by_button
            if is_first:
                await self._open()
            return is_first

    async def _answered(self, question: Question[Pairing]) -> None:
        """Let the phone in, where somebody pressed; tell how it ended."""
        phone = await self._admit(question) if question.state.is_admitted else None
        if phone is None:
            self._tell({"event": "ended", "reason": question.state.ended})
            return
        question.change(question.state.settled())
        self._announce()
        self._tell({"event": "admitted", "phone": phone.id, "name": phone.name})

    async def _admit(self, question: Question[Pairing]) -> Phone | None:
        """The phone, once that is durable; None where the disk refuses, or the list is damaged."""
        try:
            return await asyncio.to_thread(self._write, question.state)
        except NotFound:
            question.change(question.state.lost("cancelled"))
        except (OSError, UserError, TokenTaken) as error:
            get_log().error("phone_not_saved", fault=type(error).__name__)
            question.change(question.state.lost("not_saved"))
        return None

    def _write(self, pairing: Pairing) -> Phone:
        """The phone, durably; the set-up secret has done its work. Raises NotFound, OSError."""
        assert pairing.waiting is not None
        token_hash = hash_of(pairing.waiting.token)
        assert token_hash is not None
        phone = self._sign_ins.admit(token_hash, pairing.waiting.name, pairing.opener)
        self._set_up_secret.use_up()
        return phone

    def _tell(self, event: Told) -> None:
        for each in self._listeners:
            each.put_nowait(event)


def _is_of(pairing: Pairing, token: str | None) -> bool:
    """True where this token is that of the phone that waits in it."""
    told = hash_of(token or "")
    if told is None or pairing.waiting is None:
        return False
    return hmac.compare_digest(told, hash_of(pairing.waiting.token) or "")
