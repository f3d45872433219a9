"""Sounds that are hard to hear, made of the recordings that the project carries."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.audio import RATE_HZ
from core.pcm import Pcm
from dashboard.demo import SOUNDS
from pipeline import media

Wave = npt.NDArray[np.float64]

PILL_BOX = Path(__file__).resolve().parents[2] / "recordings" / "pill_box.opus"
SPOKEN = (
    "my pill box rang again this morning nobody in the house reacts to that siren "
    "because it cries too often"
).split()

ROOTS = (220.0, 174.6, 196.0, 220.0) * 3
VOWELS = ((700.0, 1220.0), (400.0, 2000.0))
"""The first two formants of an a and of an e."""

FULL_SCALE = 32_767
BLOCK = 512


def voice() -> Wave:
    """Somebody speaks for six seconds."""
    return _decoded(PILL_BOX)


def other_voice() -> Wave:
    """Somebody else."""
    return _decoded(SOUNDS / "soldering.m4a")


def pcm(wave: Wave) -> Pcm:
    return np.rint(np.clip(wave, -FULL_SCALE, FULL_SCALE)).astype(np.int16)


def clipped() -> Wave:
    """So loud that its waves are flat."""
    return np.clip(20 * voice(), -FULL_SCALE, FULL_SCALE)


def in_noise() -> Wave:
    """Noise as strong as the voice: 0 dB."""
    return voice() + _hiss(voice().size) * _loudness(voice())


def two_at_once() -> Wave:
    one, other = voice(), other_voice()
    size = min(one.size, other.size)
    return one[:size] + other[:size] * _loudness(one) / _loudness(other)


def telephone() -> Wave:
    """300 to 3,400 Hz, 8,000 samples a second, eight bits by the mu-law of ITU-T G.711."""
    spectrum = np.fft.rfft(voice())
    at_hz = np.fft.rfftfreq(voice().size, 1 / RATE_HZ)
    spectrum[(at_hz < 300) | (at_hz > 3_400)] = 0
    narrow = np.fft.irfft(spectrum, voice().size)[::2] / FULL_SCALE
    law = np.sign(narrow) * np.log1p(255 * np.abs(narrow)) / np.log(256)
    coded = np.rint(law * 127) / 127
    heard = np.sign(coded) * np.expm1(np.abs(coded) * np.log(256)) / 255 * FULL_SCALE
    there: Wave = np.interp(np.arange(voice().size) / 2, np.arange(heard.size), heard)
    return there


def whispered() -> Wave:
    """Its vowels and consonants, with a hiss in the place of the voice's own tone."""
    spectra = _spectra(voice())
    smooth: Wave = np.array([_envelope(row) for row in np.abs(spectra)])
    hiss = _spectra(_hiss(voice().size))
    return _joined(smooth * hiss / np.abs(hiss).mean(), voice().size) * 2


def sung() -> Wave:
    """Chords, and over them a voice with vibrato that sings vowels and no word."""
    sung = zip(ROOTS, VOWELS * 6, strict=True)
    song = np.concatenate([_chord(hz) + 3 * _sung_note(2 * hz, vowel) for hz, vowel in sung])
    loud: Wave = 20_000 * song / np.abs(song).max()
    return loud


def over_music() -> Wave:
    """Somebody speaks while music plays, as loud as the voice."""
    chords = np.concatenate([_chord(hz) for hz in ROOTS])[: voice().size]
    return voice() + chords / _loudness(chords) * _loudness(voice())


def talk(seconds: float) -> Pcm:
    """One utterance of any length: sentences without a pause between them."""
    files = sorted(SOUNDS.glob("*.m4a"))
    spoken = np.concatenate([_without_pauses(_decoded(file)) for file in files])
    return pcm(np.resize(spoken, round(seconds * RATE_HZ)))


def _chord(root_hz: float) -> Wave:
    chord: Wave = np.sum([_tone(root_hz * ratio) for ratio in (1, 5 / 4, 3 / 2)], axis=0)
    return chord


def _sung_note(hz: float, formants_hz: tuple[float, float]) -> Wave:
    """Partials, the louder the nearer they are to where the mouth resounds."""
    partials = hz * np.arange(1, 20)
    loud = [sum(np.exp(-(((each - f) / 150) ** 2)) for f in formants_hz) for each in partials]
    tones = [(0.02 + by) * _tone(each) for each, by in zip(partials, loud, strict=True)]
    note: Wave = np.sum(tones, axis=0)
    return note


def _tone(hz: float) -> Wave:
    """A second of it, with the vibrato of a voice: a fiftieth up and down."""
    at_s = np.arange(RATE_HZ) / RATE_HZ
    wave: Wave = np.sin(2 * np.pi * hz * (at_s + 0.0006 * np.sin(2 * np.pi * 5.5 * at_s)))
    return wave


def _decoded(file: Path) -> Wave:
    return np.concatenate(list(media.decode(file))).astype(np.float64)


def _hiss(size: int) -> Wave:
    return np.random.default_rng(11).normal(0, 1, size)


def _loudness(wave: Wave) -> float:
    return float(np.sqrt(np.mean(wave**2)))


def _without_pauses(wave: Wave) -> Wave:
    blocks = wave[: wave.size // BLOCK * BLOCK].reshape(-1, BLOCK)
    loud = np.sqrt(np.mean(blocks**2, axis=1)) > 0.05 * _loudness(wave)
    kept: Wave = blocks[loud].reshape(-1)
    return kept


def _spectra(wave: Wave) -> npt.NDArray[np.complex128]:
    starts = range(0, wave.size - BLOCK, BLOCK // 2)
    return np.array([np.fft.rfft(wave[at : at + BLOCK] * np.hanning(BLOCK)) for at in starts])


def _envelope(magnitudes: Wave) -> Wave:
    """The shape of a vowel without the lines of its tone: a mean over 250 Hz."""
    return np.convolve(magnitudes, np.ones(8) / 8, mode="same")


def _joined(spectra: npt.NDArray[np.complex128], size: int) -> Wave:
    wave = np.zeros(size)
    for nth, row in enumerate(spectra):
        at = nth * BLOCK // 2
        wave[at : at + BLOCK] += np.fft.irfft(row, BLOCK)
    return wave
