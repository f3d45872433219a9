"""Waits to be called, and introduces this install to one caller. Belongs to one loop."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from core.errors import UserError
from pipeline.sync.http.errors import NoSuchRequest
from pipeline.sync.http.messages import Answer, Request, json_answer

from .consent import Consent
from .desk import Desk
from .steps import PATH, Introduced, IntroductionFailed, read_message

ANSWERS_WITHIN_S = 1.0
"""A caller that asks what was decided here is answered so soon, and asks again."""

GONE_AFTER_S = 20.0
"""A caller that has asked nothing for so long is gone."""

_LONGEST = 16 * 1024

Store = Callable[[Introduced, str], Awaitable[None]]
"""Stores who was introduced, and the address that it called from."""

Show = Callable[[Introduced, tuple[str, ...]], None]
"""Shows who called, and the words to compare; none where it has proven that it has the code."""


@dataclass(frozen=True, slots=True)
class Asks:
    """What an introduction needs of this side: to show who calls, ask the wearer, and store."""

    consent: Consent
    show: Show
    store: Store


class Waiting:
    """One introduction, from the side that is called. `handle` answers its requests."""

    def __init__(self, desk: Desk, asks: Asks, gone_after_s: float = GONE_AFTER_S) -> None:
        self._desk, self._asks = desk, asks
        self._gone_after_s = gone_after_s
        self._met = asyncio.Event()
        self._decided = asyncio.Event()
        self._ours: bool | None = None
        self._theirs: bool | None = None
        self._has_told = asyncio.Event()
        self._heard_s = time.monotonic()
        self._end: asyncio.Future[Introduced] = asyncio.get_running_loop().create_future()

    async def introduced(self, within_s: float) -> Introduced:
        """Who was introduced and stored. Raises IntroductionFailed, and what `store` raises."""
        try:
            async with asyncio.timeout(within_s):
                return await self._introduced()
        except TimeoutError:
            sentence = (
                "Nobody called in time." if self._desk.caller is None else "It took too long."
            )
            raise IntroductionFailed(
                f"{sentence} Nothing was stored.", advice="Run `afterthought peers add` again."
            ) from None

    async def _introduced(self) -> Introduced:
        watching = asyncio.create_task(self._watch())
        asking = asyncio.create_task(self._ask())
        try:
            either: list[asyncio.Future[Any]] = [asking, self._end]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not self._end.done():
                await asking
            return await self._end
        finally:
            for each in (watching, asking):
                each.cancel()
            await asyncio.gather(watching, asking, return_exceptions=True)

    async def _ask(self) -> None:
        """Ask the wearer, once somebody is there to be asked about."""
        await self._met.wait()
        assert self._desk.caller is not None
        self._asks.show(self._desk.caller, self._desk.words)
        self._ours = await self._asks.consent.ask()
        self._decided.set()
        if not self._ours:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(3 * ANSWERS_WITHIN_S):
                    await self._has_told.wait()
            self._fail(declined_here())

    async def _watch(self) -> None:
        """End it where the caller is gone."""
        await self._met.wait()
        while True:
            left_s = self._heard_s + self._gone_after_s - time.monotonic()
            if left_s <= 0:
                break
            await asyncio.sleep(left_s)
        self._fail(
            IntroductionFailed(
                "The other machine is gone. Nothing was stored.",
                advice="Run `afterthought peers add` on both again.",
            )
        )

    async def handle(self, request: Request) -> Answer:
        """Answer one step. Raises IntroductionFailed, whose sentence the caller is told."""
        if (request.method, request.path) != ("POST", PATH):
            raise NoSuchRequest(
                "Only introductions are answered here.", advice="Meet this machine at its own port."
            )
        told = read_message(await request.body.whole(_LONGEST))
        if told.get("step") == "decide":
            return json_answer(await self._decide(told, request.address))
        try:
            answer = self._desk.hear(told)
        except IntroductionFailed as error:
            if self._desk.is_over:
                self._fail(error)
            raise
        self._heard_s = time.monotonic()
        if self._desk.caller is not None:
            self._met.set()
        return json_answer(answer)

    async def _decide(self, told: dict[str, Any], address: str) -> dict[str, Any]:
        """What was decided here; where both agree, only once it is stored."""
        if not self._desk.is_caller(told):
            raise IntroductionFailed(
                "Nobody was introduced so far.", advice="Run `afterthought peers add` again."
            )
        self._heard_s = time.monotonic()
        self._theirs = told.get("agreed")
        if self._theirs is False:
            self._fail(declined_there())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                await self._decided.wait()
        self._heard_s = time.monotonic()
        if self._ours is False:
            self._has_told.set()
        if self._ours and self._theirs is True and not self._end.done():
            await self._store(address)
        return {"agreed": self._ours, "stored": self._is_stored}

    async def _store(self, address: str) -> None:
        caller = self._desk.caller
        assert caller is not None
        try:
            await self._asks.store(caller, address)
        except UserError as error:
            self._fail(error)
            raise
        self._end.set_result(caller)

    @property
    def _is_stored(self) -> bool:
        return self._end.done() and self._end.exception() is None

    def _fail(self, error: UserError) -> None:
        if not self._end.done():
            self._end.set_exception(error)


def declined_here() -> IntroductionFailed:
    return IntroductionFailed(
        "You did not agree, so nothing was stored.",
        advice="If the words differed, somebody may stand between the two: use the code instead.",
    )


def declined_there() -> IntroductionFailed:
    return IntroductionFailed(
        "The other machine's wearer did not agree, so nothing was stored.",
        advice="If the words differed, somebody may stand between the two: use the code instead.",
    )
