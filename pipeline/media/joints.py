"""The places where a file that was joined goes on, and the length that it says it has."""

from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import av

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

_RIFF_BYTES = 8
_UNKNOWN = 0x7FFF_0000
"""Sizes from here on stand for "not known yet": the recorder was switched off too soon."""

_FIRST_PAGE = 0x02
_PAGE_BYTES = 27
_LARGEST_PAGE = 65_307
_SEEK_BYTES = 1 << 20

_COUNTED = {"flac", "aiff", "w64", "tta", "ape", "wv"}
"""Formats whose header counts the samples."""


def next_part(path: Path, offset: int, *, after: int | None) -> int | None:
    """The byte at which another recording begins, behind the one that begins at `offset`.

    FFmpeg reads one WAV of two that were joined, and an Ogg stream to where its codec's set-up
    changes; `after` is the byte to which it came where it gave up, else None.
    """
    with path.open("rb") as file:
        file.seek(offset)
        head = file.read(12)
        if head.startswith(b"RIFF"):
            end = offset + _RIFF_BYTES + int.from_bytes(head[4:8], "little")
            file.seek(end)
            behind = file.read(12)
            return end if behind[:4] == b"RIFF" and behind[8:] == head[8:] else None
        if head.startswith(b"OggS") and after is not None:
            return _next_first_page(path, max(after, offset + _PAGE_BYTES))
    return None


def missing_s(path: Path, offset: int, stream: "AudioStream", seconds: float) -> float:
    """Seconds of the part at this byte that are not there, by its own headers; 0 if unknown.

    `seconds` is what was read of it.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(offset)
        head = file.read(12)
        if head.startswith(b"OggS"):
            torn = _torn_page(file, size)
            return torn * seconds / max(1, size - torn - offset)
        end = _declared_end(file, offset, head)
    rate = stream.codec_context.bit_rate
    return max(0, end - size) * 8 / rate if end is not None and rate else 0.0


def declared_s(path: Path, container: "InputContainer", stream: "AudioStream") -> float | None:
    """Seconds of sound by the file's own word; None where FFmpeg could only reckon them."""
    name = container.format.name
    if name == "mp3":
        return _seconds_of_mp3(path, stream)
    if name in _COUNTED or name.startswith("mov,"):
        return None if stream.duration is None else float(stream.duration * (stream.time_base or 0))
    if name.startswith("matroska"):
        return _duration_of_matroska(container, stream)
    return None


def _duration_of_matroska(container: "InputContainer", stream: "AudioStream") -> float | None:
    told = stream.metadata.get("DURATION", "")
    parts = told.split(":")
    try:
        if len(parts) == 3:  # noqa: PLR2004 - hours, minutes and seconds
            return int(parts[0]) * 3600 + int(parts[1]) * 60 + float(parts[2])
    except ValueError:
        return None
    alone = len(container.streams) == 1
    length: int | None = container.duration
    return length / av.time_base if alone and length is not None else None


def _declared_end(file: BinaryIO, offset: int, head: bytes) -> int | None:
    """The byte at which a WAV or a CAF ends by its header."""
    if head.startswith(b"RIFF"):
        size = int.from_bytes(head[4:8], "little")
        return None if size >= _UNKNOWN else offset + _RIFF_BYTES + size
    at = offset + 8
    while head.startswith(b"caff"):
        file.seek(at)
        chunk = file.read(12)
        size = int.from_bytes(chunk[4:], "big", signed=True)
        if len(chunk) < len(head) or size < 0:
            return None
        at += len(chunk) + size
        if chunk.startswith(b"data"):
            return at
    return None


def _torn_page(file: BinaryIO, size: int) -> int:
    """The bytes of the last page of an Ogg file, where it is not there whole."""
    tail = min(size, _LARGEST_PAGE)
    file.seek(size - tail)
    held = file.read(tail)
    at = held.rfind(b"OggS")
    if at < 0:
        return 0
    lengths = held[at + _PAGE_BYTES :]
    count = held[at + 26] if len(held) > at + 26 else 256
    page = _PAGE_BYTES + count + sum(lengths[:count])
    return len(held) - at if len(lengths) < count or page > len(held) - at else 0


def _seconds_of_mp3(path: Path, stream: "AudioStream") -> float | None:
    """By the frame at its beginning that counts the others."""
    with path.open("rb") as file:
        head = file.read(10)
        bits = zip(head[6:], (21, 14, 7, 0), strict=False)
        file.seek(
            10 + sum((byte & 0x7F) << shift for byte, shift in bits) if head[:3] == b"ID3" else 0
        )
        first = file.read(256)
    at = max(first.find(b"Xing"), first.find(b"Info"))
    if at < 0 or not first[at + 7] & 1:
        return None
    rate_hz = stream.codec_context.sample_rate
    samples = 1152 if rate_hz >= 32_000 else 576  # noqa: PLR2004 - MPEG 1, and MPEG 2 and 2.5
    return int.from_bytes(first[at + 8 : at + 12], "big") * samples / rate_hz


def _next_first_page(path: Path, start: int) -> int | None:
    """The next page of an Ogg file that begins a stream."""
    with path.open("rb") as file:
        at = start
        while True:
            file.seek(at)
            held = file.read(_SEEK_BYTES)
            found = held.find(b"OggS")
            while found >= 0 and found + 6 <= len(held):
                if held[found + 5] & _FIRST_PAGE:
                    return at + found
                found = held.find(b"OggS", found + 4)
            if len(held) < _SEEK_BYTES:
                return None
            at += len(held) - 6
