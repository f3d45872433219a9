"""Performs what a session decided: sound from the ring to the disk, and only then word of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from core.audio import RATE_HZ, Pcm

from .ring import Ring
from .session import Close, Confirm, Effect, Extend, Keep, Refuse, Take, Write

SYNC_EVERY = RATE_HZ
"""A tail is durable at least each second of sound."""

Tell = Callable[[dict[str, Any]], None]
"""Told what happened: ids and numbers, never a word."""


class OpenClip(Protocol):
    """A clip that is being written; `pipeline.spool` has the real one."""

    def append(self, pcm: Pcm) -> None: ...
    def sync(self) -> None: ...
    def close(self, samples: int) -> Path: ...
    def remove(self) -> None: ...


class Letterbox(Protocol):
    """Where clips go."""

    def open_clip(self, moment: str, revision: int, start: int, pcm: Pcm) -> OpenClip:
        """A new clip whose sound begins at position `start`; durable so far on return."""
        ...


class Keeper:
    """Owned by the capture loop. `perform` raises OSError where the disk refuses."""

    def __init__(self, stream: str, ring: Ring, letterbox: Letterbox, tell: Tell) -> None:
        self._stream = stream
        self._ring = ring
        self._letterbox = letterbox
        self._tell = tell
        self._clip: OpenClip | None = None
        self._written_to = 0
        self._durable_to = 0

    def perform(self, effect: Effect) -> None:
        match effect:
            case Take(keep):
                self._tell({"event": "taken", **self._named(keep)})
            case Refuse(sentence, advice):
                self._tell({"event": "refused", "sentence": sentence, "advice": advice})
            case Write(keep, to):
                self._write(keep, to)
            case Extend(_, to):
                self._extend(to)
            case Confirm(keep):
                self._sync()
                self._tell({"event": "kept", **self._named(keep), **self._seconds(keep)})
            case Close(keep):
                self._close(keep)

    def abandon(self) -> None:
        """The disk refused: what it has of the clip, if anything, is the worker's to find."""
        self._clip = None

    def name(self, keep: Keep) -> str:
        """The keep's id, which is the moment's."""
        return f"{self._stream}-{keep.press}"

    def _write(self, keep: Keep, to: int) -> None:
        sound = self._ring.copy(keep.start, to)
        before, self._clip = self._clip, None
        self._clip = self._letterbox.open_clip(self.name(keep), keep.revision, keep.start, sound)
        self._written_to = self._durable_to = keep.start + len(sound)
        if before is not None:
            before.remove()

    def _extend(self, to: int) -> None:
        if self._clip is None or to <= self._written_to:
            return
        self._clip.append(self._ring.copy(self._written_to, to))
        self._written_to = to
        if self._written_to - self._durable_to >= SYNC_EVERY:
            self._sync()

    def _sync(self) -> None:
        if self._clip is not None and self._durable_to < self._written_to:
            self._clip.sync()
            self._durable_to = self._written_to

    def _close(self, keep: Keep) -> None:
        if self._clip is None or keep.end is None:
            return
        self._extend(keep.end)
        clip, self._clip = self._clip, None
        try:
            path = clip.close(keep.end - keep.start)
        except FileNotFoundError:  # it was forgotten while it was being written
            return
        about = {**self._named(keep), **self._seconds(keep)}
        self._tell({"event": "closed", **about, "start": keep.start, "letter": path.name})

    def _named(self, keep: Keep) -> dict[str, object]:
        return {"keep": self.name(keep), "revision": keep.revision}

    def _seconds(self, keep: Keep) -> dict[str, object]:
        end = self._written_to if keep.end is None else keep.end
        return {"seconds": round((end - keep.start) / RATE_HZ, 3)}
