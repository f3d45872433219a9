"""Whether a frame is worth the speech model's while: by its loudness alone. No audio, no clock."""

import math
from collections import deque

FLOOR_SHARE = 0.1
"""The floor is what this share of the last minute stays under: in a talk without end, the pauses
between words; in a room, its tone."""

FLOOR_FRAMES = 1875
"""A minute: talk of half a minute does not lift the floor. Of 1,550 utterances in rooms, rain,
surf, fire and rotor noise a minute costs 1 and begins 1 late, a quarter of it 4 and 3."""

ABOVE_FLOOR_DB = 8
"""A frame this much above the floor wakes. At 10 dB 6 of those 1,550 are lost and 8 begun late; at
6 dB it sleeps in less than half of what is not speech, since surf and fire wake it."""

QUIETEST_DB = -90
"""One step of a sample: below it is digital silence, above which every hiss would wake."""

HOLD_FRAMES = 8
"""Sleep begins a quarter of a second after the last frame that was loud, or likely to be speech:
the second is asked of the model, so that a word's soft end needs no longer hold."""

FIRST_FRAMES = 31
"""In the first second nothing is known of the floor: awake."""


class EnergyGate:
    """Asleep while nothing rises above the running floor. About a microsecond a frame.

    What matters is loudness against what was heard of late, so a quiet microphone
    changes nothing.
    """

    def __init__(self) -> None:
        self._floor = _RunningFloor()
        self._hold = FIRST_FRAMES

    @property
    def awake(self) -> bool:
        return self._hold > 0

    def feed(self, power: float) -> bool:
        """Account for one frame by its mean square (full scale is 1); whether it is awake now."""
        level_db = 10 * math.log10(power + 1e-12)
        if level_db > max(self._floor.feed(level_db), QUIETEST_DB) + ABOVE_FLOOR_DB:
            self._hold = max(self._hold, HOLD_FRAMES)
        elif self._hold:
            self._hold -= 1
        return self._hold > 0

    def stay_awake(self) -> None:
        """The model heard what may be speech, however quiet."""
        self._hold = max(self._hold, HOLD_FRAMES)


class _RunningFloor:
    """The level under which FLOOR_SHARE of the last FLOOR_FRAMES lie, in whole dB.

    Frames are counted by level; the floor moves by single steps as they come and go.
    """

    def __init__(self) -> None:
        self._levels: deque[int] = deque()
        self._counts = [0] * _LEVELS
        self._floor = 0
        self._below = 0  # frames of a level below the floor's

    def feed(self, level_db: float) -> int:
        level = min(max(math.floor(level_db) + _LEVELS - 1, 0), _LEVELS - 1)
        self._levels.append(level)
        self._count(level, 1)
        if len(self._levels) > FLOOR_FRAMES:
            self._count(self._levels.popleft(), -1)
        self._settle(FLOOR_SHARE * len(self._levels))
        return self._floor - (_LEVELS - 1)

    def _count(self, level: int, by: int) -> None:
        self._counts[level] += by
        self._below += by * (level < self._floor)

    def _settle(self, wanted: float) -> None:
        while self._below > wanted:
            self._floor -= 1
            self._below -= self._counts[self._floor]
        while self._below + self._counts[self._floor] <= wanted:
            self._below += self._counts[self._floor]
            self._floor += 1


_LEVELS = 121
"""From -120 dB, below the noise of any number that fits, to full scale, a dB each."""
