"""Lines of JSON as typed moments: what each object says, or what is wrong with it."""

import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from core.calendar.written_dates import recorded_in_iso
from core.clock import Recorded, SystemClock
from core.errors import TextUnreadable, WrongUsage
from core.moment import Reference
from core.spool_port import TypedText
from pipeline.store.format.drafts import new_moment_id
from pipeline.text_files import open_text, shown

LONGEST_LINE = 4 * 1024 * 1024
"""Bytes. A book has about a million characters; what is longer is no line of ours."""

MOST_BROKEN = 1_000
"""After so many lines without an object among them, nobody looks further."""

_KNOWN = ("text", "at", "speaker", "ref")


@dataclass(frozen=True, slots=True)
class Line:
    """One line, from 1: either its text, or what is wrong with it; and how its time was read."""

    number: int
    text: TypedText | None = None
    error: TextUnreadable | None = None
    told: str = ""


class _NoObject(TextUnreadable):
    """A line that is no JSON object, as every line of a file of another kind is."""


def reference_to(name: str, source: str | None) -> Reference:
    """Whose lines these are: the source that was named, or else the file, by name and folder."""
    if source is not None:
        return Reference(as_text(source))
    if name == "-":
        return Reference("standard input")
    path = Path(name)
    folder = path.resolve().parent if path.is_file() else path.absolute().parent
    return Reference(as_text(path.name), folder=as_text(str(folder)))


def read_lines(name: str, whose: Reference, alike: Counter[bytes]) -> Iterator[Line]:
    """The lines of a file (`-`: standard input), one at a time; empty lines are left out.

    `alike` counts the lines that say the same and have no ref, and is kept up to date. Raises
    TextUnreadable when the file itself cannot be read, or is no file of such lines: one cause,
    one sentence.
    """
    broken: list[Line] = []
    with open_text(name) as file:
        lines = _numbered(file)
        for number, raw in lines:
            line = _read_line(number, raw, whose, alike)
            if isinstance(line.error, _NoObject):
                if not broken and _begins_array(raw):
                    raise _an_array(name)
                broken.append(line)
                if len(broken) < MOST_BROKEN:
                    continue
                raise _no_lines(name, f"of its first {MOST_BROKEN} lines")
            yield from broken
            yield line
            yield from (_read_line(*each, whose, alike) for each in lines)
            return
    if len(broken) > 1:
        raise _no_lines(name, "of its lines")
    yield from broken


def as_text(name: str) -> str:
    """A file name as storable text: bytes that are no UTF-8 become U+FFFD."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def clean_text(text: str) -> str:
    """Text as it is stored: composed (NFC), trimmed.

    Raises TextUnreadable where nothing is left, and where not all of it could be stored.
    """
    what = unstorable(text)
    if what is not None:
        raise TextUnreadable(f"The text holds {what}.", advice="Take it out, and try again.")
    cleaned = unicodedata.normalize("NFC", text).strip()
    if not cleaned:
        raise TextUnreadable("The text is empty.", advice="Give it at least a word.")
    return cleaned


def unstorable(text: str) -> str | None:
    """What of a text cannot be stored, so that nothing of it is left out in silence; None: all."""
    if "\0" in text:
        return "a NUL character, which cannot be stored"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "half a character or bytes that are no UTF-8, which cannot be stored"
    return None


def _numbered(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    number = 0
    while raw := file.readline(LONGEST_LINE + 1):
        number += 1
        if raw.strip():
            yield number, raw


def _read_line(number: int, raw: bytes, whose: Reference, alike: Counter[bytes]) -> Line:
    try:
        if len(raw) > LONGEST_LINE:
            raise _broken(f"is longer than {LONGEST_LINE // 1024 // 1024} MiB")
        text, told = _typed(_parsed(raw), number, whose)
    except TextUnreadable as error:
        sentence = f"Line {number}: {error.sentence}"
        return Line(number, error=type(error)(sentence, advice=error.advice))
    if text.reference is not None and text.reference.ref is None:
        text = replace(text, nth=_count(text, alike))
    return Line(number, text, told=told and f"Line {number}: {told}")


def _count(text: TypedText, alike: Counter[bytes]) -> int:
    """The number of lines that have said this by now; forgotten with the command."""
    at_ms = text.recorded.at_ms if text.recorded.source == "given" else None
    said = json.dumps([text.text, text.speaker, at_ms])
    mark = hashlib.blake2b(said.encode(), digest_size=16).digest()
    alike[mark] += 1
    return alike[mark]


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _broken("is not JSON in UTF-8", _NoObject) from error
    except (ValueError, RecursionError) as error:
        raise _broken("is not JSON", _NoObject) from error
    if not isinstance(found, dict):
        raise _broken("is not a JSON object", _NoObject)
    return found


def _typed(found: dict[str, Any], number: int, whose: Reference) -> tuple[TypedText, str]:
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
        reference=replace(whose, ref=ref, line=None if ref is not None else number),
    )
    return typed, told


def _string(found: dict[str, Any], key: str, *, numbers: bool = False) -> str | None:
    value = found.get(key)
    if numbers and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is None:
        return None
    if not isinstance(value, str):
        raise _broken(f'has a "{key}" that is not a text')
    what = unstorable(value)
    if what is not None:
        raise _broken(f'has a "{key}" with {what}')
    return value


def _recorded(at: str | None) -> tuple[Recorded, str]:
    """When it was said, and a sentence where its hour comes twice."""
    if at is None:
        return SystemClock().recorded_now(), ""
    try:
        return recorded_in_iso(at)
    except WrongUsage as error:
        sentence = f'the object has an "at" that is not an ISO time: {error.sentence}'
        raise TextUnreadable(sentence, advice=error.advice) from error


def _begins_array(raw: bytes) -> bool:
    """True where this first line begins one array of objects, on this line or over many."""
    if not raw.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"["):
        return False
    try:
        found = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return True
    return bool(found) and all(isinstance(each, dict) for each in found)


def _no_lines(name: str, which: str) -> TextUnreadable:
    sentence = f"{shown(name)} is not JSON Lines: none {which} is a JSON object."
    return TextUnreadable(sentence, advice=_ADVICE)


def _an_array(name: str) -> TextUnreadable:
    here = "" if name == "-" else f" {name}"
    return TextUnreadable(
        f"{shown(name)} is one JSON array and not JSON Lines, an object on each line.",
        advice=f"Make lines of it: `jq -c '.[]'{here} > lines.jsonl`.",
    )


_ADVICE = f"One JSON object a line, with {', '.join(_KNOWN)}; mend it and import again."


def _broken(what: str, kind: type[TextUnreadable] = TextUnreadable) -> TextUnreadable:
    return kind(f"the object {what}.", advice=_ADVICE)
