"""The policy `everything`: each utterance is kept by itself, without a press."""

from core.audio import RATE_HZ
from core.pcm import Pcm
from core.spool_port import SpoolPort
from device.memory.recent_sound import Sound
from device.memory.utterances import Utterance
from device.session import clip_edges

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
        self._kept_to = 0
        self._done_to = 0  # onset of the last utterance that was seen to its end

    def hear(self, pcm: Pcm, lost_samples: int = 0) -> None:
        """Take in a block, and keep what has ended in it."""
        self.sound.take_in(pcm, lost_samples)
        now = self.sound.now
        for each in self._new():
            if each.offset is not None and now >= each.offset + clip_edges.LONGEST_LEAD_OUT:
                self._done_to = each.onset + 1
                self._keep(*clip_edges.whole(self.sound.heard, each, self._kept_to))
            elif each.offset is None and now - max(each.onset, self._kept_to) > LONGEST:
                self._keep(*self._piece(each))

    def end(self) -> None:
        """Keep what is left: no more sound will come."""
        for each in self._new():
            start, end = clip_edges.whole(self.sound.heard, each, self._kept_to)
            self._keep(start, self.sound.now if each.offset is None else end)

    def _new(self) -> list[Utterance]:
        utterances = self.sound.heard.utterances
        return [each for each in utterances if not each.faint and each.onset >= self._done_to]

    def _piece(self, utterance: Utterance) -> tuple[int, int]:
        now = self.sound.now
        start, _ = clip_edges.whole(self.sound.heard, utterance, self._kept_to)
        return start, self.sound.heard.quietest(now - clip_edges.SEEK, now, now)

    def _keep(self, start: int, end: int) -> None:
        if end <= start:
            return
        name = self._source.name(start)
        pcm = self.sound.ring.copy(start, end)
        clip = self._spool.open_clip(self._source.clip(name, start), pcm)
        path = clip.close(len(pcm))
        self._kept_to = end
        self._report(events.Closed(name, 0, round(len(pcm) / RATE_HZ, 3), start, path))
