"""An utterance of 3 s and one of 30, models loaded, each by itself: what the short one costs."""

import json
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from bench.hearing.rows import Asked, Told, whisper
from core.audio import RATE_HZ
from core.machine import calm_thread_pools
from core.pcm import Pcm, as_float
from pipeline import media

GOAL = 0.20
SHORT_S, LONG_S = (2.5, 3.5), 30.0
COUNT = 8
"""Sounds of each length."""

HARD = ("speechocean762", "ami-mix-headset")
"""Groups on which the search is often repeated: its cost is then not that of a length."""

Sounds = tuple[list[Pcm], list[Pcm]]
Costs = tuple[list[float], list[float]]


def measure(asked: Asked) -> Told:
    """Processor time of each sound, the least of the runs; the median of each length."""
    sounds = _sounds(asked.data / "speech")
    calm_thread_pools()  # the processes that hold the models begin with these
    stock, ours = (_alone(hear, sounds, asked.runs) for hear in (_stock_costs, _our_costs))
    theirs, own = (statistics.median(s) / statistics.median(lg) for s, lg in (stock, ours))
    missed = [f"{own:.2f} of a long one, over {GOAL}"] if own > GOAL else []
    (s3, s30), (o3, o30) = ((statistics.median(each) for each in side) for side in (stock, ours))
    return Told(
        [
            f"stock     3 s {s3:.3f} CPU s   30 s {s30:.3f}   {theirs:.2f} of it",
            f"ours      3 s {o3:.3f} CPU s   30 s {o30:.3f}   {own:.2f} of it (goal {GOAL})",
            f"ours of stock: 3 s {o3 / s3:.2f}, 30 s {o30 / s30:.2f}",
        ],
        {
            "stock_s": [round(s3, 4), round(s30, 4)],
            "ours_s": [round(o3, 4), round(o30, 4)],
            "stock_ratio": round(theirs, 3),
            "ratio": round(own, 3),
        },
        missed,
    )


def _alone(hear: Callable[[Path, Sounds, int], Costs], sounds: Sounds, runs: int) -> Costs:
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(hear, whisper(), sounds, runs).result()


def _stock_costs(weights: Path, sounds: Sounds, runs: int) -> Costs:
    from bench.hearing.stock import opened  # noqa: PLC0415 - heavy; only in this process

    transcribe = opened(weights)
    return _costs(lambda pcm: transcribe(as_float(pcm)), sounds, runs)


def _our_costs(weights: Path, sounds: Sounds, runs: int) -> Costs:
    from pipeline.hearing.transcriber import WhisperTranscriber  # noqa: PLC0415 - as above
    from pipeline.hearing.whisper import Whisper  # noqa: PLC0415 - as above

    return _costs(WhisperTranscriber(Whisper(weights)).transcribe, sounds, runs)


def _costs(transcribe: Callable[[Pcm], object], sounds: Sounds, runs: int) -> Costs:
    transcribe(sounds[0][0])  # what is made at the first call is not counted
    short, long = ([_least_s(transcribe, pcm, runs) for pcm in some] for some in sounds)
    return short, long


def _least_s(transcribe: Callable[[Pcm], object], pcm: Pcm, runs: int) -> float:
    used_s = []
    for _ in range(runs):
        began_s = time.process_time()
        transcribe(pcm)
        used_s.append(time.process_time() - began_s)
    return min(used_s)


def _sounds(folder: Path) -> Sounds:
    """Short utterances, and long sounds that are each several of one kind, end to end."""
    rows = [json.loads(line) for line in (folder / "dev.jsonl").read_text("utf-8").splitlines()]
    easy = [row for row in rows if row["source"] not in HARD]
    short = [
        _pcm(folder, row["audio"]) for row in easy if SHORT_S[0] <= row["seconds"] <= SHORT_S[1]
    ]
    read = [row["audio"] for row in easy if row["source"].startswith("librispeech")]
    return short[:COUNT], list(_long([_pcm(folder, name) for name in read]))


def _long(utterances: Sequence[Pcm]) -> list[Pcm]:
    whole, size = np.concatenate(utterances), round(LONG_S * RATE_HZ)
    return [whole[at : at + size] for at in range(0, whole.size - size, size)][:COUNT]


def _pcm(folder: Path, name: str) -> Pcm:
    return np.concatenate(list(media.decode(folder / name)))
