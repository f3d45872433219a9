"""The worker's copy of a candidate lies in memory that no disk has, as capture's does."""

import os
from pathlib import Path

import pytest

from core.access.unswapped_file import NoMemory, Protection
from core.clock import Recorded
from core.spool_port import Clip
from pipeline.fakes import FakeModels
from pipeline.spool.formats import clip_bytes
from pipeline.worker import judging
from pipeline.worker.judging import Candidate
from pipeline.worker.model_process import Heard
from pipeline.worker.worker import Worker


class Looking(FakeModels):
    """Looks how much of this process is locked while a candidate is heard."""

    locked_kb = 0

    async def hear_candidate(self, clip: Path) -> Heard:
        self.locked_kb = locked_kb()
        return await super().hear_candidate(clip)


def locked_kb() -> int:
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmLck:")[1].split()[0])


@pytest.fixture
def models() -> Looking:
    return Looking()


def candidate(seconds: int) -> Candidate:
    file = os.memfd_create("candidate")
    clip = Clip("0123456789abcdef-16000", "selected", Recorded(1_790_000_000_000, 0))
    os.write(file, b"".join(clip_bytes(clip, [bytes(seconds * 32_000)])))
    return Candidate(file, {})


async def test_where_the_machine_may_swap_the_copy_is_locked(
    worker: Worker, models: Looking, monkeypatch: pytest.MonkeyPatch
) -> None:
    how: Protection = "lock"
    monkeypatch.setattr(judging, "protection", lambda: how)
    given, before_kb = candidate(seconds=2), locked_kb()

    await worker.judge(given)
    os.close(given.file)

    assert models.locked_kb - before_kb >= 62
    assert locked_kb() <= before_kb


@pytest.mark.parametrize("swaps", [["/dev/sda2"], []])
async def test_where_it_would_come_to_a_disk_nothing_is_judged(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, swaps: list[str]
) -> None:
    def none() -> Protection:
        raise NoMemory("It could be swapped.", advice="Turn swap off.")

    monkeypatch.setattr(judging, "protection", none)
    monkeypatch.setattr(judging, "swaps_on_disk", lambda: swaps)
    given = candidate(seconds=1)

    if swaps:
        with pytest.raises(NoMemory):
            await worker.judge(given)
    else:
        await worker.judge(given)
    os.close(given.file)
