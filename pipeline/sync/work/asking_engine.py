"""Has the engine that the settings name hear what was kept here, one short moment at a time.

The sync service asks it, for it alone has network; what it heard goes to the worker as with
`refine --engine`.
"""

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from core.errors import UserError
from core.log import get_log
from core.paths import Home
from core.sockets import socket_client
from core.sockets.socket_client import NobodyThere
from pipeline.refining.power import read_power
from pipeline.store.format.drafts import transcript_belonging

from .able import may_work
from .lending import worker_status

if TYPE_CHECKING:  # they load NumPy
    from pipeline.engines.port import Engine

    from .may_gain import Gain, MayGain

_LOOKS_EVERY_S = 5.0

RESTS_S = 300.0
"""An engine that does not answer is asked again after so long."""


class AskingEngine:
    """Goes over what an engine has not heard yet, while nothing else is to be done."""

    def __init__(self, home: Home, engine: "Engine", gains: "MayGain") -> None:
        self._home, self._engine, self._gains = home, engine, gains
        self._not_before_s = 0.0

    async def keep_asking(self) -> None:
        """Never returns."""
        while True:
            if not await self.step():
                await asyncio.sleep(_LOOKS_EVERY_S)

    async def step(self) -> bool:
        """Have one moment heard; False where there is none for now."""
        status = await worker_status(self._home.worker_socket)
        is_free = may_work(read_power(), status, at_work=False, is_awaited=False)
        if not is_free or time.monotonic() < self._not_before_s:
            return False
        gain = await self._gains.next()
        if gain is None:
            return False
        from pipeline.engines.port import LONGEST_S, EngineFailed  # noqa: PLC0415

        if gain.seconds > LONGEST_S:
            return True
        try:
            await self._ask(gain)
        except EngineFailed as error:
            get_log().warning("engine_not_asked", reason=error.code)
            self._gains.put_back(gain)
            self._not_before_s = time.monotonic() + RESTS_S
            return False
        except UserError as error:  # its sound cannot be read, or it was forgotten
            get_log().warning("not_heard_by_engine", moment=gain.job.moment, reason=error.code)
        return True

    async def _ask(self, gain: "Gain") -> None:
        from pipeline.refining.by_engine import heard_by  # noqa: PLC0415

        moment = gain.job.moment
        heard = await heard_by(self._engine, self._home, moment)
        if heard is None:
            return
        told = transcript_belonging(heard).content.decode()
        request = {"do": "refine", "moment": moment, "model": self._engine.name, "heard": told}
        with contextlib.suppress(NobodyThere):  # it is asked again after the next start
            await socket_client.ask_and_wait(self._home.worker_socket, request)
