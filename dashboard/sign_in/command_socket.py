"""The dashboard's socket for the commands: JSON, one object a line, in the folder for sockets.

| ask | answer |
|---|---|
| `{"do": "pair"}` | `open`, then events, a line each; `{"do": "admit"}` on it is a press |
| `{"do": "phones"}` | `{"phones": [...]}` |
| `{"do": "revoke", "id": id}` | `{"phone": {...}}`; its streams are closed by then |

Who hangs up ends the pairing that it opened. What cannot be done is `{"error": code, "sentence":
..., "advice": ...}`. A socket and not the page's port: a command finds it by its home, and the
kernel says who asks.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from core import socket_client
from core.access.peers import is_trusted_caller
from core.clock import Clock, as_datetime, local_offset_min
from core.errors import UserError
from core.files import clear_away
from core.socket_client import Told, read_object
from dashboard.reached import ReachedNow
from dashboard.sentences import say

from .desk import Desk
from .pairing import Pairing
from .phones import as_json
from .sign_ins import SignIns

LONGEST_REQUEST = 4096
SILENT_S = 30.0
MOST_LINES = 16

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class NoNetwork(UserError):
    """The page is not reached by any phone."""

    code = "no_network"


class CommandSocket:
    """Answers the commands, on the loop of the bridge."""

    def __init__(self, desk: Desk, sign_ins: SignIns, reached: ReachedNow, clock: Clock) -> None:
        self._desk, self._sign_ins, self._reached, self._clock = desk, sign_ins, reached, clock
        self._lines: dict[asyncio.Task[None], Line] = {}
        self._server: asyncio.Server | None = None
        self._is_closed = False

    async def listen(self, path: Path) -> None:
        """Answer at this socket, unless another dashboard of this home does already."""
        if await asyncio.to_thread(socket_client.answers, path):
            return
        clear_away(path)
        self._server = await asyncio.start_unix_server(self._take_up, path, limit=LONGEST_REQUEST)
        path.chmod(0o600)

    async def close(self) -> None:
        """Answer no more."""
        self._is_closed = True
        if self._server is not None:
            self._server.close()
        lines = dict(self._lines)
        for talk in lines:
            talk.cancel()
        await asyncio.gather(*lines, return_exceptions=True)
        for line in lines.values():  # a talk that was cancelled before it began has closed nothing
            line[1].transport.abort()
        await asyncio.sleep(0)  # in which they are closed

    def _take_up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_closed:  # it was let in while we closed
            writer.transport.abort()
            return
        talk = asyncio.create_task(self._converse((reader, writer)))
        self._lines[talk] = reader, writer
        talk.add_done_callback(self._lines.pop)

    async def _converse(self, line: Line) -> None:
        caller = line[1].get_extra_info("socket")
        with contextlib.suppress(ConnectionError, TimeoutError, ValueError):
            if is_trusted_caller(caller) and len(self._lines) < MOST_LINES:
                try:
                    await self._answer(line)
                except UserError as error:
                    await _write(line, _error(error))
        await _hang_up(line)

    async def _answer(self, line: Line) -> None:
        request = read_object(await asyncio.wait_for(line[0].readline(), SILENT_S))
        match request:
            case {"do": "pair"}:
                await self._pair(line)
            case {"do": "phones"}:
                phones = await asyncio.to_thread(self._sign_ins.all)
                told = [as_json(each, self._sign_ins.visited_ms(each)) for each in phones]
                await _write(line, {"phones": told})
            case {"do": "revoke", "id": str(named)}:
                gone = await asyncio.to_thread(self._sign_ins.revoke, named)
                await _write(line, {"phone": as_json(gone, self._sign_ins.visited_ms(gone))})
            case _:
                await _write(line, {"error": "wrong_usage", "sentence": "", "advice": ""})

    async def _pair(self, line: Line) -> None:
        if not self._reached().address:
            raise NoNetwork(say("pairing.no_network"), advice=say("pairing.no_network_advice"))
        pairing = await self._desk.open()
        with self._desk.listening() as told:
            await _write(line, self._opened(pairing))
            asked = asyncio.create_task(self._hear(line))
            try:
                async for event in _until_over(told, asked):
                    await _write(line, event)
            finally:
                asked.cancel()
                await self._desk.cancel(pairing)

    async def _hear(self, line: Line) -> None:
        """Enter at the terminal, as often as it comes; returns once it hangs up."""
        while text := await line[0].readline():
            if (read_object(text) or {}).get("do") == "admit":
                with contextlib.suppress(UserError):  # nobody waits yet, and the terminal says so
                    await self._desk.confirm()

    def _opened(self, pairing: Pairing) -> Told:
        reached, now_ms = self._reached(), self._clock.now_ms()
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


async def _hang_up(line: Line) -> None:
    """Whatever the other side does."""
    line[1].close()
    with contextlib.suppress(ConnectionError):
        await line[1].wait_closed()


async def _write(line: Line, answer: dict[str, Any]) -> None:
    line[1].write(json.dumps(answer).encode() + b"\n")
    await line[1].drain()


def _error(error: UserError) -> Told:
    return {"error": error.code, "sentence": error.sentence, "advice": error.advice}
