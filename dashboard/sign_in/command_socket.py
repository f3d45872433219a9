"""The dashboard's socket for the commands: JSON, one object a line, in the folder for sockets.

| ask | answer |
|---|---|
| `{"do": "pair"}` | `open`, then events, a line each; `{"do": "admit"}` on it is a press |
| `{"do": "set_up"}` | `{"url": ..., "secret": ...}` of a new set-up secret |
| `{"do": "set_up", "once": true}` | the same; both null where one was made, or a phone is in |
| `{"do": "phones"}` | `{"phones": [...]}` |
| `{"do": "sent"}` | what has left this device, as `core/sent.py` tells it |
| `{"do": "revoke", "id": id}` | `{"phone": {...}}`; its streams are closed by then |

Who hangs up ends the pairing that it opened. What cannot be done is `{"error": code, "sentence":
..., "advice": ...}`. A socket and not the page's port: a command finds it by its home, and the
kernel says who asks.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from core.clock import SystemClock, as_datetime, local_offset_min
from core.errors import UserError
from core.sent import Sent
from core.sockets import socket_client
from core.sockets.socket_client import Told, read_object
from core.sockets.socket_server import Limits, Line, SocketServer
from dashboard.reach.reached import ReachedNow
from dashboard.sentences import say

from .desk import Desk
from .pairing import Pairing
from .phones import as_json
from .secrets_of_pairing import grouped
from .set_up_secret import SetUpSecret
from .sign_ins import SignIns

LONGEST_REQUEST = 4096
SILENT_S = 30.0
MOST_LINES = 16


class NoNetwork(UserError):
    """The page is not reached by any phone."""

    code = "no_network"


class NotSaved(UserError):
    """The disk refuses."""

    code = "not_saved"


class CommandSocket:
    """Answers the commands, on the loop of the bridge."""

    def __init__(
        self,
        desk: Desk,
        sign_ins: SignIns,
        set_up_secret: SetUpSecret,
        reached: ReachedNow,
        sent: Callable[[], Sent],
    ) -> None:
        self._desk, self._sign_ins, self._reached, self._sent = desk, sign_ins, reached, sent
        self._set_up_secret = set_up_secret
        limits = Limits(MOST_LINES, LONGEST_REQUEST, _NOT_YOURS, _TOO_MANY)
        self._server = SocketServer(self._converse, limits)

    async def listen(self, path: Path) -> None:
        """Answer at this socket, unless another dashboard of this home does already."""
        if not await asyncio.to_thread(socket_client.answers, path):
            await self._server.listen(path)

    async def close(self) -> None:
        """Answer no more."""
        await self._server.close()

    async def _converse(self, line: Line) -> None:
        try:
            await self._answer(line)
        except UserError as error:
            await line.tell(_error(error.code, error.sentence, error.advice))
        except ValueError:  # longer than any request
            await line.tell(_NOT_UNDERSTOOD)

    async def _answer(self, line: Line) -> None:
        request = read_object(await asyncio.wait_for(line.reader.readline(), SILENT_S))
        match request:
            case {"do": "pair"}:
                await self._pair(line)
            case {"do": "set_up", "once": True} if await asyncio.to_thread(self._is_set_up):
                await line.tell({"url": None, "secret": None})
            case {"do": "set_up"}:
                await line.tell(await self._set_up())
            case {"do": "sent"}:
                await line.tell(self._sent().as_json())
            case {"do": "phones"}:
                phones = await asyncio.to_thread(self._sign_ins.all)
                told = [as_json(each, self._sign_ins.visited_ms(each)) for each in phones]
                await line.tell({"phones": told})
            case {"do": "revoke", "id": str(named)}:
                gone = await asyncio.to_thread(self._sign_ins.revoke, named)
                await line.tell({"phone": as_json(gone, self._sign_ins.visited_ms(gone))})
            case _:
                await line.tell(_NOT_UNDERSTOOD)

    async def _set_up(self) -> Told:
        address = self._address()
        try:
            letters = await asyncio.to_thread(self._set_up_secret.new)
        except OSError as error:
            why = error.strerror or ""
            raise NotSaved(say("pairing.no_set_up", why=why), advice=say("pairing.free")) from error
        return {"url": f"{address}/pair#{letters}", "secret": grouped(letters)}

    def _is_set_up(self) -> bool:
        """Nobody needs a first phone's code any more."""
        return self._set_up_secret.is_made() or bool(self._sign_ins.all())

    def _address(self) -> str:
        """Where phones come. Raises NoNetwork."""
        if not (address := self._reached().address):
            raise NoNetwork(say("pairing.no_network"), advice=say("pairing.no_network_advice"))
        return address

    async def _pair(self, line: Line) -> None:
        self._address()
        pairing = await self._desk.open()
        asked = asyncio.create_task(self._hear(line))
        try:
            with self._desk.listening() as told:
                await line.tell(self._opened(pairing))
                async for event in _until_over(told, asked):
                    await line.tell(event)
        finally:
            asked.cancel()
            await self._desk.cancel(pairing)

    async def _hear(self, line: Line) -> None:
        """Enter at the terminal, as often as it comes; returns once it hangs up, or talks on."""
        with contextlib.suppress(ConnectionError, ValueError):
            while text := await line.reader.readline():
                if (read_object(text) or {}).get("do") == "admit":
                    with contextlib.suppress(UserError):  # nobody waits yet; the terminal says so
                        await self._desk.confirm()

    def _opened(self, pairing: Pairing) -> Told:
        reached, now_ms = self._reached(), SystemClock().now_ms()
        until = None if now_ms is None else now_ms + round(self._desk.left_s() * 1000)
        shown = None if until is None else as_datetime(until, local_offset_min(until)).isoformat()
        return {
            "event": "open",
            "url": f"{reached.address}/pair#{pairing.secret.link}",
            "secret": pairing.secret.shown,
            "fingerprint": reached.fingerprint,
            "until": shown,
        }


async def _until_over(
    told: "asyncio.Queue[Told]", asked: "asyncio.Task[None]"
) -> AsyncIterator[Told]:
    """The events of this pairing, up to its end, or until whoever opened it hangs up."""
    while True:
        next_one = asyncio.create_task(told.get())
        await asyncio.wait({next_one, asked}, return_when=asyncio.FIRST_COMPLETED)
        if not next_one.done():
            next_one.cancel()
            return
        event = _worded(next_one.result())
        yield event
        if event["event"] in {"admitted", "ended"}:
            return


def _worded(event: Told) -> Told:
    """With a sentence, where the terminal is to say one."""
    if event["event"] == "presses":
        return {**event, "sentence": say.of("presses", event["presses"])}
    if event["event"] == "ended":
        return {**event, "sentence": say.of("pairing_ended", event["reason"])}
    return event


def _error(code: str, sentence: str, advice: str) -> Told:
    return {"error": code, "sentence": sentence, "advice": advice}


_NOT_UNDERSTOOD = _error("wrong_usage", say("socket.unknown"), say("socket.unknown_advice"))
_NOT_YOURS = _error("not_permitted", say("socket.not_yours"), say("socket.not_yours_advice"))
_TOO_MANY = _error("busy", say("socket.too_many"), say("socket.too_many_advice"))
