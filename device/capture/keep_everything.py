"""The policy `everything`: each utterance is kept by itself, without a press."""

from core.audio import RATE_HZ, Span
from core.pcm import Pcm
from core.spool_port import SpoolPort
from device.memory.recent_sound import Sound
from device.session.pieces import Pieces

from . import events
from .clip_writer import ClipSource, Report

LONGEST = 60 * RATE_HZ
"""An utterance that will not end is cut: half the ring, so that nothing of it is lost."""


class KeepEverything:
    """Keeps what the gate hears. Offers `hear` and `end` as the engine does."""

    def __init__(self, source: ClipSource, sound: Sound, spool: SpoolPort, report: Report) -> None:
        self.sound = sound
        self._source = source
        self._spool = spool
        self._report = report
        self._pieces = Pieces(LONGEST)

    def hear(self, pcm: Pcm, lost_samples: int = 0) -> None:
        """Take in a block, and keep what has ended in it."""
        self.sound.take_in(pcm, lost_samples)
        for each in self._pieces.ended(self.sound.heard):
            self._keep(each.clip)

    def end(self) -> None:
        """Keep what is left: no more sound will come."""
        for each in self._pieces.rest(self.sound.heard):
            self._keep(each.clip)

    def _keep(self, span: Span) -> None:
        name = self._source.name(span.start)
        pcm = self.sound.ring.copy(span.start, span.end)
        clip = self._spool.open_clip(self._source.clip(name, span.start), pcm)
        path = clip.close(len(pcm))
        seconds = round(len(pcm) / RATE_HZ, 3)
        self._report(events.Closed(name, 0, seconds, span.start, path))
