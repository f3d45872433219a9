"""A Wyoming server, as Home Assistant has them: JSON lines, each with the bytes that follow it.

The protocol has neither authentication nor encryption. Written here with a bound on everything
that is read; the package of that name reads whatever length it is told.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pipeline.engines.port import CONNECT_S, MOST_BYTES, Sound, failed, why
from pipeline.engines.told import Told

_SETTING = "engines.wyoming"
_LONGEST_LINE = 1024 * 1024
_FORMAT = {"rate": 16_000, "width": 2, "channels": 1}
_OTHERS = 1_000
"""Events that may come before the one that is waited for."""


@dataclass(frozen=True, slots=True)
class WyomingEngine:
    """A Wyoming server at `host:port`."""

    address: str

    @property
    def name(self) -> str:
        return f"wyoming {self.address}"

    async def transcribe(self, sound: Sound) -> Told:
        try:
            async with asyncio.timeout(sound.patience_s), self._connected() as (reader, writer):
                return await _transcribed(reader, writer, sound)
        except (OSError, EOFError) as error:
            raise failed(self.address, f"does not answer ({why(error)})", _SETTING) from error
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise failed(self.address, "answers with something else", _SETTING) from error

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        host, _, port = self.address.rpartition(":")
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(
                host.strip("[]"), int(port), limit=_LONGEST_LINE
            )
        try:
            yield reader, writer
        finally:
            writer.transport.abort()


async def _transcribed(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sound: Sound
) -> Told:
    await _send(writer, "transcribe", {"language": sound.language} if sound.language else {})
    await _send(writer, "audio-start", _FORMAT)
    for piece in sound.pieces:
        await _send(writer, "audio-chunk", _FORMAT, piece)
    await _send(writer, "audio-stop", {})
    for _ in range(_OTHERS):
        kind, data = await read_event(reader)
        if kind == "transcript":
            text = data["text"]
            if not isinstance(text, str):
                raise TypeError(type(text))
            return Told(" ".join(text.split()))
        if kind == "error":
            raise ValueError(kind)
    raise ValueError(kind)


async def _send(
    writer: asyncio.StreamWriter, kind: str, data: dict[str, Any], payload: bytes = b""
) -> None:
    writer.write(event(kind, data, payload))
    await writer.drain()


def event(kind: str, data: dict[str, Any], payload: bytes = b"") -> bytes:
    """An event as it is sent."""
    content = json.dumps(data).encode("ascii") if data else b""
    head = {"type": kind, "data_length": len(content), "payload_length": len(payload)}
    return json.dumps(head).encode("ascii") + b"\n" + content + payload


async def read_event(reader: asyncio.StreamReader) -> tuple[str, dict[str, Any]]:
    """The kind of the next event and its data; what it has of bytes is passed over.

    Raises EOFError, and ValueError for what is none or larger than any should be.
    """
    line = await reader.readline()
    if not line:
        raise EOFError
    head = json.loads(line)
    data = dict(head.get("data") or {})
    data_bytes, payload_bytes = head.get("data_length") or 0, head.get("payload_length") or 0
    if not 0 <= data_bytes <= MOST_BYTES or not 0 <= payload_bytes <= MOST_BYTES:
        raise ValueError(data_bytes)
    if data_bytes:
        data |= json.loads(await reader.readexactly(data_bytes))
    await reader.readexactly(payload_bytes)
    return str(head["type"]), data
