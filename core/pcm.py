"""Sound as arrays of samples, for whoever works on it. Who only passes it on needs none of this."""

import mmap

import numpy as np
import numpy.typing as npt

Pcm = npt.NDArray[np.int16]
"""Samples, shape (n,), int16, mono, at RATE_HZ."""


def release_memory(pcm: Pcm) -> None:
    """Give back the memory of what was read of a memory-mapped clip; it may be read again.

    Hours of it would else stay resident as they are read: 345 MB for three hours, in each
    process that reads them. Nothing happens to sound that is held in memory.
    """
    if isinstance(pcm.base, mmap.mmap):
        pcm.base.madvise(mmap.MADV_DONTNEED)


def as_float(pcm: Pcm) -> npt.NDArray[np.float32]:
    """The same sound as float32 in [-1, 1), which is what the models take."""
    return pcm.astype(np.float32) / np.float32(32768)
