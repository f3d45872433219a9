"""Measures the microphone's loudness, clipping and offset, and says what is wrong with it."""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.audio import RATE_HZ
from core.capture_status import Levels
from device.ports import Block

REMEMBERED_S = 60

ZEROS_S = 10
"""No room is so quiet; a headset that gates its noise sends zeros between two sentences."""

CLIPPED = 0.001
"""One sample in a thousand is 60 ms of flat tops in a minute: more than a slammed door leaves.
The development day, 6 dB louder than it is, has three times that."""

OFFSET = 0.02
"""A sound card's own offset is a tenth of it; from here on it is a wrong wire or a dying part."""

TOO_QUIET_DBFS = -45
"""For the loudest second, where speech was heard. A near voice has -21 there, and the gate is
given 30 dB at most: 6 more, a turned head, and it loses words."""

TOO_LOUD_DBFS = -35
"""For the quietest seconds without speech: a near voice's mean is -26, and with less than 10 dB
between the two words are lost."""

SPEECH_S = 3
"""Less speech in a minute, or fewer seconds without any, say nothing about either."""

LOWEST, HIGHEST = -32768, 32767

WANTED_DBFS = -21
"""Where the loudest second of a near voice lies."""


@dataclass(slots=True)
class _Second:
    """Sums over about a second, so that blocks of any length add up."""

    samples: int = 0
    energy: float = 0.0
    clipped: int = 0
    offset: float = 0.0
    spoken: bool = False

    @property
    def dbfs(self) -> float:
        return 10 * math.log10(self.energy / max(self.samples, 1) + 1e-12)


class LevelMeter:
    """Accounts for the last minute of one stream; about 5 us a block (measured, x86)."""

    def __init__(self) -> None:
        self._seconds: deque[_Second] = deque(maxlen=REMEMBERED_S)
        self._running = _Second()
        self._zero_samples = 0

    def take_in(self, block: Block, *, speaking: bool = False) -> None:
        """Account for a block; `speaking` is what the speech gate makes of it."""
        if block.pcm.size == 0:
            return
        highest, lowest = int(block.pcm.max()), int(block.pcm.min())
        silent = highest == lowest == 0
        self._zero_samples = self._zero_samples + block.pcm.size if silent else 0
        sound = block.pcm.astype(np.float32)
        second = self._running
        second.samples += block.pcm.size
        second.energy += float(np.dot(sound, sound)) / 32768**2
        second.clipped += max(block.clipped, _at_full_scale(block, highest, lowest))
        second.offset += block.dc * block.pcm.size
        second.spoken |= speaking
        if second.samples >= RATE_HZ:
            self._seconds.append(second)
            self._running = _Second()

    def levels(self) -> Levels:
        """The levels of the last minute, and after the first second a sentence about the worst."""
        seconds = list(self._seconds) or [self._running]
        samples = max(sum(each.samples for each in seconds), 1)
        levels = Levels(
            floor_dbfs=round(_floor(seconds), 1),
            loudest_dbfs=round(max(each.dbfs for each in seconds), 1),
            clipped_share=round(sum(each.clipped for each in seconds) / samples, 6),
            dc=round(sum(each.offset for each in seconds) / samples, 4),
        )
        if not self._seconds:
            return levels
        return _judged(levels, seconds, self._zero_samples / RATE_HZ)


def _at_full_scale(block: Block, highest: int, lowest: int) -> int:
    """The samples that our own gain has driven there: the block counts those before it."""
    if highest < HIGHEST and lowest > LOWEST:
        return 0
    return int(np.count_nonzero((block.pcm == HIGHEST) | (block.pcm == LOWEST)))


def _floor(seconds: Sequence[_Second]) -> float:
    """The loudness that nine tenths of them lie above."""
    return sorted(each.dbfs for each in seconds)[len(seconds) // 10]


def _judged(levels: Levels, seconds: Sequence[_Second], zeros_s: float) -> Levels:
    """The same levels with a sentence, where one is due; what hides the rest comes first."""
    spoken = [each for each in seconds if each.spoken]
    quiet = [each for each in seconds if not each.spoken]
    finding: tuple[str, str] | None = None
    if zeros_s >= ZEROS_S:
        finding = _SILENT
    elif levels.clipped_share > CLIPPED:
        finding = _clipping(levels.clipped_share)
    elif abs(levels.dc) > OFFSET:
        finding = _offset(levels.dc)
    elif len(spoken) >= SPEECH_S and levels.loudest_dbfs < TOO_QUIET_DBFS:
        finding = _too_quiet(levels.loudest_dbfs)
    elif len(quiet) >= SPEECH_S and _floor(quiet) > TOO_LOUD_DBFS:
        finding = _noisy(_floor(quiet))
    return levels if finding is None else replace(levels, sentence=finding[0], advice=finding[1])


_SILENT = (
    f"The microphone has sent nothing but zeros for {ZEROS_S} s.",
    "Look for a mute switch on it or in the system's mixer, and whether its cable is in.",
)


def _clipping(share: float) -> tuple[str, str]:
    return (
        f"The microphone is too loud: {share:.1%} of the last minute is cut off at full scale.",
        "Turn it down in the system's mixer, or device.gain_db in settings.toml, or move it away.",
    )


def _offset(dc: float) -> tuple[str, str]:
    return (
        f"The microphone's zero is off by {abs(dc):.0%} of full scale.",
        "Check its wires, ground first, or try another one; what is kept stays usable.",
    )


def _too_quiet(loudest_dbfs: float) -> tuple[str, str]:
    by_db = round(WANTED_DBFS - loudest_dbfs)
    return (
        f"The microphone is too quiet: speech reaches {loudest_dbfs:.0f} dB of full scale.",
        f"Move it nearer, turn it up in the system's mixer, or raise device.gain_db by {by_db}.",
    )


def _noisy(floor_dbfs: float) -> tuple[str, str]:
    return (
        f"It is loud around the microphone: never below {floor_dbfs:.0f} dB of full scale.",
        "Move it away from fans and from cloth that rubs; in a quiet room, try another cable.",
    )
