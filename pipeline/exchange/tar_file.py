"""A tar of plain files, written and read a piece at a time.

Python's own reader follows links, and takes whatever a header claims into memory. Here a
header is 512 bytes, and what is no plain file with a short name is refused.
"""

import hashlib
import os
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

BLOCK_BYTES = 512
PIECE_BYTES = 1024 * 1024
LONGEST_NAME = 99
"""A longer one takes more than its header."""

_END = bytes(2 * BLOCK_BYTES)


class TarBroken(Exception):
    """What is wrong with the file; `reason` is a sentence without its end."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Member:
    """A file in the tar: its bytes lie from `begins` on."""

    name: str
    size: int
    begins: int
    mtime_s: int = 0


@dataclass(frozen=True, slots=True)
class Added:
    """What went into the tar."""

    size: int
    sha256: str


class TarWriter:
    """Writes a tar into a file that can be sought."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def add(self, name: str, pieces: Iterable[bytes], *, mtime_s: int = 0) -> Added:
        """Add a file, whatever its size turns out to be.

        Where its pieces fail, nothing of it stays.
        """
        begins = self._file.tell()
        digest, size = hashlib.sha256(), 0
        try:
            self._file.write(bytes(BLOCK_BYTES))
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                self._file.write(piece)
        except BaseException:
            self._file.seek(begins)
            self._file.truncate()
            raise
        self._file.write(bytes(-size % BLOCK_BYTES))
        ends = self._file.tell()
        self._file.seek(begins)
        self._file.write(_header(name, size, mtime_s))
        self._file.seek(ends)
        return Added(size, digest.hexdigest())

    def end(self) -> int:
        """Write the end, durably; how many bytes the whole has."""
        self._file.write(_END)
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()


def members(file: BinaryIO) -> Iterator[Member]:
    """The files of a tar, one after the other. Raises TarBroken, OSError."""
    whole, at = os.fstat(file.fileno()).st_size, 0
    while True:
        file.seek(at)
        block = file.read(BLOCK_BYTES)
        if len(block) < BLOCK_BYTES:
            raise TarBroken("it is cut off")
        if not any(block):
            return
        member = _member(block, at + BLOCK_BYTES)
        at = member.begins + member.size + -member.size % BLOCK_BYTES
        if at > whole:
            raise TarBroken("it is cut off")
        yield member


def pieces(file: BinaryIO, member: Member) -> Iterator[bytes]:
    """The bytes of a member. Raises TarBroken where there are fewer."""
    file.seek(member.begins)
    left = member.size
    while left:
        piece = file.read(min(left, PIECE_BYTES))
        if not piece:
            raise TarBroken("it is cut off")
        left -= len(piece)
        yield piece


def sha256_of(parts: Iterable[bytes], passed: Callable[[int], None] = lambda _: None) -> str:
    """The hash of all of these together; `passed` hears how many bytes came by."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
        passed(len(part))
    return digest.hexdigest()


def _header(name: str, size: int, mtime_s: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, mtime_s
    header = info.tobuf(tarfile.GNU_FORMAT, "ascii", "strict")
    if len(header) != BLOCK_BYTES:
        raise ValueError(len(name))
    return header


def _member(block: bytes, begins: int) -> Member:
    try:
        info = tarfile.TarInfo.frombuf(block, "ascii", "strict")
    except (tarfile.HeaderError, ValueError) as error:
        raise TarBroken("it is no tar, or a damaged one") from error
    if info.type != tarfile.REGTYPE or info.linkname or info.size < 0:
        raise TarBroken("it has something in it that is no file")
    return Member(info.name, info.size, begins, max(0, int(info.mtime)))
