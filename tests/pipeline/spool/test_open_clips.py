"""Clips that are still being written, and their revisions."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.clock import Recorded
from core.pcm import Pcm
from core.spool_port import Clip
from pipeline.spool.clip_sound import read_clip
from pipeline.spool.spool import Spool
from tests.waiting import killed_on_failure

MOMENT = "00000000000000aa-1600"


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


def clip(revision: int = 0) -> Clip:
    return Clip(MOMENT, "press", Recorded(), revision=revision)


def sound(samples: int, value: int = 1) -> Pcm:
    return np.full(samples, value, np.int16)


def names(spool: Spool) -> list[str]:
    return [each.path.name for each in spool.waiting()]


def test_an_open_clip_is_nobodys_letter_until_it_is_closed(spool: Spool) -> None:
    opened = spool.open_clip(clip(), sound(100))
    assert names(spool) == []

    opened.append(sound(50, 2))
    opened.close(120)

    assert names(spool) == [f"{MOMENT}.0.clip"]
    assert read_clip(spool.waiting()[0].path)[1].tolist() == [1] * 100 + [2] * 20


def test_a_clip_whose_writer_was_killed_is_taken_as_it_is(spool: Spool) -> None:
    code = (
        "import sys, numpy as np\nfrom pathlib import Path\n"
        "from core.clock import Recorded\nfrom core.spool_port import Clip\n"
        "from pipeline.spool.spool import Spool\n"
        f"clip = Clip({MOMENT!r}, 'press', Recorded())\n"
        "opened = Spool(Path(sys.argv[1])).open_clip(clip, np.ones(100, np.int16))\n"
        "opened.append(np.ones(60, np.int16))\nopened.sync()\n"
        "print('kept', flush=True)\nsys.stdin.read()\n"
    )
    with killed_on_failure(
        subprocess.Popen(
            [sys.executable, "-c", code, str(spool.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "kept\n"
        spool.close_orphans()
        assert names(spool) == []
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()

    spool.close_orphans()

    assert names(spool) == [f"{MOMENT}.0.clip"]
    assert len(read_clip(spool.waiting()[0].path)[1]) == 160


def test_only_the_highest_revision_is_a_letter_and_takes_the_lower_with_it(spool: Spool) -> None:
    spool.open_clip(clip(0), sound(10)).close(10)
    spool.open_clip(clip(1), sound(20)).close(20)

    (letter,) = spool.waiting()
    assert letter.path.name == f"{MOMENT}.1.clip"
    spool.remove(letter)

    assert list(spool.folder.iterdir()) == []


def test_a_revision_that_is_being_written_holds_back_the_one_before(spool: Spool) -> None:
    spool.open_clip(clip(0), sound(10)).close(10)
    revising = spool.open_clip(clip(1), sound(20))

    assert names(spool) == []
    revising.close(20)
    assert names(spool) == [f"{MOMENT}.1.clip"]


def test_a_sweep_leaves_what_is_being_written(spool: Spool) -> None:
    opened = spool.open_clip(clip(), sound(10))

    spool.sweep()

    assert opened.close(10).exists()


def test_a_clip_that_was_forgotten_meanwhile_cannot_be_closed(spool: Spool) -> None:
    opened = spool.open_clip(clip(), sound(10))
    spool.erase([MOMENT])

    with pytest.raises(FileNotFoundError):
        opened.close(10)
    assert names(spool) == []
