"""The second button of the device: held, it opens a pairing, or ends what waits for a press."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from core.errors import UserError
from core.log import get_log
from core.sockets.socket_client import NobodyThere, Told
from dashboard.reach.reached import ReachedNow

from .confirming import Confirmations
from .desk import Desk
from .press_watch import ASK_AGAIN_S


class SecondButton:
    """Follows capture for as long as the page runs. On the bridge's loop."""

    def __init__(
        self,
        desk: Desk,
        confirmations: Confirmations,
        events: Callable[[], AsyncIterator[Told]],
        reached: ReachedNow,
    ) -> None:
        self._desk, self._confirmations = desk, confirmations
        self._events, self._reached = events, reached

    async def follow(self) -> None:
        """Never returns."""
        while True:
            with contextlib.suppress(NobodyThere, UserError):
                async with contextlib.aclosing(self._events()) as told:  # type: ignore[type-var]
                    async for event in told:
                        if event.get("event") == "pairing_asked":
                            await self._asked()
            await asyncio.sleep(ASK_AGAIN_S)

    async def _asked(self) -> None:
        asked = self._confirmations.now
        if self._desk.is_open:
            await self._desk.cancel()
        elif asked is not None and asked.is_open:  # the light shows it, too
            await self._confirmations.cancel()
        elif self._reached().address and await self._opened():
            return
        else:
            await self._desk.decline()

    async def _opened(self) -> bool:
        try:
            await self._desk.open(by_button=True)
        except UserError as error:
            get_log().warning("pairing_not_opened", fault=error.code)
            return False
        return True
