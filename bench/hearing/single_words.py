"""Single words with silence around them: the least that a wearer can want kept."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bench.hearing.rows import whisper
from bench.recordings import DAY
from core.audio import RATE_HZ
from core.pcm import Pcm
from pipeline import media
from pipeline.hearing.transcriber import Transcriber, WhisperTranscriber
from pipeline.hearing.whisper import Whisper

LIKELY = 0.8
"""Of what Whisper is less sure of it may have the times wrong, too."""

SHORTEST_S, LONGEST_S = 0.2, 0.8

BEFORE_S, AFTER_S = 1.6, 1.3
"""Silence around a word: the detector knows the room by then, and the gate closes after it."""

FADE = RATE_HZ // 100

ABOVE_BED = 10 ** (10 / 20)
"""A word that is not this much louder than the silence is in it what nobody hears."""


def single_words(data: Path, count: int) -> list[Pcm]:
    """So many words, cut out of recordings of one in three speakers and put into a quiet bed.

    The words' times are the annotators' in meetings, elsewhere Whisper's.
    """
    chance = np.random.default_rng(3)
    rows = [
        json.loads(line) for line in (data / "speech/dev.jsonl").read_text("utf-8").splitlines()
    ]
    transcriber = WhisperTranscriber(Whisper(whisper()))
    chosen = [row for nth, row in enumerate(rows) if nth % 3 == 0 or "words" in row]
    cut = [
        word for row in chosen for word in _words(data / "speech" / row["audio"], row, transcriber)
    ]
    bed = _quiet_bed(data)
    loud = [word for word in cut if _rms(word) > ABOVE_BED * _rms(bed)]
    chance.shuffle(loud)
    return [_put_into(bed, word, chance) for word in loud[:count]]


def _words(file: Path, row: dict[str, Any], transcriber: Transcriber) -> Iterator[Pcm]:
    pcm = np.concatenate(list(media.decode(file)))
    spans = [(each["start"], each["end"]) for each in row.get("words", ())]
    if not spans:
        likely = (w for w in transcriber.transcribe(pcm).words if w.probability > LIKELY)
        spans = [(word.start_ms / 1000, word.end_ms / 1000) for word in likely]
    for start_s, end_s in spans:
        if SHORTEST_S <= end_s - start_s <= LONGEST_S:
            yield pcm[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)]


def _quiet_bed(data: Path) -> Pcm:
    """What the truth of the development day calls quiet, end to end, without speech or event."""
    day = data / DAY
    truth = json.loads(day.with_suffix(".json").read_text("utf-8"))
    pcm = np.concatenate(list(media.decode(day)))
    quiet = np.zeros(pcm.size, bool)
    for bed in truth["noise_beds"]:
        quiet[_samples(bed)] = bed["noise"] == "quiet"
    for other in (*truth["segments"], *truth["nonspeech_events"]):
        quiet[_samples(other, RATE_HZ // 2)] = False
    found: Pcm = pcm[quiet]
    return found


def _samples(span: dict[str, Any], more: int = 0) -> slice:
    return slice(max(0, int(span["start"] * RATE_HZ) - more), int(span["end"] * RATE_HZ) + 1 + more)


def _put_into(bed: Pcm, word: Pcm, chance: np.random.Generator) -> Pcm:
    before, after = round(BEFORE_S * RATE_HZ), round(AFTER_S * RATE_HZ)
    length = before + word.size + after
    start = int(chance.integers(0, bed.size - length))
    sound = bed[start : start + length].astype(np.float64)
    shape = np.minimum(np.arange(1, word.size + 1), np.arange(word.size, 0, -1)) / FADE
    sound[before : before + word.size] += word * np.minimum(shape, 1)
    made: Pcm = np.rint(np.clip(sound, -32768, 32767)).astype(np.int16)
    return made


def _rms(pcm: Pcm) -> float:
    return float(np.sqrt(np.mean(pcm.astype(np.float64) ** 2)))
