"""What capture may expect of a spool: the one on the disk and the one in memory both take this."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from core.clock import Recorded
from core.facts import Fact
from core.pcm import Pcm
from core.spool_port import Clip, SpoolPort
from pipeline.spool.fakes import MemorySpool
from pipeline.spool.spool import Spool
from pipeline.spool.taken_back import FOLDER, FOR_S

Kind = Literal["memory", "disk"]
A_SECOND: Pcm = np.full(16_000, 1000, np.int16)


@pytest.fixture(params=["memory", "disk"])
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture
def spool(kind: Kind, home: Path) -> SpoolPort:
    return MemorySpool() if kind == "memory" else Spool(home / "spool")


@pytest.fixture
def let_ten_minutes_pass(spool: SpoolPort) -> Callable[[], None]:
    def later() -> None:
        if isinstance(spool, MemorySpool):
            spool.aged = True
        elif isinstance(spool, Spool):
            earlier_s = time.time() - FOR_S - 1
            for path in (spool.folder / FOLDER).iterdir():
                os.utime(path, (earlier_s, earlier_s))

    return later


def clip(moment: str = "stream-1", revision: int = 0) -> Clip:
    return Clip(moment, "press", Recorded(), revision=revision)


def test_an_open_clip_waits_and_a_closed_one_still_does(spool: SpoolPort) -> None:
    assert spool.waiting_count() == 0

    opened = spool.open_clip(clip(), A_SECOND)
    assert spool.waiting_count() == 1

    opened.append(A_SECOND)
    opened.sync()
    assert opened.close(20_000).name == "stream-1.0.clip"
    assert spool.waiting_count() == 1


def test_revisions_of_one_moment_count_once(spool: SpoolPort) -> None:
    first = spool.open_clip(clip(), A_SECOND)
    again = spool.open_clip(clip(revision=1), A_SECOND)

    assert spool.waiting_count() == 1
    first.remove()
    assert again.close(16_000).name == "stream-1.1.clip"


def test_a_clip_that_is_removed_does_not_wait(spool: SpoolPort) -> None:
    opened = spool.open_clip(clip(), A_SECOND)

    opened.remove()

    assert spool.waiting_count() == 0


def test_what_was_removed_while_it_was_written_cannot_be_closed(spool: SpoolPort) -> None:
    opened = spool.open_clip(clip(), A_SECOND)
    other = spool.open_clip(clip("stream-2"), A_SECOND)
    if isinstance(spool, Spool):
        (spool.folder / "stream-1.0.open").unlink()
    else:
        opened.remove()

    with pytest.raises(FileNotFoundError):
        opened.close(16_000)
    assert other.close(16_000).name == "stream-2.0.clip"


def test_taken_back_it_waits_no_more_and_can_be_brought_back_once(spool: SpoolPort) -> None:
    spool.open_clip(clip(), A_SECOND).take_back()

    (found,) = spool.taken_back()
    assert (found.keep, spool.waiting_count()) == ("stream-1", 0)
    assert 0 < found.remaining_s <= FOR_S

    assert spool.bring_back("stream-1")
    assert (spool.taken_back(), spool.waiting_count()) == ([], 1)
    assert not spool.bring_back("stream-1")


def test_what_was_taken_back_is_erased_when_its_time_is_over(
    spool: SpoolPort, let_ten_minutes_pass: Callable[[], None]
) -> None:
    spool.open_clip(clip(), A_SECOND).take_back()
    assert spool.erase_taken_back() == []

    let_ten_minutes_pass()

    assert spool.erase_taken_back() == ["stream-1"]
    assert spool.taken_back() == []
    assert not spool.bring_back("stream-1")


def test_a_fact_can_be_posted_twice(spool: SpoolPort) -> None:
    fact = Fact("pause_ended", "stream", 7, Recorded(), {"by": "page"})

    assert spool.post_fact(fact) == spool.post_fact(fact)
    assert spool.post_fact(fact).name == f"{fact.id}.fact"
    assert spool.waiting_count() == 0


def test_the_disk_has_room(spool: SpoolPort) -> None:
    assert spool.free_bytes() > 0
