"""The sound of a clip in the spool, as an array of samples."""

from pathlib import Path

import numpy as np

from core.audio import RATE_HZ
from core.pcm import Pcm
from core.spool_port import Clip

from .formats import read_clip_head


def read_clip(path: Path) -> tuple[Clip, Pcm]:
    """A clip and its sound, memory-mapped, read-only. Raises LetterBroken."""
    head = read_clip_head(path)
    if not head.samples:
        return head.clip, np.zeros(0, np.int16)
    return head.clip, np.memmap(path, "<i2", "r", offset=head.sound_at, shape=(head.samples,))


def duration_ms(pcm: Pcm) -> int:
    return round(len(pcm) * 1000 / RATE_HZ)
