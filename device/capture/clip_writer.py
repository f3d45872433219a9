"""Performs what was decided: sound from the ring to the disk, and only then word of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from core import log
from core.audio import RATE_HZ, Pcm
from core.errors import UserError
from device.memory.ring_buffer import Ring
from device.session.values import Became, Close, Confirm, Effect, Extend, Keep, Refuse, Take, Write

SYNC_EVERY = RATE_HZ
"""A tail is durable at least each second of sound."""

Tell = Callable[[dict[str, Any]], None]
"""Told what happened: ids and numbers, never a word."""


class OpenClip(Protocol):
    """A clip that is being written; `pipeline.spool.open_clip` has the real one."""

    def append(self, pcm: Pcm) -> None: ...
    def sync(self) -> None: ...
    def close(self, samples: int) -> Path: ...
    def remove(self) -> None: ...
    def take_back(self) -> None:
        """Set it aside: no model sees it, it can be brought back, and it is erased in time."""


class Letterbox(Protocol):
    """Where clips go."""

    def refusal(self) -> UserError | None:
        """Why nothing more may be written; None while there is room."""
        ...

    def open_clip(
        self, moment: str, revision: int, start: int, pcm: Pcm, *, recording: bool = False
    ) -> OpenClip:
        """A new clip whose sound begins at position `start`; durable so far on return."""
        ...


@dataclass(slots=True)
class Writing:
    """A clip that is open, and how far it has come."""

    clip: OpenClip
    revision: int
    start: int
    written_to: int
    durable_to: int


class ClipWriter:
    """Owned by the capture loop. `perform` raises OSError where the disk refuses."""

    def __init__(self, stream: str, ring: Ring, letterbox: Letterbox, tell: Tell) -> None:
        self._stream = stream
        self._ring = ring
        self._letterbox = letterbox
        self._tell = tell
        self._now: Writing | None = None
        self._earlier: list[Writing] = []  # revisions that a pause may yet go back to

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
            case Became(keep):
                self._tell({"event": "recording", **self._named(keep)})

    def take_back(self, keep: Keep, before: Keep | None) -> None:
        """Set aside what is being written; go on with the revision before it, if there is one."""
        taken, self._now = self._now, None
        for writing in self._earlier:
            if before is not None and writing.revision == before.revision:
                self._now = writing
            else:
                writing.clip.remove()
        self._earlier = []
        if taken is not None:
            taken.clip.take_back()
            self._tell({"event": "taken_back", **self._named(keep)})

    def abandon(self) -> int:
        """The disk refused: the clip ends with what is durable. The position up to which it holds.

        One that cannot even be ended is the worker's to find, with all that was written to it.
        """
        writing, self._now = self._now, None
        for each in self._earlier:
            each.clip.remove()
        self._earlier = []
        if writing is None:
            return 0
        try:
            if writing.durable_to > writing.start:
                writing.clip.close(writing.durable_to - writing.start)
            else:
                writing.clip.remove()
        except OSError as error:
            log.get_log().warning("clip_left_open", reason=error.strerror)
            return writing.written_to
        return writing.durable_to

    def name(self, keep: Keep) -> str:
        """The keep's id, which is the moment's."""
        return f"{self._stream}-{keep.press}"

    def _write(self, keep: Keep, to: int) -> None:
        sound = self._ring.copy(keep.start, to)
        name = self.name(keep)
        clip = self._letterbox.open_clip(
            name, keep.revision, keep.start, sound, recording=keep.recording
        )
        if self._now is not None:
            self._earlier.append(self._now)
        written_to = keep.start + len(sound)
        self._now = Writing(clip, keep.revision, keep.start, written_to, written_to)

    def _extend(self, to: int) -> None:
        now = self._now
        if now is None or to <= now.written_to:
            return
        beyond = min(to, self._ring.oldest) - now.written_to
        if beyond > 0:  # a hole that is longer than the ring keeps its length
            now.clip.append(np.zeros(beyond, np.int16))
            now.written_to += beyond
        now.clip.append(self._ring.copy(now.written_to, to))
        now.written_to = to
        if now.written_to - now.durable_to >= SYNC_EVERY:
            self._sync()

    def _sync(self) -> None:
        now = self._now
        if now is not None and now.durable_to < now.written_to:
            now.clip.sync()
            now.durable_to = now.written_to

    def _close(self, keep: Keep) -> None:
        if self._now is None or keep.end is None:
            return
        self._extend(keep.end)
        writing, self._now = self._now, None
        earlier, self._earlier = self._earlier, []
        if keep.end <= writing.start:  # a recording that was ended as it began
            writing.clip.remove()
            return
        try:
            path = writing.clip.close(keep.end - writing.start)
        except FileNotFoundError:  # it was forgotten while it was being written
            return
        finally:
            for each in earlier:
                each.clip.remove()
        about = {**self._named(keep), **self._seconds(keep)}
        self._tell({"event": "closed", **about, "start": keep.start, "letter": path.name})

    def _named(self, keep: Keep) -> dict[str, object]:
        return {"keep": self.name(keep), "revision": keep.revision}

    def _seconds(self, keep: Keep) -> dict[str, object]:
        to = keep.anchor if self._now is None else self._now.written_to
        end = to if keep.end is None else keep.end
        return {"seconds": round((end - keep.start) / RATE_HZ, 3)}
