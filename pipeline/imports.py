"""Lines of JSON as typed moments: what each object says, or what is wrong with it."""

import json
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from core.clock import Recorded, SystemClock
from core.errors import TextUnreadable, WrongUsage
from core.files import why_unreadable
from core.moment import Reference
from core.pipes import NobodyWrites, read_pipe
from core.spool_port import TypedText
from core.written_dates import recorded_at
from pipeline.store.format.drafts import new_moment_id

LONGEST_LINE = 4 * 1024 * 1024
"""Bytes. A book has about a million characters; what is longer is no line of ours."""

_KNOWN = ("text", "at", "speaker", "ref")


@dataclass(frozen=True, slots=True)
class Line:
    """One line, from 1: either its text, or what is wrong with it; and how its time was read."""

    number: int
    text: TypedText | None = None
    error: TextUnreadable | None = None
    told: str = ""


def read_lines(name: str, source: str) -> Iterator[Line]:
    """The lines of a file (`-`: standard input), one at a time; empty lines are left out.

    Raises TextUnreadable when the file itself cannot be read.
    """
    with _opened(name) as file:
        number = 0
        while raw := file.readline(LONGEST_LINE + 1):
            number += 1
            if raw.strip():
                yield _read_line(number, raw, source)


def as_text(name: str) -> str:
    """A file name as storable text: bytes that are no UTF-8 become U+FFFD."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def clean_text(text: str) -> str:
    """Text as it is stored: composed (NFC), without NUL and lone surrogates, trimmed.

    Raises TextUnreadable where nothing is left.
    """
    cleaned = unicodedata.normalize("NFC", as_text(text)).replace("\0", "").strip()
    if not cleaned:
        raise TextUnreadable("The text is empty.", advice="Give it at least a word.")
    return cleaned


def _read_line(number: int, raw: bytes, source: str) -> Line:
    try:
        if len(raw) > LONGEST_LINE:
            raise _broken(f"is longer than {LONGEST_LINE // 1024 // 1024} MiB")
        text, told = _typed(_parsed(raw), number, source)
        return Line(number, text=text, told=told and f"Line {number}: {told}")
    except TextUnreadable as error:
        sentence = f"Line {number}: {error.sentence}"
        return Line(number, error=TextUnreadable(sentence, advice=error.advice))


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _broken("is not JSON") from error
    if not isinstance(found, dict):
        raise _broken("is not a JSON object")
    return found


def _typed(found: dict[str, Any], number: int, source: str) -> tuple[TypedText, str]:
    text = _string(found, "text")
    if text is None:
        raise _broken('has no "text"')
    ref = _string(found, "ref", numbers=True)
    recorded, told = _recorded(_string(found, "at"))
    typed = TypedText(
        id=new_moment_id(),
        how="imported",
        text=clean_text(text),
        recorded=recorded,
        speaker=_string(found, "speaker") or None,
        reference=Reference(source, ref, None if ref is not None else number),
    )
    return typed, told


def _string(found: dict[str, Any], key: str, *, numbers: bool = False) -> str | None:
    value = found.get(key)
    if numbers and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is None or isinstance(value, str):
        return None if value is None else value.encode("utf-8", "replace").decode()
    raise _broken(f'has a "{key}" that is not a text')


def _recorded(at: str | None) -> tuple[Recorded, str]:
    """When it was said, and a sentence where its hour comes twice."""
    if at is None:
        return SystemClock().recorded_now(), ""
    try:
        return recorded_at(at, only_iso=True)
    except WrongUsage as error:
        sentence = f'the object has an "at" that is not an ISO time: {error.sentence}'
        raise TextUnreadable(sentence, advice=error.advice) from error


def _opened(name: str) -> BinaryIO:
    if name == "-":
        return sys.stdin.buffer
    told = why_unreadable(Path(name))
    if told is not None:
        raise TextUnreadable(told[0], advice=told[1])
    return _out_of_pipe(Path(name)) if Path(name).is_fifo() else Path(name).open("rb")


def _out_of_pipe(path: Path) -> BinaryIO:
    """All that comes out of a pipe, in a file without a name."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever reads it closes it
    try:
        file.writelines(read_pipe(path))
    except NobodyWrites as error:
        file.close()
        raise TextUnreadable(error.sentence.format(path), advice=error.advice) from error
    file.seek(0)
    return cast("BinaryIO", file)


def _broken(what: str) -> TextUnreadable:
    keys = ", ".join(_KNOWN)
    return TextUnreadable(
        f"the object {what}.",
        advice=f"One JSON object a line, with {keys}; mend it and import again.",
    )
