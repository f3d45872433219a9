"""The worker's socket: JSON, one object a line, over a Unix socket in the runtime folder.

| ask | answer |
|---|---|
| `{"do": "wake"}` | `{"ok": true}`, and the spool is looked at now |
| `{"do": "status"}` | process, waiting, aside, working, trouble |
| `{"do": "embed", "texts": [...]}` | `{"vectors": base64 of float32, "dimensions": n}` |
| `{"do": "transcribe", "file": path}` | `{"text": ..., "words": [...]}`; nothing is kept |
| `{"do": "subscribe"}` | `{"ok": true}`, then events, a line each, until either side hangs up |

What cannot be answered is `{"error": code, "sentence": ..., "advice": ...}`.
"""

import asyncio
import base64
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.clock import Recorded
from core.errors import UserError, WrongUsage
from pipeline import media
from pipeline.model_service import ModelsFailed, Vectors
from pipeline.spool import Clip, Spool

if TYPE_CHECKING:
    from pipeline.worker import Worker

LONGEST_LINE = 64 * 1024 * 1024
"""A thousand vectors fit many times over; what is longer is a mistake."""


class WorkerGone(Exception):
    """Nobody answers at the socket, or not any more."""


@contextlib.asynccontextmanager
async def serve_worker(worker: "Worker", path: Path) -> AsyncIterator[None]:
    """Answer at this socket while the worker works. The caller holds the worker's lock."""
    path.unlink(missing_ok=True)
    lines: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await _answer_lines(worker, reader, writer)
        await _hang_up(writer)

    def take_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = asyncio.create_task(answer(reader, writer))
        lines.add(line)
        line.add_done_callback(lines.discard)

    server = await asyncio.start_unix_server(take_up, path, limit=LONGEST_LINE)
    path.chmod(0o600)
    try:
        yield
    finally:
        server.close()
        path.unlink(missing_ok=True)
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)


class WorkerLine:
    """A line to a running worker. Every call raises WorkerGone when nobody is there."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def wake(self) -> None:
        """Have the spool looked at now."""
        await self._ask({"do": "wake"})

    async def status(self) -> dict[str, Any]:
        """How things stand with the worker, in numbers."""
        return await self._ask({"do": "status"})

    async def embed(self, texts: list[str]) -> Vectors:
        """Vectors of queries, float32 (n, dimensions). Raises UserError as the worker did."""
        answer = await self._ask({"do": "embed", "texts": texts})
        flat = np.frombuffer(base64.b64decode(answer["vectors"]), "<f4")
        return flat.reshape(len(texts), answer["dimensions"])

    async def subscribe(self) -> None:
        """From now on, `next_event` gives what happens; nothing else may be asked here."""
        await self._ask({"do": "subscribe"})

    async def next_event(self) -> dict[str, Any]:
        """The next thing that happened at the worker."""
        line = await self._reader.readline()
        if not line:
            raise WorkerGone
        event: dict[str, Any] = json.loads(line)
        return event

    async def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            self._writer.write(json.dumps(request).encode() + b"\n")
            await self._writer.drain()
            answer = await self.next_event()
        except ConnectionError as error:
            raise WorkerGone from error
        if "error" in answer:
            raise _Refused(answer["sentence"], advice=answer["advice"])
        return answer


@contextlib.asynccontextmanager
async def worker_line(path: Path) -> AsyncIterator[WorkerLine]:
    """A line to the worker at this socket. Raises WorkerGone."""
    try:
        reader, writer = await asyncio.open_unix_connection(path, limit=LONGEST_LINE)
    except OSError as error:
        raise WorkerGone from error
    try:
        yield WorkerLine(reader, writer)
    finally:
        await _hang_up(writer)


class _Refused(UserError):
    """What the worker refused, with its own sentence."""


async def _answer_lines(
    worker: "Worker", reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    while line := await reader.readline():
        try:
            request = json.loads(line)
            if request["do"] == "subscribe":
                await _stream_events(worker, writer)
                return
            answer = await _answers(worker, request)
        except UserError as error:
            answer = _error(error.code, error.sentence, error.advice)
        except ModelsFailed as error:
            answer = _error("models_failed", str(error), "Try again.")
        except (ValueError, KeyError, TypeError) as error:
            answer = _error("wrong_usage", "This request is not understood.", type(error).__name__)
        await _write(writer, answer)


async def _answers(worker: "Worker", request: dict[str, Any]) -> dict[str, Any]:
    match request["do"]:
        case "wake":
            worker.wake()
            return {"ok": True}
        case "status":
            return worker.status()
        case "embed":
            vectors = await worker.models.embed([str(text) for text in request["texts"]])
            packed = base64.b64encode(vectors.astype("<f4").tobytes()).decode("ascii")
            return {"vectors": packed, "dimensions": int(vectors.shape[1])}
        case "transcribe":
            return await _transcribe(worker, Path(str(request["file"])))
        case other:
            raise WrongUsage(f"The worker does not do '{other}'.", advice="Ask something else.")


async def _transcribe(worker: "Worker", file: Path) -> dict[str, Any]:
    """The words of a file, through a clip in the temporary folder; nothing is kept."""
    with tempfile.TemporaryDirectory() as folder:
        spool = Spool(Path(folder))
        chunks = media.decode(file)
        await asyncio.to_thread(spool.post_clip, Clip("0-0", "file", Recorded()), chunks)
        heard = await worker.models.hear(spool.waiting()[0].path, lambda _: None)
    return {
        "text": heard.transcript.text,
        "words": [asdict(word) for word in heard.transcript.words],
        "model": heard.transcript.model,
    }


async def _stream_events(worker: "Worker", writer: asyncio.StreamWriter) -> None:
    with worker.listening() as events:
        await _write(writer, {"ok": True})
        if worker.trouble is not None:
            await _write(writer, {"event": "trouble", "sentence": str(worker.trouble)})
        while True:
            await _write(writer, await events.get())


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def _write(writer: asyncio.StreamWriter, answer: dict[str, Any]) -> None:
    writer.write(json.dumps(answer).encode() + b"\n")
    await writer.drain()


def _error(code: str, sentence: str, advice: str) -> dict[str, Any]:
    return {"error": code, "sentence": sentence, "advice": advice}
