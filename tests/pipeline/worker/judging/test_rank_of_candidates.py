"""Between two pieces of work the models take what was kept before any candidate."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.spool.order import LONG_CLIP_BYTES
from pipeline.worker.model_process import Asked, ChildModels, Rank


class AskedModels(ChildModels):
    """Has no child; remembers what it would have been asked."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, idle_s=1, stuck_s=1)
        self.ranks: list[Rank] = []

    async def _ask(self, asked: Asked, *_: object) -> Any:
        self.ranks.append(asked.rank)


@pytest.mark.parametrize("size", [1000, LONG_CLIP_BYTES + 1])
async def test_a_candidate_comes_after_whatever_was_kept(home: Path, size: int) -> None:
    models, clip = AskedModels(home), home / "clip"
    with clip.open("wb") as file:
        file.truncate(size)

    await models.hear_candidate(clip)
    await models.hear(clip, lambda _: None)
    await models.encode(clip, home / "sound", lambda _: None)
    await models.read([])

    candidate, *kept = models.ranks
    assert candidate > max(kept)


async def test_only_hearing_again_comes_after_a_candidate(home: Path) -> None:
    models, clip = AskedModels(home), home / "clip"
    clip.write_bytes(b"clip")

    await models.hear_candidate(clip)
    await models.hear_again(clip, "large", lambda _: None)

    assert models.ranks == sorted(models.ranks)
