"""Performs what was decided: sound from the ring to the disk, and only then word of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from core import log
from core.audio import RATE_HZ, Span
from core.clock import Recorded
from core.spool_port import Clip, ClipOrigin, OpenClip, SpoolPort
from device.memory.ring_buffer import Ring
from device.session.kept_unpressed import KeptWithin
from device.session.values import Became, Close, Confirm, Effect, Extend, Keep, Refuse, Take, Write

from . import events

SYNC_EVERY = RATE_HZ
"""A tail is durable at least each second of sound."""

Report = Callable[[events.OfKeep], None]
"""Receives what happened, in order."""


@dataclass(frozen=True, slots=True)
class ClipSource:
    """Everything that a stream's clips share. `recorded` gives the time of a position."""

    stream: str
    recorded: Callable[[int], Recorded]
    how: ClipOrigin = "press"
    reasons: tuple[str, ...] = ()
    file: str | None = None
    act: str | None = None

    def name(self, at: int) -> str:
        """The id of a keep that was asked for at this position; it is the moment's, too."""
        return f"{self.stream}-{at}"

    def clip(self, name: str, start: int, revision: int = 0, *, recording: bool = False) -> Clip:
        """The header of a clip whose sound begins at `start`."""
        how = "recording" if recording else self.how
        recorded = self.recorded(start)
        return Clip(name, how, recorded, self.reasons, revision, source=self.file, act=self.act)


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

    def __init__(
        self,
        source: ClipSource,
        ring: Ring,
        spool: SpoolPort,
        report: Report,
        kept_within: KeptWithin,
    ) -> None:
        self._source = source
        self._ring = ring
        self._spool = spool
        self._report = report
        self._kept_within = kept_within
        self._now: Writing | None = None
        self._earlier: list[Writing] = []  # revisions that a pause may yet go back to

    def perform(self, effect: Effect) -> None:
        match effect:
            case Take(keep):
                self._report(events.Taken(self.name(keep), keep.revision))
            case Refuse(sentence, advice):
                self._report(events.Refused(sentence, advice))
            case Write(keep, to):
                self._write(keep, to)
            case Extend(_, to):
                self._extend(to)
            case Confirm(keep):
                self._sync()
                self._report(events.Kept(self.name(keep), keep.revision, self._seconds(keep)))
            case Close(keep):
                self._close(keep)
            case Became(keep):
                self._report(events.BecameRecording(self.name(keep), keep.revision))

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
            self._report(events.TakenBack(self.name(keep), keep.revision))

    def abandon(self) -> int:
        """The position up to which the clip is durable, where it ends now: the disk refused.

        One that cannot even be ended is the worker's to find, with all that was written to it.
        """
        writing, self._now = self._now, None
        self._remove_earlier()
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
        return self._source.name(keep.press)

    def _write(self, keep: Keep, to: int) -> None:
        sound = self._ring.copy(keep.start, to)
        clip = self._source.clip(
            self.name(keep), keep.start, keep.revision, recording=keep.recording
        )
        replaces = self._kept_within(Span(keep.start, to))
        opened = self._spool.open_clip(replace(clip, replaces=replaces), sound)
        if self._now is not None:
            self._earlier.append(self._now)
        written_to = keep.start + len(sound)
        self._now = Writing(opened, keep.revision, keep.start, written_to, written_to)

    def _extend(self, to: int) -> None:
        now = self._now
        if now is None or to <= now.written_to:
            return
        beyond = min(to, self._ring.oldest) - now.written_to
        if beyond > 0:  # missing sound that is longer than the ring keeps its length
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
        if keep.end <= writing.start:  # a recording that was ended as it began
            self._remove_earlier()
            writing.clip.remove()
            return
        try:
            path = writing.clip.close(keep.end - writing.start)
        except FileNotFoundError:  # it was forgotten while it was being written
            return
        finally:
            self._remove_earlier()
        seconds = self._seconds(keep)
        self._report(events.Closed(self.name(keep), keep.revision, seconds, keep.start, path))

    def _remove_earlier(self) -> None:
        earlier, self._earlier = self._earlier, []
        for each in earlier:
            each.clip.remove()

    def _seconds(self, keep: Keep) -> float:
        to = keep.anchor if self._now is None else self._now.written_to
        end = to if keep.end is None else keep.end
        return round((end - keep.start) / RATE_HZ, 3)
