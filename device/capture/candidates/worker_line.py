"""How a candidate comes to the worker: what the root hands in, since capture knows no pipeline."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from core.spool_port import Clip

from .heard_queue import MOST_BYTES

ClipBytes = Callable[[Clip, Iterable[bytes]], Iterable[bytes]]
"""A clip, laid out as the worker reads it."""


@dataclass(frozen=True, slots=True)
class WorkerLine:
    """Where the worker listens, how a clip is laid out for it, and how much may wait."""

    socket: Path
    clip_bytes: ClipBytes
    most_heard_bytes: int = MOST_BYTES
