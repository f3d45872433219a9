"""The candidates of a file that is heard: the same cuts and the same weighing as live."""

from dataclasses import dataclass

from core.audio import RATE_HZ
from core.pcm import Pcm
from core.spool_port import Clip
from device.capture.clip_writer import ClipSource
from device.memory.recent_sound import Sound
from device.memory.utterances import Measured
from device.session import selection
from device.session.pieces import Piece, Pieces
from device.session.selection import Rules, Spoken, Weighed

from .ambient import LONGEST


@dataclass(frozen=True, slots=True)
class WeighedPiece:
    """An utterance, the detector's numbers about it, how it was weighed, and its clip."""

    piece: Piece
    measured: Measured
    weighed: Weighed
    clip: Clip
    pcm: Pcm

    @property
    def start_s(self) -> float:
        return self.piece.clip.start / RATE_HZ

    @property
    def end_s(self) -> float:
        return self.piece.clip.end / RATE_HZ


class FileCandidates:
    """Offers `hear` and `end` as the engine does; `take` gives what was found since."""

    def __init__(self, source: ClipSource, sound: Sound, rules: Rules) -> None:
        self.sound = sound
        self._source = source
        self._rules = rules
        self._pieces = Pieces(LONGEST)
        self._earlier = selection.nothing_yet(rules)
        self._found: list[WeighedPiece] = []

    def hear(self, pcm: Pcm, lost_samples: int = 0) -> None:
        """Take in a block, and weigh what has ended in it."""
        self.sound.take_in(pcm, lost_samples)
        self._found += map(self._weighed, self._pieces.ended(self.sound.heard))

    def end(self) -> None:
        """Weigh what is left: no more sound will come."""
        self._found += map(self._weighed, self._pieces.rest(self.sound.heard))

    def take(self) -> list[WeighedPiece]:
        """The utterances since this was last asked, in order."""
        found, self._found = self._found, []
        return found

    def _weighed(self, piece: Piece) -> WeighedPiece:
        start = piece.clip.start
        spoken = Spoken(
            at_s=piece.spoken.end / RATE_HZ,
            seconds=piece.spoken.duration_s,
            measured=self.sound.heard.measured(piece.spoken.start, piece.spoken.end),
            recorded=self._source.recorded(piece.spoken.start),
        )
        self._earlier, weighed = selection.weigh(self._earlier, spoken, self._rules)
        clip = self._source.clip(self._source.name(start), start)
        return WeighedPiece(
            piece, spoken.measured, weighed, clip, self.sound.ring.copy(start, piece.clip.end)
        )
