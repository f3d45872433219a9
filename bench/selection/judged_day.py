"""The segments of the day, each judged by a worker of its own with the real models."""

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np

from core.audio import RATE_HZ
from core.clock import Recorded
from core.paths import Home
from core.pcm import Pcm
from core.settings import Settings
from core.spool_port import Clip
from pipeline import media
from pipeline.media import Handling
from pipeline.selection.verdict import Verdict
from pipeline.spool.formats import clip_bytes
from pipeline.worker.judging import Candidate
from pipeline.worker.service import working
from pipeline.worker.worker import Worker

STREAM = "00000000000000da"
BEGAN_MS = 1_790_000_000_000
AROUND_S = 0.3
"""Of sound before and after a segment, as a candidate has it."""


def judged_day(data: Path, day: str) -> list[Verdict]:
    """A verdict a segment, with its words; nothing of the first stage is in it."""
    truth = json.loads((data / day).read_text(encoding="utf-8"))["segments"]
    with media.SoundFile((data / day).with_suffix(".flac"), Handling()) as sound:
        pcm = np.concatenate(list(sound.chunks()))
    return asyncio.run(_judged(pcm, truth))


async def _judged(pcm: Pcm, truth: Iterable[dict[str, Any]]) -> list[Verdict]:
    async with _worker() as worker:
        return [await _verdict(worker, pcm, segment) for segment in truth]


@asynccontextmanager
async def _worker() -> AsyncIterator[Worker]:
    with tempfile.TemporaryDirectory() as home:
        async with working(Home(Path(home)), Settings()) as worker:
            yield worker


async def _verdict(worker: Worker, pcm: Pcm, segment: dict[str, Any]) -> Verdict:
    first = max(0, round((segment["start"] - AROUND_S) * RATE_HZ))
    piece = pcm[first : round((segment["end"] + AROUND_S) * RATE_HZ)]
    recorded = Recorded(BEGAN_MS + first * 1000 // RATE_HZ, 0, source="given")
    file = os.memfd_create("segment")
    try:
        clip = Clip(f"{STREAM}-{first}", "selected", recorded)
        os.write(file, b"".join(clip_bytes(clip, [piece.tobytes()])))
        return await worker.judge(Candidate(file, {}))
    finally:
        os.close(file)
