"""Sound of 16 kHz, mono, int16, made of the bytes that a device sends.

What is more than 16 bits is kept until after the gain. Owned by one thread.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from core.audio import RATE_HZ
from core.pcm import Pcm

_BITS = 16

Channel = Literal["auto", "left", "right"]
Wave = npt.NDArray[np.float64]
"""Samples at 16 kHz in units of int16, not yet rounded."""

CHOOSES_S = 2.0
"""How long a device is measured: which channel is louder (an I2S microphone's other slot is empty
at once, and who speaks from one side later does not move the sound to it), and its offset."""

CUT_OFF_HZ = 20.0
"""Below any voice, above the offsets of cheap converters and the slow swing of a moving cable."""

SMALL = 0.001
"""Of full scale: an offset of 33 in 32,768, 34 dB under speech that is well levelled."""

AT_ONCE = 1600
"""Samples that are filtered at once: the powers below stay within 3e5 of one another."""


@dataclass(frozen=True, slots=True)
class Form:
    """The format of a device's sound: channels interleaved; int32 carries its bits left-aligned."""

    rate_hz: int
    channels: int
    format: str

    @property
    def frame_bytes(self) -> int:
        return self.channels * np.dtype(self.format).itemsize


@dataclass(frozen=True, slots=True)
class Taken:
    """Converted sound; and of what came in, samples at full scale and the mean as a share of it."""

    pcm: Pcm
    clipped: int
    dc: float


class Intake:
    """Converts one device's sound, in pieces of any length, as if it were one.

    Sound that comes as we want it, with no gain to give and no offset to take away, is left as it
    is: the filter is two thirds of what a block costs.
    """

    def __init__(self, form: Form, *, gain_db: float = 0.0, channel: Channel = "auto") -> None:
        self._form = form
        bits = np.dtype(form.format).itemsize * 8
        # The converter of a bare microphone gives 24 bits of the 32, of which the last 8 are 0.
        self._full = 32767 if bits == _BITS else 0x7FFFFF00
        self._unit = 2.0 ** (bits - _BITS)
        self._gain = 10 ** (gain_db / 20)
        self._choice = _Choice(form, channel)
        self._resampler = _resampler(form.rate_hz)
        self._high_pass: HighPass | None = HighPass()
        changes = gain_db != 0 or bits != _BITS or self._resampler is not None
        self._offset = None if changes else _Offset(form)

    def take(self, raw: bytes) -> Taken:
        """The sound in whole frames of the device; what the resampler holds back comes later."""
        frames = np.frombuffer(raw, self._form.format).reshape(-1, self._form.channels)
        heard = self._choice.of(frames)
        dc = float(heard.sum(dtype=np.int64)) / max(1, len(heard)) / (self._full + 1)
        if self._offset is not None and self._offset.is_small(dc, len(heard)):
            self._offset = self._high_pass = None
        return Taken(self._brought(heard), _at_full_scale(heard, self._full), dc)

    def _brought(self, heard: npt.NDArray[Any]) -> Pcm:
        if self._high_pass is None:
            return heard.astype(np.int16)
        wave = heard / self._unit
        if self._resampler is not None:
            wave = self._resampler.resample_chunk(wave.astype(np.float32)).astype(np.float64)
        return self._finished(wave, self._high_pass)

    def finish(self) -> Pcm:
        """The sound that the resampler still holds; what comes next is no continuation of it."""
        if self._resampler is None or self._high_pass is None:
            return np.zeros(0, np.int16)
        rest = self._resampler.resample_chunk(np.zeros(0, np.float32), last=True)
        self._resampler = _resampler(self._form.rate_hz)
        return self._finished(rest.astype(np.float64), self._high_pass)

    def _finished(self, wave: Wave, high_pass: "HighPass") -> Pcm:
        level = high_pass.filter(wave)
        if self._gain != 1.0:
            level *= self._gain
        np.rint(level, out=level)
        np.minimum(level, 32767, out=level)  # twice as fast as clip
        np.maximum(level, -32768, out=level)
        return level.astype(np.int16)


class HighPass:
    """A filter that removes what is slower than 20 Hz: y[n] = a (y[n-1] + x[n] - x[n-1]).

    The discrete form of one resistor and one capacitor, a = 1 / (1 + 2 pi cut-off / rate): see
    "High-pass filter" in Wikipedia, discrete-time realization. Written as a sum over powers of a,
    a block needs no loop.
    """

    def __init__(self) -> None:
        a = 1 / (1 + 2 * math.pi * CUT_OFF_HZ / RATE_HZ)
        self._powers = a ** np.arange(1, AT_ONCE + 1)
        self._inverse = a / self._powers
        self._x: float | None = None
        self._y = 0.0

    def filter(self, wave: Wave) -> Wave:
        """The next piece, filtered, in a new array; it may have any length."""
        if len(wave) <= AT_ONCE:
            return self._piece(wave) if len(wave) else wave.copy()
        return np.concatenate(
            [self._piece(wave[at : at + AT_ONCE]) for at in range(0, len(wave), AT_ONCE)]
        )

    def _piece(self, wave: Wave) -> Wave:
        before = wave[0] if self._x is None else self._x  # no thump where a stream begins
        steps = np.empty(len(wave))
        np.subtract(wave[1:], wave[:-1], out=steps[1:], dtype=np.float64)
        steps[0] = wave[0] - before
        steps *= self._inverse[: len(wave)]
        steps[0] += self._y
        np.cumsum(steps, out=steps)
        steps *= self._powers[: len(wave)]
        self._x, self._y = float(wave[-1]), float(steps[-1])
        return steps


class _Offset:
    """Measures the converter's offset: the mean of the first seconds."""

    def __init__(self, form: Form) -> None:
        self._sum, self._samples = 0.0, 0
        self._enough = round(form.rate_hz * CHOOSES_S)

    def is_small(self, dc: float, samples: int) -> bool:
        """True once it is known and small. What is known of the first seconds stays."""
        if self._samples < self._enough:
            self._sum += dc * samples
            self._samples += samples
        return self._samples >= self._enough and abs(self._sum) < SMALL * self._samples


class _Choice:
    """Chooses the channel: the one asked for, or the one that was louder at first."""

    def __init__(self, form: Form, channel: Channel) -> None:
        fixed = form.channels == 1 or channel != "auto"
        self._chosen = int(channel == "right" and form.channels > 1)
        self._undecided = 0 if fixed else round(form.rate_hz * CHOOSES_S)
        self._energy = np.zeros(form.channels)

    def of(self, frames: npt.NDArray[Any]) -> npt.NDArray[Any]:
        if self._undecided > 0 and len(frames):
            # Around the mean: an empty slot may hold any constant.
            self._energy += frames.var(axis=0) * len(frames)
            self._chosen = int(self._energy.argmax())
            self._undecided -= len(frames)
        return frames[:, self._chosen]


def _at_full_scale(heard: npt.NDArray[Any], full: int) -> int:
    if not len(heard) or (heard.max() < full and heard.min() > -full - 1):
        return 0
    return int(np.count_nonzero((heard >= full) | (heard <= -full - 1)))


def _resampler(rate_hz: int) -> Any:  # noqa: ANN401 - it has no types
    if rate_hz == RATE_HZ:
        return None
    import soxr  # noqa: PLC0415 - most devices do 16 kHz

    return soxr.ResampleStream(rate_hz, RATE_HZ, 1, dtype="float32")
