"""Loudness for the gate alone: Silero hears a quiet microphone as silence. Never what is kept."""

import math
from collections import deque

import numpy as np
import numpy.typing as npt

from core.audio import FRAME_SAMPLES
from core.pcm import Pcm, as_float

TARGET_RMS = 10 ** (-27 / 20)
"""Where speech into a near microphone lies; the development data is spread around it."""

LOUDEST_GAIN = 10 ** (30 / 20)
"""Speech 30 dB too quiet is heard again (20 of 224 utterances lost without it at -40 dB, 2 with
it); what needs more than that drowns in the microphone's own noise."""

LOUD_SHARE = 95
"""The percentile of the frames that counts as the level: half a minute holds 1.5 s above it."""


def levelled(frames: Pcm) -> Pcm:
    """The same whole frames, made louder where even their loud parts are quiet; never quieter."""
    sound = as_float(frames)
    loudness = np.sqrt(np.mean(sound.reshape(-1, FRAME_SAMPLES) ** 2, axis=1))
    level = float(np.percentile(loudness, LOUD_SHARE))
    gain = min(LOUDEST_GAIN, TARGET_RMS / max(level, TARGET_RMS / LOUDEST_GAIN))
    if gain <= 1:
        return frames
    louder: Pcm = np.clip(sound * gain * 32768, -32768, 32767).astype(np.int16)
    return louder


LOUDEST_SECOND = 10 ** (-21 / 10)
"""Towards this mean square the loudest second of a live stream is brought. A near voice whose
mean is -26 dB has seconds of -21; with -26 for the loudest, the development day at -30 dB falls
into 59 utterances, at 0 dB into 56, and with -21 into 57 or 56."""

SECOND_FRAMES = 31

REMEMBERED_S = 60
"""Nobody is loud for ever: a shout is forgotten after a minute. Half of it changes nothing."""


LOUDEST_FRAME = 10 ** (-12 / 10)
"""No frame is made louder than this mean square. Without it the first word after a silence is
clipped until its second is over: of 400 single words, a second and a half into a stream, 5.6 %
instead of 4.5 did not open the gate. At -15 dB as many words, and two noises of 161 more."""

FORGOTTEN_A_FRAME = 10 ** (-12 / 10 / SECOND_FRAMES)
"""What was loud holds the gain down for a second or two, lest it pump between syllables."""


class RunningGain:
    """`levelled` for a stream whose end is not known: a gain for each frame as it comes.

    Slow to rise, a minute after what was loud; quick to fall, at once where a frame would
    be clipped. Between 1 and LOUDEST_GAIN. A microsecond a frame.
    """

    def __init__(self) -> None:
        self._powers: deque[float] = deque([0.0] * SECOND_FRAMES, SECOND_FRAMES)
        self._sum = 0.0
        self._seconds: deque[float] = deque([0.0], REMEMBERED_S)
        self._frames = 0
        self._remembered = 0.0  # the loudest of the seconds that are over
        self._loudest = 0.0  # of the second that runs
        self._peak = 0.0  # the loudest frame of late

    def feed(self, power: float) -> float:
        """Account for one frame by its mean square; how much louder the gate should hear it."""
        self._peak = max(power, self._peak * FORGOTTEN_A_FRAME)
        self._sum = max(self._sum + power - self._powers[0], 0.0)
        self._powers.append(power)
        self._loudest = max(self._loudest, self._sum / SECOND_FRAMES)
        level = max(self._remembered, self._loudest)
        self._frames += 1
        if self._frames % SECOND_FRAMES == 0:
            self._seconds.append(self._loudest)
            self._remembered, self._loudest = max(self._seconds), 0.0
        if level >= LOUDEST_SECOND:
            return 1.0
        gain = math.sqrt(LOUDEST_SECOND / max(level, 1e-12))
        unclipped = math.sqrt(LOUDEST_FRAME / max(self._peak, 1e-12))
        return max(1.0, min(LOUDEST_GAIN, gain, unclipped))


def louder(frames: Pcm, gains: npt.NDArray[np.float32]) -> Pcm:
    """The same whole frames, each by its own gain; clipped at full scale."""
    sound = frames.reshape(-1, FRAME_SAMPLES) * gains[:, np.newaxis]
    np.clip(sound, -32768, 32767, out=sound)
    result: Pcm = sound.astype(np.int16).reshape(-1)
    return result
