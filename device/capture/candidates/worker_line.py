"""How a candidate comes to the worker: what the root hands in, since capture knows no pipeline."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from core.spool_port import Clip

MOST_BYTES = 64_000_000
MOST_BYTES_ZERO = 16_000_000
"""In the profile `zero`, whose whole memory is 512 MB: eight minutes of speech."""

ClipBytes = Callable[[Clip, Iterable[bytes]], Iterable[bytes]]
"""A clip, laid out as the worker reads it."""


@dataclass(frozen=True, slots=True)
class WorkerLine:
    """Where the worker listens, how a clip is laid out for it, and how much may wait."""

    socket: Path
    clip_bytes: ClipBytes
    most_heard_bytes: int = MOST_BYTES
