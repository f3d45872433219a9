"""Makes `sounds/` out of `moments.jsonl`: synthesised voices over noise of our own making.

    python -m dashboard.demo.make_recordings [ID …]

For whoever changes the demo; nobody else needs Debian's flite, festival with
festvox-us-slt-hts, and ffmpeg. The same
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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.audio import RATE_HZ
from core.pcm import Pcm
from dashboard.demo import FOLDER, SCENE, SOUNDS, Spoken, everything_spoken

Floats = NDArray[np.float64]

SPEECH_DBFS = -24.0
"""Somebody who speaks to herself, at the distance of a collar; loud rooms come nearer to it."""

LEAD_S, TAIL_S = 0.6, 0.8
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.35, 0.75
WORDLESS_S = 7.0

SPOKEN_AS = {"um": "uh", "hm": "uh", "Niamh": "neave", "centimetres": "centimeters"}
"""Spellings for words that the synthesisers would otherwise spell out or mispronounce."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of festival or flite, made into a person.

    `pace` is how fast it speaks; `size` below 1 lowers pitch and timbre together, as a
    larger throat would.
    """

    program: Literal["festival", "flite"]
    name: str
    pace: float = 1.0
    size: float = 1.0


VOICES = {
    "her": Voice("festival", "cmu_us_slt_arctic_hts", pace=0.95),
    "mother": Voice("flite", "slt", pace=0.9, size=0.88),
    "neighbour": Voice("flite", "rms"),
}
"""Hers is the clearest woman in Debian: tiny.en mishears 6 % of its words, 12 % of flite's slt."""


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
    is_scene = spoken.sound == SCENE
    speech = _scene(chance, workplace) if is_scene else _said(spoken, chance, workplace)
    noise = _noise(BEDS[spoken.bed], spoken.bed_dbfs, speech.size, chance)
    mixed = speech + noise
    _encode(np.clip(np.rint(mixed * 32767), -32768, 32767).astype(np.int16), spoken.sound)


def _said(spoken: Spoken, chance: Generator, workplace: Path) -> Floats:
    if not spoken.text:
        return np.zeros(_samples(WORDLESS_S))
    sentences = re.split(r"(?<=[.?!])\s+", spoken.text)
    parts = [np.zeros(_samples(LEAD_S))]
    for said in _sentences(sentences, VOICES[spoken.voice], chance, workplace):
        pause_s = chance.uniform(SHORTEST_PAUSE_S, LONGEST_PAUSE_S)
        parts += [said, np.zeros(_samples(pause_s))]
    return _levelled(np.concatenate([*parts, np.zeros(_samples(TAIL_S))]))


def _scene(chance: Generator, workplace: Path) -> Floats:
    """The last scene, each sentence at its planned time."""
    plan = json.loads((FOLDER / "planted.json").read_text(encoding="utf-8"))["scene_plan"]
    track = np.zeros(_samples(plan["seconds"]))
    texts = [each["text"] for each in plan["sentences"]]
    for each, said in zip(
        plan["sentences"], _sentences(texts, VOICES["her"], chance, workplace), strict=True
    ):
        start = _samples(each["start_s"])
        track[start : start + said.size] += said
        sys.stderr.write(f"{each['start_s']:6.2f} to {(start + said.size) / RATE_HZ:6.2f} s\n")
    return _levelled(track)


def _sentences(
    texts: Sequence[str], voice: Voice, chance: Generator, workplace: Path
) -> list[Floats]:
    """Each sentence dry, without silence around it; no two in quite the same pace and pitch."""
    sizes = voice.size * chance.uniform(0.98, 1.02, len(texts))
    paces = voice.pace / voice.size * chance.uniform(0.95, 1.04, len(texts))
    files = [workplace / f"{number}.wav" for number in range(len(texts))]
    speak = _festival if voice.program == "festival" else _flite
    speak(voice.name, [(_as_spoken(t), p, f) for t, p, f in zip(texts, paces, files, strict=True)])
    return [_trimmed(_resized(_read(file), size)) for file, size in zip(files, sizes, strict=True)]


def _festival(voice: str, wanted: Iterable[tuple[str, float, Path]]) -> None:
    """All in one process, since it takes a second to load."""
    script = "".join(
        f'(set! hts_engine_params (cons \'("-r" {pace:.3f}) {voice}::hts_engine_params))\n'
        f'(utt.save.wave (utt.synth (Utterance Text "{text}")) "{file}" \'riff)\n'
        for text, pace, file in wanted
    )
    _run("festival", "--pipe", given=f"(voice_{voice})\n{script}".encode())


def _flite(voice: str, wanted: Iterable[tuple[str, float, Path]]) -> None:
    for text, pace, file in wanted:
        stretch = f"duration_stretch={1 / pace:.3f}"
        _run("flite", "-voice", voice, "-t", text, "-o", str(file), "--setf", stretch)


def _as_spoken(text: str) -> str:
    for written, spoken in SPOKEN_AS.items():
        text = re.sub(rf"\b{written}\b", spoken, text, flags=re.IGNORECASE)
    return text


def _read(file: Path) -> Floats:
    """At RATE_HZ; the voices come at 16 or 32 kHz, and what lies above 8 goes."""
    with wave.open(str(file)) as opened:
        pcm = np.frombuffer(opened.readframes(opened.getnframes()), np.int16) / 32768
        wanted = pcm.size * RATE_HZ // opened.getframerate()
    sound: Floats = np.fft.irfft(np.fft.rfft(pcm)[: wanted // 2 + 1], wanted) * wanted / pcm.size
    return sound


def _resized(sound: Floats, size: float) -> Floats:
    """The same samples played slower or faster, as a tape would."""
    at = np.arange(0, sound.size - 1, size)
    resized: Floats = np.interp(at, np.arange(sound.size), sound)
    return resized


def _trimmed(sound: Floats) -> Floats:
    loud = np.flatnonzero(np.abs(sound) > 10 ** (-45 / 20))
    margin = _samples(0.03)
    return sound[max(0, loud[0] - margin) : loud[-1] + margin]


def _levelled(speech: Floats) -> Floats:
    """At SPEECH_DBFS, counted where somebody speaks."""
    frames = speech[: speech.size // 512 * 512].reshape(-1, 512)
    power = (frames**2).mean(axis=1)
    speaking = power[power > power.max() * 1e-4].mean()
    levelled: Floats = speech * 10 ** (SPEECH_DBFS / 20) / np.sqrt(speaking)
    return levelled


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
    noise *= 10 ** (dbfs / 20) / np.sqrt((noise**2).mean())
    return noise


def _coloured(bed: Bed, samples: int, chance: Generator) -> Floats:
    hz = np.fft.rfftfreq(samples, 1 / RATE_HZ)
    shape = np.where((hz > bed.from_hz) & (hz < bed.to_hz), np.maximum(hz, 1) ** -bed.slope, 0)
    noise: Floats = np.fft.irfft(np.fft.rfft(chance.standard_normal(samples)) * shape, samples)
    noise /= noise.std()
    return noise


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
