"""The last minutes of sound, in memory only: what nobody presses for is gone."""

import numpy as np

from core.capture_status import RingMemory
from core.pcm import Pcm

from .swap_protection import hold_in_memory, page_aligned


class Ring:
    """The newest `capacity` samples, found by their absolute position.

    Position n is the n-th sample since the stream opened, so callers never see how the
    ring is laid out. Owned by the capture loop; not thread-safe.
    """

    def __init__(self, capacity: int) -> None:
        self._samples = page_aligned(capacity)
        self._now = 0
        self._oldest = 0

    @property
    def capacity(self) -> int:
        """The number of samples that it holds at most."""
        return len(self._samples)

    @property
    def now(self) -> int:
        """The position one past the newest sample."""
        return self._now

    @property
    def oldest(self) -> int:
        """The oldest position that is still held."""
        return max(self._oldest, self._now - len(self._samples))

    def append(self, pcm: Pcm) -> None:
        """Add samples, shape (n,); n may exceed the capacity, the newest are held."""
        capacity = len(self._samples)
        tail = pcm[-capacity:]
        at = (self._now + len(pcm) - len(tail)) % capacity
        first = min(len(tail), capacity - at)
        self._samples[at : at + first] = tail[:first]
        self._samples[: len(tail) - first] = tail[first:]
        self._now += len(pcm)

    def skip(self, samples: int) -> None:
        """Go on after a loss: its positions hold zeros."""
        capacity = len(self._samples)
        if samples > capacity:
            self._now += samples - capacity
        self.append(np.zeros(min(samples, capacity), np.int16))

    def copy(self, start: int, end: int) -> Pcm:
        """The samples from `start` up to `end`, as far as they are held."""
        return np.concatenate(self.views(start, end))

    def views(self, start: int, end: int) -> tuple[Pcm, Pcm]:
        """The same in two parts, not copied: to be read before the next samples come."""
        start, end = max(start, self.oldest), min(end, self._now)
        if start >= end:
            return self._samples[:0], self._samples[:0]
        capacity = len(self._samples)
        at, count = start % capacity, end - start
        first = self._samples[at : at + count]
        return first, self._samples[: count - len(first)]

    def hold_in_memory(self) -> RingMemory:
        """Keep these samples off the disk, as well as this machine allows; how well that is."""
        return hold_in_memory(self._samples)

    def clear(self) -> None:
        """Forget every sample, for good; positions keep counting, so no silence is invented."""
        self._samples[:] = 0
        self._oldest = self._now
