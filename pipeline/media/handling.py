"""What a sound file needs beside itself, for those who only pass it on: FFmpeg is not loaded."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from core.pipes import open_in_memory
from pipeline.media.tracks import Judge, loudness


@dataclass(frozen=True, slots=True)
class Handling:
    """All that a file needs beside itself; it differs between a command, the worker and a test.

    `copy` opens a file without a name, for what comes out of a pipe: in memory, where nothing of it
    may come to a disk, or where it may be long, on the disk of the home. `guard` passes on what is
    about to be written, and may raise UserError. `judge` tells the seconds of speech in some sound.
    `track` is the number of the sound track to take, from 1 on; None: the one that speaks most.
    """

    copy: Callable[[], IO[bytes]] = open_in_memory
    guard: Callable[[Iterable[Any]], Iterator[Any]] = iter
    judge: Judge = loudness
    track: int | None = None
