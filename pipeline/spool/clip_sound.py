"""The sound of a clip in the spool, as an array of samples."""

from pathlib import Path

import numpy as np

from core.audio import RATE_HZ
from core.pcm import Pcm
from core.spool_port import Clip

from .formats import read_clip_head
from .opening import open_letter

_PIECE_BYTES = 1024 * 1024


def read_clip(path: Path) -> tuple[Clip, Pcm]:
    """A clip and its sound, memory-mapped, read-only. Raises LetterBroken, OSError."""
    head = read_clip_head(path)
    if not head.samples:
        return head.clip, np.zeros(0, np.int16)
    with open_letter(path) as file:
        return head.clip, np.memmap(file, "<i2", "r", offset=head.sound_at, shape=(head.samples,))


def read_through(path: Path) -> None:
    """Read the whole file once. Raises OSError where the disk gives not all of it.

    Met in a memory map, such a place would end the process.
    """
    with open_letter(path) as file:
        while file.read(_PIECE_BYTES):
            pass


def duration_ms(pcm: Pcm) -> int:
    return round(len(pcm) * 1000 / RATE_HZ)
