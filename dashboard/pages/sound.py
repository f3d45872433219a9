"""The sound of a moment, whole or the part that a player asks for."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from core.errors import NotFound
from dashboard.context import context
from dashboard.sentences import say
from pipeline.store.sound_files import sound_path

page = Blueprint("sound", __name__)

_CHUNK_BYTES = 64 * 1024


@page.get("/sound/<named>")
def sound(named: str) -> Response:
    here = context()
    row = here.ask(here.archive.moment(named))
    path = None if row.sound is None else sound_path(here.home, row.sound)
    if path is None or not path.exists():
        raise NotFound(say("trouble.no_sound"), advice=say("trouble.no_sound_advice"))
    return sent(path, "audio/mp4")


def sent(path: Path, mimetype: str) -> Response:
    """A file of sound. The server reads it as it goes: no thread waits for who listens slowly.

    There is nothing to ask anew by, as no browser may keep it. iOS plays only what comes in
    parts where it asks for them. Raises RequestedRangeNotSatisfiable.
    """
    size = path.stat().st_size
    part = _asked_part(size)
    begin, end = part or (0, size)
    response = Response(status=206 if part else 200, mimetype=mimetype, direct_passthrough=True)
    if request.method != "HEAD":
        response.response = _read(path.open("rb"), begin, end - begin)
    response.content_length = end - begin
    response.headers["Accept-Ranges"] = "bytes"
    if part:
        response.headers["Content-Range"] = f"bytes {begin}-{end - 1}/{size}"
    return response


def _asked_part(size: int) -> tuple[int, int] | None:
    """Where the part that was asked for begins and ends; None for all of it."""
    if "Range" not in request.headers or "If-Range" in request.headers:
        return None
    asked = request.range
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        raise RequestedRangeNotSatisfiable(size)
    found = asked.range_for_length(size)
    if found is None:
        raise RequestedRangeNotSatisfiable(size)
    begin, end = found
    return begin, end


def _read(file: IO[bytes], begin: int, length: int) -> Iterator[bytes]:
    """The part as the server takes it: from the file itself, where it can."""
    file.seek(begin)
    wrap = request.environ.get("wsgi.file_wrapper")
    if wrap is not None:
        wrapped: Iterator[bytes] = wrap(file, _CHUNK_BYTES)
        return wrapped
    return _chunks(file, length)


def _chunks(file: IO[bytes], length: int) -> Iterator[bytes]:
    with file:
        while length > 0 and (chunk := file.read(min(length, _CHUNK_BYTES))):
            length -= len(chunk)
            yield chunk
