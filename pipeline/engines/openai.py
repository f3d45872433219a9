"""A server that speaks as OpenAI's does: `POST …/audio/transcriptions`, a WAV in a form.

Only the address that was named is ever asked: no proxy of the environment, no redirect.
"""

import asyncio
import http.client
import json
import secrets
import ssl
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from pipeline.engines.port import CONNECT_S, MOST_BYTES, Sound, failed, why
from pipeline.engines.told import Told, ToldWord

_SETTING = "engines.openai"


@dataclass(frozen=True, slots=True)
class OpenAiEngine:
    """An OpenAI-compatible server; `address` ends where `/audio/transcriptions` begins."""

    address: str
    model: str
    key: str | None = None

    @property
    def name(self) -> str:
        return f"openai {self.model}"

    async def transcribe(self, sound: Sound) -> Told:
        return await asyncio.to_thread(self._asked, sound)

    def _asked(self, sound: Sound) -> Told:
        try:
            content = self._answer(sound)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise failed(self.address, f"does not answer ({why(error)})", _SETTING) from error
        try:
            return _understood(json.loads(content))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise failed(self.address, "answers with something else", _SETTING) from error

    def _answer(self, sound: Sound) -> bytes:
        boundary = secrets.token_hex(16)
        head, tail = self._form(boundary, sound)
        connection = self._connection()
        try:
            connection.connect()
            connection.sock.settimeout(sound.patience_s)
            connection.putrequest("POST", f"{urlsplit(self.address).path.rstrip('/')}{_PATH}")
            length = len(head) + _WAV_HEAD_BYTES + 2 * sound.samples + len(tail)
            for name, value in self._headers(boundary, length):
                connection.putheader(name, value)
            connection.endheaders()
            for piece in (head, _wav_head(sound.samples), *_exactly(sound), tail):
                connection.send(piece)
            answer = connection.getresponse()
            if answer.status != HTTPStatus.OK:
                raise failed(self.address, f"refuses (status {answer.status})", _SETTING)
            return self._read(answer, time.monotonic() + sound.patience_s)
        finally:
            connection.close()

    def _read(self, answer: http.client.HTTPResponse, until_s: float) -> bytes:
        """All of an answer, in a time and of a size that are bounded."""
        content = bytearray()
        while piece := answer.read1(_PIECE_BYTES):
            content += piece
            if len(content) > MOST_BYTES or time.monotonic() > until_s:
                raise failed(self.address, "does not come to an end", _SETTING)
        return bytes(content)

    def _connection(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.address)
        host = parts.hostname or ""
        if parts.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, parts.port, timeout=CONNECT_S, context=context)
        return http.client.HTTPConnection(host, parts.port, timeout=CONNECT_S)

    def _headers(self, boundary: str, length: int) -> Iterator[tuple[str, str]]:
        yield "Content-Type", f"multipart/form-data; boundary={boundary}"
        yield "Content-Length", str(length)
        yield "Accept", "application/json"
        if self.key:
            yield "Authorization", f"Bearer {self.key}"

    def _form(self, boundary: str, sound: Sound) -> tuple[bytes, bytes]:
        """What stands before the WAV and after it."""
        fields = [
            ("model", self.model),
            ("response_format", "verbose_json"),
            ("timestamp_granularities[]", "word"),
            ("timestamp_granularities[]", "segment"),
            ("temperature", "0"),
        ]
        if sound.language:
            fields.append(("language", sound.language))
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields
        ]
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="sound.wav"\r\n'
            "Content-Type: audio/wav\r\n\r\n"
        )
        return "".join(parts).encode(), f"\r\n--{boundary}--\r\n".encode()


_PATH = "/audio/transcriptions"
_WAV_HEAD_BYTES = 44
_PIECE_BYTES = 64 * 1024


def _wav_head(samples: int) -> bytes:
    """Of 16 kHz mono int16."""
    data = 2 * samples
    head = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 36 + data, b"WAVE", b"fmt ", 16, *_WAV_FORMAT)
    return head + struct.pack("<4sI", b"data", data)


_WAV_FORMAT = (1, 1, 16_000, 32_000, 2, 16)


def _exactly(sound: Sound) -> Iterator[bytes]:
    """As many bytes as were said: a sound that decodes to fewer samples ends in silence."""
    left = 2 * sound.samples
    for piece in sound.pieces:
        yield piece[:left]
        left -= len(piece[:left])
    yield bytes(left)


def _understood(told: dict[str, Any]) -> Told:
    text = told["text"]
    if not isinstance(text, str):
        raise TypeError(type(text))
    segments = told.get("segments") or []
    means = [each["avg_logprob"] for each in segments if _is_number(each.get("avg_logprob"))]
    words = told.get("words") or [word for each in segments for word in each.get("words") or []]
    mean = sum(means) / len(means) if means else None
    return Told(" ".join(text.split()), tuple(map(_word, words)), mean)


def _word(told: dict[str, Any]) -> ToldWord:
    probability: Any = told.get("probability")
    return ToldWord(
        str(told["word"]).strip(),
        round(1000 * float(told["start"])),
        round(1000 * float(told["end"])),
        float(probability) if _is_number(probability) else None,
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
