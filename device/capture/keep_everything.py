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
        self._report(keep_span(self._source, self.sound, self._spool, span))


def keep_span(source: ClipSource, sound: Sound, spool: SpoolPort, span: Span) -> events.Closed:
    """What is to be told of this span, which is kept now. Raises OSError where the disk refuses."""
    name, pcm = source.name(span.start), sound.ring.copy(span.start, span.end)
    path = spool.open_clip(source.clip(name, span.start), pcm).close(len(pcm))
    return events.Closed(name, 0, round(len(pcm) / RATE_HZ, 3), span.start, path)
