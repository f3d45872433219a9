"""Makes `sounds/` out of `moments.jsonl`: synthesised voices over noise of our own making.

    python -m dashboard.demo.make_recordings [ID …]

For whoever changes the demo; nobody else needs flite and ffmpeg (both in Debian). The same
text gives the same bytes on the same machine.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import wave
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.audio import RATE_HZ, Pcm
from dashboard.demo import FOLDER, SCENE, SOUNDS, Spoken, everything_spoken

Floats = NDArray[np.float64]

SPEECH_DBFS = -24.0
"""Somebody who speaks to herself, at the distance of a collar; loud rooms come nearer to it."""

LEAD_S, TAIL_S = 0.6, 0.8
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.35, 0.75
WORDLESS_S = 7.0

SPOKEN_AS = {"Hm.": "um.", "Niamh": "neev", "Ha.": "hah."}
"""What the synthesiser would spell out, or say by its letters."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One of flite's voices, made into a person: `pitch` and `pace` multiply what it does.

    `size` below 1 lowers pitch and timbre together, as a larger throat would.
    """

    flite: str
    pitch: float = 1.0
    pace: float = 1.0
    size: float = 1.0


VOICES = {
    "her": Voice("slt", pitch=1.06, pace=0.95),
    "mother": Voice("slt", pitch=1.02, pace=0.94, size=0.88),
    "neighbour": Voice("rms", pace=1.02),
}


@dataclass(frozen=True, slots=True)
class Bed:
    """A noise: `slope` in powers of frequency, a hum, and things that come and go in it."""

    slope: float
    from_hz: float
    to_hz: float
    hum_hz: float = 0.0
    swells_a_minute: float = 0.0
    drops_a_minute: float = 0.0


BEDS = {
    "room": Bed(1.0, 60, 3_000),
    "night": Bed(1.5, 40, 1_200),
    "kitchen": Bed(1.0, 60, 2_500, hum_hz=100),
    "cellar": Bed(1.2, 50, 1_500, drops_a_minute=30),
    "workshop": Bed(0.3, 200, 6_000, hum_hz=50, drops_a_minute=60),
    "river": Bed(0.5, 150, 5_000, swells_a_minute=20),
    "street": Bed(1.0, 60, 3_500, swells_a_minute=12),
    "traffic": Bed(1.1, 50, 4_000, swells_a_minute=30),
}


def make(spoken: Spoken, workplace: Path) -> None:
    """Write one recording."""
    chance = np.random.default_rng(zlib.crc32(spoken.id.encode()))
    speech = _scene(workplace) if spoken.sound == SCENE else _said(spoken, chance, workplace)
    noise = _noise(BEDS[spoken.bed], spoken.bed_dbfs, speech.size, chance)
    mixed = speech + noise
    _encode(np.clip(np.rint(mixed * 32767), -32768, 32767).astype(np.int16), spoken.sound)


def _said(spoken: Spoken, chance: Generator, workplace: Path) -> Floats:
    if not spoken.text:
        return np.zeros(_samples(WORDLESS_S))
    parts = [np.zeros(_samples(LEAD_S))]
    for sentence in re.split(r"(?<=[.?!])\s+", spoken.text):
        pause_s = chance.uniform(SHORTEST_PAUSE_S, LONGEST_PAUSE_S)
        voice = VOICES[spoken.voice]
        parts += [_sentence(sentence, voice, chance, workplace), np.zeros(_samples(pause_s))]
    return _levelled(np.concatenate([*parts, np.zeros(_samples(TAIL_S))]))


def _scene(workplace: Path) -> Floats:
    """The last scene, each sentence at its planned time."""
    planned = json.loads((FOLDER / "planted.json").read_text(encoding="utf-8"))["scene_plan"]
    track = np.zeros(_samples(planned["seconds"]))
    chance = np.random.default_rng(zlib.crc32(b"scene"))
    for each in planned["sentences"]:
        said = _sentence(each["text"], VOICES["her"], chance, workplace)
        start = _samples(each["start_s"])
        track[start : start + said.size] += said
        sys.stderr.write(f"{each['start_s']:6.2f} {(start + said.size) / RATE_HZ:6.2f}\n")
    return _levelled(track)


def _sentence(text: str, voice: Voice, chance: Generator, workplace: Path) -> Floats:
    """One sentence, dry, without the silence around it; no two in quite the same pitch."""
    for written, spoken in SPOKEN_AS.items():
        text = text.replace(written, spoken)
    pitch = voice.pitch * chance.uniform(0.96, 1.05)
    stretch = voice.size / voice.pace * chance.uniform(0.97, 1.06)
    target = workplace / "sentence.wav"
    _run(
        *("flite", "-voice", voice.flite, "-t", text, "-o", str(target)),
        *("--setf", f"f0_shift={pitch:.3f}", "--setf", f"duration_stretch={stretch:.3f}"),
    )
    with wave.open(str(target)) as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    return _trimmed(_resized(pcm / 32768, voice.size))


def _resized(sound: Floats, size: float) -> Floats:
    """The same samples played slower, as a tape would: longer, deeper."""
    at = np.arange(0, sound.size - 1, size)
    return np.interp(at, np.arange(sound.size), sound)


def _trimmed(sound: Floats) -> Floats:
    loud = np.flatnonzero(np.abs(sound) > 10 ** (-45 / 20))
    margin = _samples(0.03)
    return sound[max(0, loud[0] - margin) : loud[-1] + margin]


def _levelled(speech: Floats) -> Floats:
    """At SPEECH_DBFS, counted where somebody speaks."""
    frames = speech[: speech.size // 512 * 512].reshape(-1, 512)
    power = (frames**2).mean(axis=1)
    speaking = power[power > power.max() * 1e-4].mean()
    return speech * 10 ** (SPEECH_DBFS / 20) / np.sqrt(speaking)


def _noise(bed: Bed, dbfs: float, samples: int, chance: Generator) -> Floats:
    at_s = np.arange(samples) / RATE_HZ
    noise = _coloured(bed, samples, chance)
    for centre_s in _chances(bed.swells_a_minute, at_s[-1], chance):
        noise *= 1 + chance.uniform(0.5, 2) * np.exp(-(((at_s - centre_s) / 1.2) ** 2))
    if bed.hum_hz:
        noise += sum(
            0.4 / n * np.sin(2 * np.pi * n * bed.hum_hz * at_s + chance.uniform(0, 6))
            for n in (1, 2, 3)
        )
    for start_s in _chances(bed.drops_a_minute, at_s[-1], chance):
        since_s = np.maximum(at_s - start_s, 0)
        ring = np.sin(2 * np.pi * chance.uniform(700, 1_900) * since_s) * np.exp(-since_s * 60)
        noise += chance.uniform(0.5, 1.5) * ring
    return noise * 10 ** (dbfs / 20) / np.sqrt((noise**2).mean())


def _coloured(bed: Bed, samples: int, chance: Generator) -> Floats:
    hz = np.fft.rfftfreq(samples, 1 / RATE_HZ)
    shape = np.where((hz > bed.from_hz) & (hz < bed.to_hz), np.maximum(hz, 1) ** -bed.slope, 0)
    noise = np.fft.irfft(np.fft.rfft(chance.standard_normal(samples)) * shape, samples)
    return noise / noise.std()


def _chances(a_minute: float, seconds: float, chance: Generator) -> Floats:
    return chance.uniform(0, seconds, round(a_minute * seconds / 60))


def _encode(pcm: Pcm, target: Path) -> None:
    """Opus at the bit rate at which the worker keeps sound; no date and no version in the file."""
    _run(
        *("ffmpeg", "-v", "error", "-y", "-f", "s16le", "-ar", str(RATE_HZ), "-ac", "1", "-i", "-"),
        *("-c:a", "libopus", "-b:a", "24k", "-application", "voip"),
        *("-flags", "+bitexact", "-fflags", "+bitexact", "-f", "mp4", str(target)),
        given=pcm.tobytes(),
    )


def _run(program: str, *arguments: str, given: bytes = b"") -> None:
    found = shutil.which(program)
    if found is None:
        sys.exit(f"There is no {program} here. Install it: apt-get install {program}.")
    subprocess.run([found, *arguments], input=given, check=True)


def _samples(seconds: float) -> int:
    return round(seconds * RATE_HZ)


def main(wanted: Iterable[str]) -> None:
    """Make the recordings with these ids, or all."""
    SOUNDS.mkdir(exist_ok=True)
    names = set(wanted)
    with tempfile.TemporaryDirectory() as folder:
        for spoken in everything_spoken():
            if not names or spoken.id in names:
                make(spoken, Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
