"""A peer that was called: `Remote` over a connection."""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

from core.errors import NotFound
from pipeline.store.exchange_port import Head
from pipeline.store.work_port import Job

from .answering import WAITS_S
from .http.client import Ask, HttpClient
from .http.errors import PeerRefused
from .http.messages import BYTES, LINES, FilePart
from .messages import (
    MOST_IDS,
    Hello,
    NotUnderstood,
    Wanted,
    read_granted,
    read_hashes,
    read_head,
    read_hello,
    read_sounds,
    read_wanted,
)
from .requests import MOST_BYTES, MOST_JSON_BYTES, lines_of

_BESIDE_S = 15.0
"""A page of many words takes a while on a small machine."""


class CalledPeer:
    """The peer with this key, at the other end of a connection."""

    def __init__(self, client: HttpClient, key: str) -> None:
        self._client, self._key = client, key

    @property
    def key(self) -> str:
        return self._key

    @property
    def wire_bytes(self) -> int:
        """What went and came, before TLS."""
        return self._client.sent + self._client.received

    async def hello(self, mine: Hello) -> Hello:
        return read_hello(await self._told("POST", "/v1/hello", mine.told()))

    async def hashes(self, places: Mapping[str, Sequence[int]]) -> dict[str, dict[int, str]]:
        asked = {"places": {origin: [*seqs] for origin, seqs in places.items()}}
        return read_hashes(await self._told("POST", "/v1/hashes", asked))

    async def forgets(self, after: Mapping[str, int]) -> list[bytes]:
        return await self._lines("/v1/forgets", {"after": dict(after)})

    async def give_forgets(self, lines: Sequence[bytes]) -> None:
        await self._give("/v1/forgets", lines)

    async def page(self, origin: str, after: int) -> list[bytes]:
        return await self._lines("/v1/events", {"origin": origin, "after": after})

    async def give_page(self, lines: Sequence[bytes]) -> Head:
        return read_head(await self._give("/v1/events", lines))

    async def belongings(self, ids: Sequence[str]) -> list[bytes]:
        return await self._lines("/v1/belongings", {"ids": [*ids]})

    async def give_belongings(self, lines: Sequence[bytes]) -> int:
        taken = await self._give("/v1/belongings", lines)
        return int(taken["taken"]) if isinstance(taken, dict) and "taken" in taken else 0

    async def wanted(self, most: int) -> Wanted:
        return read_wanted(await self._told("POST", "/v1/wanted", {"most": most}))

    async def wait_beyond(self, known: Mapping[str, Head], wishes: int) -> Hello:
        """How things stand there, once a line is longer or a sound is wished for; or later."""
        heads = {name: [seq, last.hex()] for name, (seq, last) in known.items()}
        content = _json({"heads": heads, "wishes": wishes})
        asked = Ask("POST", "/v1/wait", content, within_s=WAITS_S + _BESIDE_S)
        return read_hello(await self._answered(asked))

    async def lease(self, job: Job, for_s: int) -> int:
        asked = {"moment": job.moment, "revision": job.revision, "kind": job.kind, "for_s": for_s}
        return read_granted(await self._told("POST", "/v1/lease", asked))

    async def sound(self, sha256: str, start: int) -> AsyncGenerator[bytes, None]:
        asked = Ask("GET", f"/v1/sound/{sha256}", headers={"Range": f"bytes={start}-"})
        try:
            async with self._client.exchange(asked) as reply:
                async for chunk in reply.body.chunks(1 << 40):  # bounded by who takes it
                    yield chunk
        except PeerRefused as error:
            if error.refusal == NotFound.code:
                raise NotFound(error.sentence, advice=error.advice) from None
            raise

    async def give_sound(self, sha256: str, path: Path, start: int) -> bool:
        with path.open("rb") as file:
            size = path.stat().st_size
            span = {"Content-Range": f"bytes {start}-{max(start, size - 1)}/{size}"}
            part = FilePart(file, start, size - start)
            asked = Ask("PUT", f"/v1/sound/{sha256}", part, BYTES, span, within_s=60.0)
            told = await self._answered(asked)
        return isinstance(told, dict) and told.get("verified") is True

    async def promise(self, sounds: Sequence[str]) -> list[str]:
        asked = Ask("POST", "/v1/promise", _json({"sounds": [*sounds]}), within_s=_BESIDE_S * 8)
        return read_sounds(await self._answered(asked), "promised")

    async def note_copies(self, sounds: Sequence[str]) -> None:
        for start in range(0, len(sounds), MOST_IDS):
            some = [*sounds[start : start + MOST_IDS]]
            await self._told("PUT", "/v1/copies", {"sounds": some})

    async def close(self) -> None:
        """Hang up."""
        await self._client.close()

    async def _told(self, method: str, path: str, value: object) -> Any:  # noqa: ANN401 - JSON
        return await self._answered(Ask(method, path, _json(value), within_s=_BESIDE_S * 2))

    async def _give(self, path: str, lines: Sequence[bytes]) -> Any:  # noqa: ANN401 - JSON
        body = b"".join(lines)
        return await self._answered(Ask("PUT", path, body, LINES, within_s=_BESIDE_S * 4))

    async def _answered(self, asked: Ask) -> Any:  # noqa: ANN401 - JSON
        _, content = await self._client.ask(asked, MOST_JSON_BYTES)
        try:
            return json.loads(content)
        except (ValueError, RecursionError):
            raise NotUnderstood(
                "What the peer answered makes no sense.", advice="Nothing of it was stored."
            ) from None

    async def _lines(self, path: str, value: object) -> list[bytes]:
        asked = Ask("POST", path, _json(value), within_s=_BESIDE_S * 2)
        status, content = await self._client.ask(asked, MOST_BYTES)
        return [] if status == HTTPStatus.NO_CONTENT else lines_of(content)


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
