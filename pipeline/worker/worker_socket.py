"""The worker's socket: JSON, one object a line, over a Unix socket in the runtime folder.

| ask | answer |
|---|---|
| `{"do": "wake"}` | `{"ok": true}`, and the spool is looked at now |
| `{"do": "retry", "moment": id or null}` | `{"count": n}`: so many are tried again, of all |
| `{"do": "refine", "moment": id, "model": name, "act": id}` | `outcome`, when heard: see below |
| `{"do": "status"}` | process, waiting, aside, working, trouble; with `"today": true`, today |
| `{"do": "embed", "texts": [...], "embedder": name}` | `{"vectors": base64, "dimensions": n}` |
| `{"do": "search", "query": ..., ...}` | hits, both as in `pipeline/search/found.py` |
| `{"do": "transcribe", "file": path}` | `{"text": ..., "words": [...]}`; nothing is kept |
| `{"do": "judge", "signals": {name: 0..1}, "explain": flag}` and a file | as `verdict_as_json` |
| `{"do": "clock", "at_ms": n, "utc_offset_min": n}` | `outcome`, `off_ms`: see below |
| `{"do": "subscribe"}` | `{"ok": true}`, then events, a line each, until either side hangs up |

`clock` is a trusted visitor's time, its zone null where that is not known. It corrects this
boot in the journal where that is needed (`corrected`), or says why not (`agrees`,
`kept_by_time_server`, `no_boot`); `off_ms` is how far ours was from it, null while unknown.

With `refine` may come `heard`, the words of an engine on another machine, laid out as the
belonging `transcript`: they are judged as if a larger model had heard them. Without `act`, no
wearer asked for it.

`judge` is about an utterance that nobody pressed for. The open file that is handed in with it
(SCM_RIGHTS) is laid out as a clip of the spool, `how` being `selected`. Whoever hangs up before
the answer takes it back.

What cannot be answered is `{"error": code, "sentence": ..., "advice": ...}`. Only this user
and root are answered; a request has a longest line, a line that is silent is closed, and there
is a most of them.
"""

import asyncio
import base64
import contextlib
import os
import re
import traceback
from collections.abc import AsyncIterator, Awaitable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from core.clock import Recorded
from core.errors import UserError, WrongUsage
from core.log import get_log
from core.sockets.socket_client import read_object
from core.sockets.socket_server import Limits, Line, SocketServer
from core.spool_port import Clip
from pipeline import media
from pipeline.media import Handling
from pipeline.refining.hearing_again import ToRefine
from pipeline.search.found import Found, Wanted, found_as_json, read_wanted
from pipeline.spool.spool import Spool
from pipeline.spool.unnamed import open_unnamed, write_clip
from pipeline.store.format.drafts import read_transcript
from pipeline.store.format.readable import is_number
from pipeline.worker.model_process import Models, ModelsFailed

if TYPE_CHECKING:
    from pipeline.selection.verdict import Verdict
    from pipeline.worker.judging import Candidate

LONGEST_REQUEST = 1024 * 1024
"""Bytes. A thousand queries of a line each are a tenth of it; `transcribe` names a file."""

MOST_TEXTS = 1000
"""Of one `embed`: 1.5 MB of vectors, and 2 MB as the answer carries them."""

SILENT_S = 60.0
"""A line on which nothing is asked is closed then. Ours ask one thing and hang up."""

MOST_LINES = 64
"""A page, a phone and a few commands are ten."""


class Served(Protocol):
    """What the socket needs of a worker."""

    @property
    def models(self) -> Models: ...

    @property
    def spool(self) -> Spool: ...

    @property
    def handling(self) -> Handling: ...

    @property
    def trouble(self) -> UserError | None: ...

    def wake(self) -> None:
        """Look at the spool now."""

    def status(self) -> dict[str, Any]:
        """How things stand, in numbers."""

    async def today(self) -> dict[str, Any] | None:
        """What of today is in the archive."""

    async def try_again(self, moment: str | None) -> int:
        """Give the models once more what they failed on, now; how many moments."""

    async def hear_again(self, asked: ToRefine) -> str:
        """What a larger model made of a moment."""

    async def hear_time(self, at_ms: int, utc_offset_min: int | None) -> dict[str, Any]:
        """What a trusted visitor's clock says."""

    async def judge(self, candidate: "Candidate") -> "Verdict":
        """What becomes of an utterance that nobody pressed for."""

    async def search(self, wanted: Wanted) -> Found:
        """What the archive has."""

    def listening(self) -> contextlib.AbstractContextManager[asyncio.Queue[dict[str, Any]]]:
        """Events from now on."""


@contextlib.asynccontextmanager
async def serve_worker(worker: Served, path: Path) -> AsyncIterator[None]:
    """Answer at this socket while the worker works. The caller holds the worker's lock."""
    limits = Limits(MOST_LINES, LONGEST_REQUEST, _NOT_YOURS, _TOO_MANY)
    server = SocketServer(lambda line: _answer_lines(worker, line), limits)
    await server.listen(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        await server.close()


async def _answer_lines(worker: Served, line: Line) -> None:
    while True:
        try:
            asked = await asyncio.wait_for(line.reader.readline(), SILENT_S)
        except ValueError:
            await line.tell(_TOO_LONG)
            return
        if not asked:
            return
        request = read_object(asked)
        if request is not None and request.get("do") == "subscribe":
            await _stream_events(worker, line)
            return
        if request is not None and request.get("do") == "judge":
            await _judge(worker, request, line)
            return
        await line.tell(await _answer(worker, request))


async def _answer(worker: Served, request: dict[str, Any] | None) -> dict[str, Any]:
    """What is answered, also where the request means nothing."""
    if request is None:
        return _NOT_UNDERSTOOD
    return await _or_its_error(_answers(worker, request))


async def _or_its_error(answering: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    """The answer, or what kept us from it."""
    try:
        return await answering
    except UserError as error:
        return _error(error.code, error.sentence, error.advice)
    except ModelsFailed as error:
        return _error("models_failed", str(error), "Try again.")
    except (ValueError, KeyError, TypeError) as error:
        return {**_NOT_UNDERSTOOD, "advice": type(error).__name__}
    except OSError as error:
        sentence = f"A file that the worker needs cannot be used ({error.strerror})."
        return _error("failed", sentence, "`afterthought doctor` says more.")
    except Exception as error:  # noqa: BLE001 - a fault of ours: whoever asked does not wait in vain
        return _fault(error)


def _fault(error: Exception) -> dict[str, Any]:
    """What is told of a fault of ours; the log has where it was, and neither a word of anybody."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    fault, file = type(error).__name__, Path(where.filename).name
    get_log().error("request_fault", fault=fault, file=file, line=where.lineno)
    return _error("fault", f"Something broke in the worker: {fault}.", "Its log says where.")


async def _answers(worker: Served, request: dict[str, Any]) -> dict[str, Any]:
    match request["do"]:
        case "wake":
            worker.wake()
            return {"ok": True}
        case "retry":
            moment = request["moment"]
            return {"count": await worker.try_again(None if moment is None else str(moment))}
        case "status" if request.get("today"):
            return {**worker.status(), "today": await worker.today()}
        case "status":
            return worker.status()
        case "embed" | "search" | "transcribe" | "refine" as models_work:
            return await _MODELS_WORK[models_work](worker, request)
        case "clock":
            return await worker.hear_time(request["at_ms"], request["utc_offset_min"])
        case other:
            raise WrongUsage(f"The worker does not do '{other}'.", advice="Ask something else.")


def _texts(asked: object) -> list[str]:
    """Raises WrongUsage for what is no list of texts, or more of them than an answer carries."""
    texts = [each for each in asked if isinstance(each, str)] if isinstance(asked, list) else []
    if not texts or len(texts) > MOST_TEXTS or texts != asked:
        sentence = "This is no list of texts."
        raise WrongUsage(sentence, advice=f"Send 1 to {MOST_TEXTS} of them.")
    return texts


async def _embed(worker: Served, request: dict[str, Any]) -> dict[str, Any]:
    embedder = str(request.get("embedder") or worker.models.embedder())
    vectors = await worker.models.embed(_texts(request["texts"]), embedder)
    packed = base64.b64encode(vectors.astype("<f4").tobytes()).decode("ascii")
    return {"vectors": packed, "dimensions": int(vectors.shape[1])}


async def _search(worker: Served, request: dict[str, Any]) -> dict[str, Any]:
    return found_as_json(await worker.search(read_wanted(request)))


async def _transcribe(worker: Served, request: dict[str, Any]) -> dict[str, Any]:
    """The words of a file, through a file without a name: nothing is kept, also after a kill."""
    file = Path(str(request["file"]))
    how = worker.handling
    with open_unnamed(worker.spool.folder) as unnamed, media.SoundFile(file, how) as sound:
        chunks, clip = how.guard(sound.chunks()), Clip("0-0", "file", Recorded())
        path = await asyncio.to_thread(write_clip, unnamed, clip, chunks)
        heard = await worker.models.hear(path, lambda _: None)
    return {
        "text": heard.transcript.text,
        "words": [asdict(word) for word in heard.transcript.words],
        "model": heard.transcript.model,
    }


async def _refine(worker: Served, request: dict[str, Any]) -> dict[str, Any]:
    moment, model = (str(request[each]) for each in ("moment", "model"))
    act = str(request["act"]) if "act" in request else None
    heard = None
    if "heard" in request:
        heard = read_transcript(str(request["heard"]).encode())
        if heard is None:
            raise WrongUsage("This is no transcript.", advice="Send one as a belonging has it.")
    return {"outcome": await worker.hear_again(ToRefine(moment, model, act, heard))}


def _signals(told: object) -> dict[str, float]:
    """Raises WrongUsage for what is no object of shares by name."""
    if not isinstance(told, dict) or not all(map(_is_share, told.values())):
        raise WrongUsage("These are no signals.", advice="Send numbers from 0 to 1 by name.")
    if any(re.fullmatch("[a-z_]{1,40}", name) is None for name in told):
        raise WrongUsage("This is no signal's name.", advice="Send names in small letters.")
    return {name: float(value) for name, value in told.items()}


def _is_share(value: object) -> bool:
    return is_number(value) and isinstance(value, int | float) and 0 <= value <= 1


async def _judged(worker: Served, request: dict[str, Any], file: int | None) -> dict[str, Any]:
    if file is None:
        raise WrongUsage("No file came with it.", advice="Hand in the clip's file (SCM_RIGHTS).")
    from pipeline.selection.verdict import verdict_as_json  # noqa: PLC0415
    from pipeline.worker.judging import Candidate  # noqa: PLC0415

    verdict = await worker.judge(Candidate(file, _signals(request.get("signals", {}))))
    return verdict_as_json(verdict, explain=request.get("explain") is True)


async def _judge(worker: Served, request: dict[str, Any], line: Line) -> None:
    """Answer, unless the other side hangs up: it takes the utterance back then."""
    file = line.take_file()
    judging = asyncio.create_task(_or_its_error(_judged(worker, request, file)))
    hanging_up = asyncio.create_task(_read_on(line.reader))
    try:
        await asyncio.wait((judging, hanging_up), return_when=asyncio.FIRST_COMPLETED)
        if judging.done():
            await line.tell(judging.result())
    finally:
        for each in (judging, hanging_up):
            each.cancel()
        await asyncio.gather(judging, hanging_up, return_exceptions=True)
        if file is not None:
            os.close(file)


_MODELS_WORK = {
    "embed": _embed,
    "search": _search,
    "transcribe": _transcribe,
    "refine": _refine,
}


async def _stream_events(worker: Served, line: Line) -> None:
    """Until the other side hangs up, which nobody would see while nothing is told."""
    telling = asyncio.create_task(_tell_events(worker, line))
    hanging_up = asyncio.create_task(_read_on(line.reader))
    try:
        await asyncio.wait({telling, hanging_up}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in (telling, hanging_up):
            each.cancel()
        await asyncio.gather(telling, hanging_up, return_exceptions=True)


async def _read_on(reader: asyncio.StreamReader) -> None:
    """Who is told events has nothing more to say."""
    while await reader.read(LONGEST_REQUEST):
        pass


async def _tell_events(worker: Served, line: Line) -> None:
    with worker.listening() as events:
        await line.tell({"ok": True})
        if worker.trouble is not None:
            await line.tell({"event": "trouble", "sentence": str(worker.trouble)})
        while True:
            await line.tell(await events.get())


def _error(code: str, sentence: str, advice: str) -> dict[str, Any]:
    return {"error": code, "sentence": sentence, "advice": advice}


_NOT_UNDERSTOOD = _error("wrong_usage", "This request is not understood.", "Send an object a line.")
_TOO_LONG = _error("wrong_usage", "This request is too long.", "Ask for less at once.")
_NOT_YOURS = _error(
    "not_permitted", "This worker belongs to another user.", "Run this as the user who started it."
)
_TOO_MANY = _error("busy", "Too many ask the worker at once.", "Try again in a moment.")
