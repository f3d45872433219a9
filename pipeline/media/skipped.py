"""Bytes of a file that are in no packet: FFmpeg steps over them without a word."""

import mmap
from pathlib import Path

TAGS = (b"ID3", b"TAG", b"APETAGEX", b"LYRICSBEGIN")
"""Marks of what may stand between two packets and is no damage."""

_KNOWN_BY = 48
"""So many bytes at its beginning tell where in the file a packet is from."""

_FAR = 1 << 22
"""Bytes that are searched for the next packet."""


class SkippedBytes:
    """Follows the packets of a raw AAC file; other parsers give such bytes to a packet."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._held = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._end = 0

    def before(self, packet: bytes) -> int:
        """The number of bytes left out between the packet before and this one."""
        start, known_by = self._end, packet[:_KNOWN_BY]
        at = self._held.find(known_by, start, start + _FAR)
        if at < 0:
            self._end = start + len(packet)
            return 0
        self._end = at + len(packet)
        return 0 if self._held[start : start + 12].startswith(TAGS) else at - start
