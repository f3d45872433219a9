"""A long diary, put into an archive at once: notes of some weeks, as a wearer's would be."""

import asyncio
import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from core.clock import Recorded, local_offset_min
from core.moment import Transcript
from dashboard.demo import FOLDER
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Embedding, Kept, PassageCut, new_moment_id
from pipeline.store.format.events import Draft
from pipeline.store.passage_columns.vectors import encoded
from pipeline.store.sqlite.archive import open_archive

A_DAY = 20
_DAY_MS, _APART_MS = 86_400_000, 25 * 60_000
_SHORTEST, _LONGEST = 6, 45


def fill(home: Path, moments: int) -> None:
    """So many typed moments up to now, each of a sentence or three in the demo's words.

    Their vectors are chance, so that no worker has anything left to do.
    """
    notes = list(_notes(moments, round(time.time() * 1000)))[::-1]

    async def append() -> None:
        async with open_archive(home) as archive:
            await archive.append(*(draft for note in notes for draft in note))

    asyncio.run(append())


def _notes(moments: int, now_ms: int) -> Iterator[list[Draft]]:
    """The newest first."""
    words, chance = _words(), random.Random(1)
    vectors = encoded(np.random.default_rng(1).standard_normal((moments, 384)) / 384**0.5)
    for number in range(moments):
        day, place = divmod(number, A_DAY)
        at_ms = now_ms - day * _DAY_MS - (place + 1) * _APART_MS
        text = " ".join(chance.choices(words, k=chance.randint(_SHORTEST, _LONGEST)))
        recorded = Recorded(at_ms, local_offset_min(at_ms), source="clock")
        kept = Kept(new_moment_id(), "typed", recorded, transcript=Transcript(text))
        embedding = Embedding("chance", (PassageCut(0, len(text), None, None),), (vectors[number],))
        yield [
            drafts.moment_kept(kept, author="wearer"),
            drafts.moment_embedded(kept.id, embedding),
        ]


def _words() -> list[str]:
    lines = (FOLDER / "moments.jsonl").read_text("utf-8").splitlines()
    texts = [str(json.loads(line).get("text", "")) for line in lines]
    return sorted({word for text in texts for word in text.split()})
