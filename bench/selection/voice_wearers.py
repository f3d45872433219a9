"""The wearer against others: equal error rate by how much was said, and what a threshold costs."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.hearing.rows import Told
from bench.selection.voice_recordings import Spoken, everybody
from core.audio import RATE_HZ
from core.pcm import Pcm
from pipeline import media
from pipeline.store.format.voice_drafts import VoicePrint
from pipeline.voices.clustering import centre
from pipeline.voices.hear_voices import vectors_of
from pipeline.voices.small_room import in_small_room
from pipeline.voices.voice_model import VoiceModel
from pipeline.voices.wearer import SHORT_MS, THRESHOLD, THRESHOLD_SHORT, likeness, print_of
from pipeline.voices.windows import Stretch, windows

LENGTHS_S = (1.0, 2.0, 4.0, None)
"""None for whole recordings."""

CUTS = 2
"""Of one recording at each length: no speaker counts much more than another."""

WEARERS = ("libri-1688", "libri-3005", "lj", "sb-spk1", "asterisk-allison")
"""Of whom there are several recordings: half to enrol by, half to try."""

LONGEST_S = 60
WHOLE_LEAST_S = 0.6

STRANGERS = ("librispeech", "ami", "speechocean762", "")
"""By the beginning of their source; the last is everybody."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trial:
    """One comparison of what somebody said with a wearer's print."""

    length_s: float | None
    is_wearer: bool
    source: str
    room: bool
    alike: float


def measure_wearers(data: Path, model: VoiceModel) -> Told:
    """By length, all strangers and each kind of them; the wearer also in other rooms."""
    trials = list(_trials(list(everybody(data)), _rooms(data), model))
    lines = ["length   strangers           own  other    EER   missed / let in at the threshold"]
    figures = {}
    for length_s in LENGTHS_S:
        for strangers in STRANGERS:
            for room in (False, True):
                told = _row(trials, length_s, strangers, room=room)
                if told is not None:
                    lines.append(told[0])
                    figures[f"{length_s} {strangers} {room}"] = told[1]
    return Told(lines, figures)


def _trials(said: Sequence[Spoken], rooms: Sequence[Pcm], model: VoiceModel) -> Iterator[Trial]:
    by_speaker: dict[str, list[Spoken]] = defaultdict(list)
    for each in said:
        by_speaker[each.speaker].append(each)
    prints = {}
    for wearer in WEARERS:
        theirs = by_speaker[wearer]
        half = len(theirs) // 2
        read = np.concatenate([each.pcm for each in theirs[:half]])[: LONGEST_S * RATE_HZ]
        prints[wearer] = _print(read, model)
        by_speaker[wearer] = theirs[half:]
    for speaker, theirs in by_speaker.items():
        for nth, each in enumerate(theirs):
            for room in (False, True):
                heard = _in_room(each.pcm, rooms[nth % len(rooms)]) if room else each.pcm
                yield from _compared(speaker, each.source, heard, prints, model, room=room)


def _compared(  # noqa: PLR0913 - one recording, and all that it is compared with
    speaker: str,
    source: str,
    pcm: Pcm,
    prints: dict[str, VoicePrint],
    model: VoiceModel,
    *,
    room: bool,
) -> Iterator[Trial]:
    for length_s in LENGTHS_S:
        for cut in _cuts(pcm, length_s):
            found = windows([Stretch(0, cut.size * 1000 // RATE_HZ)])
            middle = centre(vectors_of(cut, found, model))
            for wearer, print_ in prints.items():
                alike = likeness(middle, print_)
                yield Trial(length_s, wearer == speaker, source, room, alike)


def _cuts(pcm: Pcm, length_s: float | None) -> Iterable[Pcm]:
    if length_s is None:
        return [pcm] if pcm.size >= WHOLE_LEAST_S * RATE_HZ else []
    samples = round(length_s * RATE_HZ)
    starts = range(0, pcm.size - samples + 1, samples)
    return [pcm[start : start + samples] for start in starts[:CUTS]]


def _print(pcm: Pcm, model: VoiceModel) -> VoicePrint:
    found = windows([Stretch(0, pcm.size * 1000 // RATE_HZ)])
    heard = [vectors_of(each, found, model) for each in (pcm, in_small_room(pcm))]
    return print_of(heard, model.name, pcm.size / RATE_HZ, None)


def _rooms(data: Path) -> list[Pcm]:
    return [
        np.concatenate(list(media.decode(each))) for each in sorted((data / "rir/dev").glob("*"))
    ]


def _in_room(pcm: Pcm, room: Pcm) -> Pcm:
    """The same, as if said in this room, as loud as before."""
    size = 1 << (pcm.size + room.size).bit_length()
    spectrum = np.fft.rfft(pcm, size) * np.fft.rfft(room, size)
    heard = np.fft.irfft(spectrum, size)[: pcm.size]
    loudness = np.sqrt(np.mean(pcm.astype(float) ** 2) / max(np.mean(heard**2), 1e-9))
    made: Pcm = np.clip(heard * loudness, -32768, 32767).astype(np.int16)
    return made


def _row(
    trials: Sequence[Trial], length_s: float | None, strangers: str, *, room: bool
) -> tuple[str, dict[str, float]] | None:
    some = [each for each in trials if each.length_s == length_s and each.room == room]
    own = np.array([each.alike for each in some if each.is_wearer])
    other = np.array(
        [each.alike for each in some if not each.is_wearer and each.source.startswith(strangers)]
    )
    if not own.size or not other.size:
        return None
    rate = equal_error_rate(own, other)
    is_short = length_s is not None and length_s * 1000 < SHORT_MS
    threshold = THRESHOLD_SHORT if is_short else THRESHOLD
    missed, let_in = float((own < threshold).mean()), float((other >= threshold).mean())
    length = "whole" if length_s is None else f"{length_s:.0f} s"
    where = f"{strangers or 'all'}{', other rooms' if room else ''}"
    line = (
        f"{length:6} {where:27} {own.size:5} {other.size:6} {100 * rate:5.1f} % "
        f"{100 * missed:7.1f} % / {100 * let_in:.1f} %"
    )
    return line, {"eer": rate, "missed": missed, "let_in": let_in}


def equal_error_rate(own: Numbers, other: Numbers) -> float:
    """Where as many of the wearer's are missed as of the others' are let in."""
    limits = np.sort(np.concatenate([own, other]))
    missed = np.searchsorted(np.sort(own), limits, "left") / own.size
    let_in = 1 - np.searchsorted(np.sort(other), limits, "left") / other.size
    nearest = np.argmin(np.abs(missed - let_in))
    return float(missed[nearest] + let_in[nearest]) / 2
