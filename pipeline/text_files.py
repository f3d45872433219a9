"""Opens files of text, and says in one sentence where a file is something else."""

import sys
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

from core.errors import TextUnreadable
from core.files import why_unreadable
from core.pipes import NobodyWrites, open_in_memory, read_pipe

_HEAD = 64
"""Bytes that are looked at; every sign below stands in them."""

_UTF_16 = "iconv -f UTF-16 -t UTF-8"
_SIGNS: tuple[tuple[bytes, str, str], ...] = (
    (b"\xff\xfe\0\0", "is UTF-32 text", "iconv -f UTF-32 -t UTF-8"),
    (b"\0\0\xfe\xff", "is UTF-32 text", "iconv -f UTF-32 -t UTF-8"),
    (b"\xff\xfe", "is UTF-16 text", _UTF_16),
    (b"\xfe\xff", "is UTF-16 text", _UTF_16),
    (b"\x1f\x8b", "is compressed by gzip", "gzip -dc"),
    (b"BZh", "is compressed by bzip2", "bzip2 -dc"),
    (b"\xfd7zXZ\0", "is compressed by xz", "xz -dc"),
    (b"\x28\xb5\x2f\xfd", "is compressed by zstd", "zstd -dc"),
    (b"PK\x03\x04", "is a ZIP archive, a spreadsheet (xlsx) or a document", ""),
    (b"\xd0\xcf\x11\xe0", "is a spreadsheet (xls) or a document of an office program", ""),
    (b"7z\xbc\xaf", "is a 7z archive", ""),
    (b"%PDF", "is a PDF", ""),
    (b"SQLite format 3\0", "is an SQLite database", ""),
)
"""How a file begins, what it is then, and the program that makes UTF-8 text of it."""


def open_text(name: str) -> BinaryIO:
    """The bytes of a file (`-`: standard input) of UTF-8 text, opened once, to be read once.

    Raises TextUnreadable where it cannot be read or shows by its beginning that it is no text.
    """
    file = _opened(name)
    head = file.peek(_HEAD)[:_HEAD]
    told = what_it_is(head)
    if told is None:
        return file
    file.close()
    what, program = told
    here = "" if name == "-" else f" {name}"
    advice = f"Make it UTF-8 text: `{program}{here}`." if program else "Save it as UTF-8 text."
    raise TextUnreadable(f"{shown(name)} {what}.", advice=advice)


def what_it_is(head: bytes) -> tuple[str, str] | None:
    """What a file that begins so is, if no UTF-8 text, and the program that makes it one."""
    for sign, what, program in _SIGNS:
        if head.startswith(sign):
            return what, program
    for order, low in (("LE", 1), ("BE", 0)):
        if len(head) >= 4 and not any(head[low::2]) and all(head[1 - low : 8 : 2]):  # noqa: PLR2004
            return "is UTF-16 text", f"iconv -f UTF-16{order} -t UTF-8"
    return None


def shown(name: str) -> str:
    """How a sentence names this file."""
    return "Standard input" if name == "-" else name


def _opened(name: str) -> BufferedReader:
    if name == "-":
        if sys.stdin is None:
            raise TextUnreadable("Standard input is closed.", advice="Name a file instead of `-`.")
        return cast(BufferedReader, sys.stdin.buffer)
    path = Path(name)
    try:
        return _out_of_pipe(path) if path.is_fifo() else path.open("rb")
    except OSError as error:
        told = why_unreadable(path)
        sentence, advice = told or (f"{name} cannot be opened ({error.strerror}).", "Try again.")
        raise TextUnreadable(sentence, advice=advice) from error


def _out_of_pipe(path: Path) -> BufferedReader:
    """All that comes out of a pipe, in a file in memory: no word of it goes to a disk here."""
    file = open_in_memory()
    try:
        file.writelines(read_pipe(path))
    except NobodyWrites as error:
        file.close()
        raise TextUnreadable(error.sentence.format(path), advice=error.advice) from error
    file.seek(0)
    return cast("BufferedReader", file)
