"""The bytes that come out of a pipe, whole, and no endless wait where nobody writes."""

import os
import select
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

PATIENCE_S = 3.0
"""So long a pipe into which nobody writes is waited for: its writer may be starting."""

LOOK_EVERY_S = 0.05
_PIECE_BYTES = 1 << 20


class NobodyWrites(Exception):
    """A pipe that no program has open to write."""

    sentence = "{} is a pipe, and nobody writes into it."
    advice = "Start the program that writes first, or name a file."


def read_pipe(path: Path) -> Iterator[bytes]:
    """All that is written into it until its last writer closes it, piece by piece.

    Raises NobodyWrites.
    """
    # Opened without waiting: a pipe that has no writer would else hold us for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        yield from _until_closed(descriptor)
    finally:
        os.close(descriptor)


def open_in_memory() -> IO[bytes]:
    """An empty file without a name, of which nothing goes to a disk; gone once it is closed."""
    return os.fdopen(os.memfd_create("afterthought"), "w+b")


def _until_closed(descriptor: int) -> Iterator[bytes]:
    begun, patient_until_s = False, time.monotonic() + PATIENCE_S
    while True:
        try:
            piece = os.read(descriptor, _PIECE_BYTES)
        except BlockingIOError:  # somebody has it open, and is not done
            select.select([descriptor], [], [])
            continue
        if piece:
            begun = True
            yield piece
        elif begun:
            return
        elif time.monotonic() < patient_until_s:
            time.sleep(LOOK_EVERY_S)
        else:
            raise NobodyWrites
