"""Where phones are let in: the pairing of now, with what capture tells and what is told of it.

Owned by the bridge's loop: every coroutine runs there, and so nothing is locked.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator

from core.clock import Clock
from core.errors import UserError
from core.log import get_log
from core.sockets.socket_client import Told
from dashboard.sentences import say

from .pairing import LASTS_S, Answer, Pairing, Proof, Reason, opened
from .phones import Phone, hash_of
from .press_watch import Capture, Presses, PressWatch
from .sign_ins import SignIns


class NoPairing(UserError):
    """There is none to confirm, or no phone waits in it."""

    code = "no_pairing"


class Desk:
    """One pairing at a time. `announce` is called, on the loop, once a phone was let in."""

    def __init__(
        self,
        sign_ins: SignIns,
        capture: Capture,
        clock: Clock,
        announce: Callable[[], None] = lambda: None,
        *,
        lasts_s: float = LASTS_S,
    ) -> None:
        self._sign_ins = sign_ins
        self._clock = clock
        self._announce = announce
        self._lasts_s = lasts_s
        self._pairing: Pairing | None = None
        self._running: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._listeners: set[asyncio.Queue[Told]] = set()
        self._setting_up = asyncio.Lock()
        self.make_way: Callable[[], Awaitable[None]] = _nothing_waits
        """Ends whatever else waits for a press: one answers one question."""
        self._watch = PressWatch(capture, clock, self._tell)

    @property
    def pairing(self) -> Pairing | None:
        """The pairing that is open, or was last."""
        return self._pairing

    @property
    def is_open(self) -> bool:
        return self._pairing is not None and self._pairing.is_open

    @property
    def presses(self) -> Presses:
        """Whether a press can come."""
        return self._watch.presses

    def left_s(self) -> float:
        """For how long it is open."""
        pairing = self._pairing
        if pairing is None or not pairing.is_open:
            return 0.0
        return max(0.0, pairing.until_s - self._clock.monotonic_s())

    async def open(self) -> Pairing:
        """A new pairing; one that is open is cancelled. Raises PhonesUnreadable."""
        await asyncio.to_thread(self._sign_ins.all)
        await self.cancel()
        await self.make_way()
        self._pairing = opened(self._clock.monotonic_s(), self._lasts_s)
        self._changed = asyncio.Event()
        self._running = asyncio.create_task(self._run())
        return self._pairing

    async def cancel(self, pairing: Pairing | None = None) -> None:
        """End what is open; where a pairing is named, only that one. Returns when all is told."""
        is_other = pairing is not None and not self._is_same(pairing)
        if self._pairing is None or self._running is None or is_other:
            return
        self._change(self._pairing.end("cancelled"))
        await asyncio.shield(self._running)

    async def decline(self) -> None:
        """Nobody may be let in now: the light says so to who asked at the device."""
        await self._watch.light_off()

    async def prove(self, proof: Proof) -> tuple[Answer, str]:
        """What is said to who shows a secret; and the token, where it waits now.

        The set-up secret opens a pairing by itself as long as no phone is let in. Raises
        PhonesUnreadable.
        """
        if proof.is_set_up and not await self._opened_by_set_up():
            return "not_first", ""
        if self._pairing is None:
            return "closed", ""
        after, answer = self._pairing.proved(proof, self._clock.monotonic_s())
        is_news = after.waiting is not self._pairing.waiting
        self._change(after)
        if is_news:
            self._tell({"event": "waiting", "name": proof.name})
        token = after.waiting.token if answer == "waits" and after.waiting else ""
        return answer, token

    async def confirm(self) -> None:
        """As if the device were pressed now. Raises NoPairing."""
        if self._pairing is None or not self.is_open or self._pairing.waiting is None:
            raise NoPairing(say("pairing.nobody_waits"), advice=say("pairing.nobody_waits_advice"))
        self._change(self._pairing.pressed(self._clock.monotonic_s()))

    def waits(self, token: str | None) -> bool:
        """True where this token is that of the phone that waits."""
        pairing = self._pairing
        return pairing is not None and pairing.ended is None and self._is_token(token)

    def ended(self, token: str | None) -> Reason | None:
        """Why the pairing ended in which the phone with this token waited."""
        return self._pairing.ended if self._pairing and self._is_token(token) else None

    @contextlib.contextmanager
    def listening(self) -> Iterator["asyncio.Queue[Told]"]:
        """What happens from now on: waiting, presses, admitted, ended."""
        queue: asyncio.Queue[Told] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)

    async def _opened_by_set_up(self) -> bool:
        """True where a pairing is open, or nobody is in yet and so one is opened now."""
        async with self._setting_up:
            if not self.is_open and not await asyncio.to_thread(self._sign_ins.all):
                await self.open()
            return self.is_open

    def _is_token(self, token: str | None) -> bool:
        waiting = None if self._pairing is None else self._pairing.waiting
        return bool(token) and waiting is not None and waiting.token == token

    def _is_same(self, pairing: Pairing) -> bool:
        return self._pairing is not None and self._pairing.secret is pairing.secret

    def _change(self, after: Pairing) -> None:
        self._pairing = after
        if not after.is_open:
            self._changed.set()

    async def _run(self) -> None:
        """From the opening to the end, and what is done then."""
        assert self._pairing is not None
        await self._watch.wait(self._changed, self._pairing.until_s, self._pressed)
        self._change(self._pairing.end("time"))
        await self._finish(self._pairing)
        await self._watch.light_off()

    def _pressed(self, at_s: float) -> None:
        assert self._pairing is not None
        self._change(self._pairing.pressed(at_s))

    async def _finish(self, pairing: Pairing) -> None:
        phone = await self._admit(pairing) if pairing.is_admitted else None
        if phone is not None:
            self._pairing = pairing.settled()
            self._announce()
            self._tell({"event": "admitted", "phone": phone.id, "name": phone.name})
            return
        assert self._pairing is not None
        self._tell({"event": "ended", "reason": self._pairing.ended})

    async def _admit(self, pairing: Pairing) -> Phone | None:
        """The phone, once that is durable; None where the disk refuses, or the list is damaged."""
        assert pairing.waiting is not None
        token_hash = hash_of(pairing.waiting.token)
        assert token_hash is not None
        try:
            return await asyncio.to_thread(self._sign_ins.admit, token_hash, pairing.waiting.name)
        except (OSError, UserError) as error:
            get_log().error("phone_not_saved", fault=type(error).__name__)
            self._pairing = pairing.lost()
            return None

    def _tell(self, event: Told) -> None:
        for each in self._listeners:
            each.put_nowait(event)


async def _nothing_waits() -> None:
    """Where pairings are all that presses are for."""
