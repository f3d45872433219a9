"""Many channels to one, without losing what they say against each other. Pure.

A channel that is wired the wrong way round carries the same voice with the other sign; the mean of
the two is silence. Where channels cancel each other, they are turned the same way before the mean.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Piece = tuple[int, Floats]
"""Samples in a second, and float32 samples."""

BLOCK_S = 0.5
"""So much is looked at together: some syllables, so that one vowel decides nothing."""

CANCELS = 0.25
"""The mean's share of the channels' power below which they cancel each other: two channels that
are alike have 1, two that have nothing in common 0.5, a correlation of -0.5 this."""

GAINS = 2.0
"""Turning must win at least 3 dB: in 5.1 with one voice in the centre the mean is faint, too."""

QUIET = 1e-7
"""A power of -70 dB: what is said in it says nothing about the wiring."""

FADE_S = 0.01
"""Where a turn comes or goes, so that it is no click."""


def to_mono(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The same sound in one channel: of each piece (n, channels), samples of shape (n,).

    The plain mean wherever that does not cancel. Holds half a second of several channels.
    """
    held: list[Floats] = []
    form: tuple[int, int] | None = None
    mixer = Mixer()
    for rate_hz, frames in pieces:
        if form != (rate_hz, frames.shape[1]):
            yield from _mixed(held, mixer, form)
            form, mixer = (rate_hz, frames.shape[1]), Mixer()
        held.append(frames)
        if frames.shape[1] == 1 or sum(map(len, held)) >= BLOCK_S * rate_hz:
            yield from _mixed(held, mixer, form)
    yield from _mixed(held, mixer, form)


def _mixed(held: list[Floats], mixer: "Mixer", form: tuple[int, int] | None) -> Iterator[Piece]:
    if held and form is not None:
        block = held[0] if len(held) == 1 else np.concatenate(held)
        held.clear()
        yield form[0], mixer.mix(block, round(FADE_S * form[0]))


class Mixer:
    """Mixes blocks of one sound, and remembers which channels are turned."""

    def __init__(self) -> None:
        self._signs: Floats | None = None  # None: no channel is turned
        self._begun = False

    def mix(self, block: Floats, fade: int) -> Floats:
        """One channel out of (n, channels); a float file's infinities become silence."""
        if block.shape[1] == 1:
            return _finite(block[:, 0])
        with np.errstate(invalid="ignore", over="ignore"):
            before, plain = self._signs, _mean(block)
            self._signs = self._choose(block, plain)
            mono = plain if self._signs is None else _mean(block * self._signs)
            if self._begun and not _alike(before, self._signs):
                _fade(block, before, mono[:fade])
            self._begun = True
        return _finite(mono)

    def _choose(self, block: Floats, plain: Floats) -> Floats | None:
        power = _power(block)
        if not power > QUIET:
            return self._signs
        if self._signs is not None:
            return self._signs if _power(_mean(block * self._signs)) > _power(plain) else None
        if _power(plain) >= CANCELS * power:
            return None
        signs = _turned_alike(block)
        gained = _power(_mean(block * signs)) > GAINS * _power(plain)
        return signs if gained else None


def _mean(block: Floats) -> Floats:
    """The mean over channels."""
    if block.shape[1] == 2:  # noqa: PLR2004 - the same to the bit, in a fifth of the time
        both: Floats = (block[:, 0] + block[:, 1]) * np.float32(0.5)
        return both
    mean: Floats = block.mean(axis=1)
    return mean


def _turned_alike(block: Floats) -> Floats:
    """A sign for each channel, so that each says the same as the loudest."""
    powers = np.einsum("ij,ij->j", block, block)
    together = block.T @ block[:, int(powers.argmax())]
    return np.where(together < 0, np.float32(-1), np.float32(1))


def _fade(block: Floats, before: Floats | None, mono: Floats) -> None:
    head = block[: len(mono)]
    old = _mean(head if before is None else head * before)
    share = np.linspace(0, 1, len(mono), dtype=np.float32)
    mono[:] = old + share * (mono - old)


def _alike(one: Floats | None, other: Floats | None) -> bool:
    if one is None or other is None:
        return one is other
    return bool(np.array_equal(one, other))


def _power(sound: Floats) -> float:
    """The mean square of all its samples."""
    return float(np.vdot(sound, sound)) / max(1, sound.size)


def _finite(mono: Floats) -> Floats:
    found: Floats = np.nan_to_num(mono, nan=0.0, posinf=0.0, neginf=0.0)
    return found
