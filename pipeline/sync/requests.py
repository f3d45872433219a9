"""The requests of docs/sync-protocol.md as a peer sends them, and what this copy answers."""

import json
import os
import re
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from .answering import Answers
from .http.errors import NoSuchRequest
from .http.messages import BYTES, Answer, FilePart, Request, json_answer, lines_answer
from .messages import (
    MOST_PROMISED,
    NotUnderstood,
    read_after,
    read_hello,
    read_ids,
    read_lease,
    read_page_asked,
    read_places,
    read_sounds,
    read_wait,
)

MOST_BYTES = 32 * 1024 * 1024
"""Of a body of lines."""

LEASE = "/v1/lease"
"""A connection over which this is asked is no call to a meeting."""

MOST_JSON_BYTES = 1024 * 1024

_SOUND = re.compile("/v1/sound/([0-9a-f]{64})")
_FROM = re.compile(r"bytes=([0-9]{1,15})-")
_PART = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})")

AnswersFor = Callable[[Request], Answers]
"""For the peer that asks. May raise UserError, which it is told."""


class Requests:
    """A `Handler` for the server between installs."""

    def __init__(self, answers_for: AnswersFor) -> None:
        self._answers_for = answers_for

    async def __call__(self, request: Request) -> Answer:
        """Raises UserError with what the peer is told, NoSuchRequest for what nobody knows."""
        answers = self._answers_for(request)
        known = _KNOWN.get((request.method, request.path))
        if known is not None:
            return await known(answers, request)
        sound = _SOUND.fullmatch(request.path)
        if sound and request.method == "GET":
            return _sound(answers, request, sound[1])
        if sound and request.method == "PUT":
            return await _take_sound(answers, request, sound[1])
        raise NoSuchRequest(
            "This version does not know that request.", advice="Update the older of the two."
        )


async def _hello(answers: Answers, request: Request) -> Answer:
    mine = await answers.hello(read_hello(await _json(request)))
    return json_answer(mine.told())


async def _hashes(answers: Answers, request: Request) -> Answer:
    return json_answer({"hashes": await answers.hashes(read_places(await _json(request)))})


async def _forgets(answers: Answers, request: Request) -> Answer:
    return lines_answer(await answers.forgets(read_after(await _json(request))))


async def _give_forgets(answers: Answers, request: Request) -> Answer:
    received = await answers.give_forgets(await _lines(request))
    told = {"applied": len(received.forgotten), "waiting": len(received.waiting)}
    return json_answer(told)


async def _page(answers: Answers, request: Request) -> Answer:
    lines = await answers.page(*read_page_asked(await _json(request)))
    return lines_answer(lines) if lines else Answer(HTTPStatus.NO_CONTENT)


async def _give_page(answers: Answers, request: Request) -> Answer:
    seq, last = await answers.give_page(await _lines(request))
    return json_answer({"head": [seq, last.hex()]})


async def _belongings(answers: Answers, request: Request) -> Answer:
    return lines_answer(await answers.belongings(read_ids(await _json(request))))


async def _give_belongings(answers: Answers, request: Request) -> Answer:
    return json_answer({"taken": await answers.give_belongings(await _lines(request))})


async def _wanted(answers: Answers, request: Request) -> Answer:
    told = await _json(request)
    most = told.get("most") if isinstance(told, dict) else None
    return json_answer((await answers.wanted(most if type(most) is int else 0)).told())


async def _wait(answers: Answers, request: Request) -> Answer:
    heads, wishes = read_wait(await _json(request))
    await answers.wait_beyond(heads, wishes=wishes)
    return json_answer((await answers.own_hello()).told())


async def _promise(answers: Answers, request: Request) -> Answer:
    sounds = read_sounds(await _json(request), most=MOST_PROMISED)
    return json_answer({"promised": await answers.promise(sounds)})


async def _note_copies(answers: Answers, request: Request) -> Answer:
    await answers.note_copies(read_sounds(await _json(request)))
    return json_answer({})


async def _lease(answers: Answers, request: Request) -> Answer:
    job, for_s = read_lease(await _json(request))
    granted_s = await answers.lend(job, for_s, request.ended)
    return json_answer({"granted": granted_s > 0, "for_s": round(granted_s)})


def _sound(answers: Answers, request: Request, sha256: str) -> Answer:
    asked = _FROM.fullmatch(request.headers.get("range", "bytes=0-"))
    start = int(asked[1]) if asked else 0
    file = answers.open_sound(sha256)
    size = os.fstat(file.fileno()).st_size
    if start > size:
        file.close()
        raise _nonsense("range")
    return Answer(HTTPStatus.PARTIAL_CONTENT, FilePart(file, start, size - start), BYTES)


async def _take_sound(answers: Answers, request: Request, sha256: str) -> Answer:
    asked = _PART.fullmatch(request.headers.get("content-range", ""))
    if asked is None:
        raise _nonsense("range")
    start, size = int(asked[1]), int(asked[3])
    verified = await answers.give_sound(sha256, start, request.body.chunks(size - start))
    return json_answer({"verified": verified})


async def _json(request: Request) -> Any:  # noqa: ANN401 - whatever a peer says
    try:
        return json.loads(await request.body.whole(MOST_JSON_BYTES))
    except (ValueError, RecursionError):
        raise _nonsense("JSON") from None


async def _lines(request: Request) -> list[bytes]:
    return lines_of(await request.body.whole(MOST_BYTES))


def lines_of(content: bytes) -> list[bytes]:
    """The lines of a body."""
    return content.splitlines()


def _nonsense(what: str) -> NotUnderstood:
    return NotUnderstood(
        f"What the peer said makes no sense ({what}).", advice="Nothing of it was stored."
    )


_KNOWN: Mapping[tuple[str, str], Callable[[Answers, Request], Awaitable[Answer]]] = {
    ("POST", "/v1/hello"): _hello,
    ("POST", "/v1/hashes"): _hashes,
    ("POST", "/v1/forgets"): _forgets,
    ("PUT", "/v1/forgets"): _give_forgets,
    ("POST", "/v1/events"): _page,
    ("PUT", "/v1/events"): _give_page,
    ("POST", "/v1/belongings"): _belongings,
    ("PUT", "/v1/belongings"): _give_belongings,
    ("POST", "/v1/wanted"): _wanted,
    ("POST", "/v1/wait"): _wait,
    ("POST", "/v1/promise"): _promise,
    ("PUT", "/v1/copies"): _note_copies,
    ("POST", LEASE): _lease,
}
