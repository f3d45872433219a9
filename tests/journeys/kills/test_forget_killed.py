"""Walk 5: a forget that is killed between any two of its steps is finished by the next start."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.command import afterthought

pytestmark = pytest.mark.long

MARKER = "zanzibarmarker"

KILLED_AT = """
import os, signal, sys
import afterthought
from pipeline.spool.spool import Spool
from pipeline.store.sqlite import forgetting, sound_rows

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

module, name = sys.argv.pop(1).split(".")
setattr(globals()[module], name, die)
sys.exit(afterthought.main())
"""
"""The real command, killed in the moment in which it would take this step."""

STEPS = (
    "forgetting.erase",  # the tombstone is in its file, and nothing else is done
    "Spool.erase",  # the event is committed, the belongings are erased
    "sound_rows.sweep",  # the spool is empty of it
    "forgetting.scrub",  # its sound is gone; its words may still be in freed pages
)


def told(home: Path) -> list[str]:
    """The files of the folder in which the marker still is."""
    files = [path for path in home.rglob("*") if path.is_file()]
    return [path.name for path in files if MARKER.encode() in path.read_bytes().lower()]


@pytest.mark.parametrize("step", STEPS)
def test_a_forget_that_is_killed_before_a_step_is_finished_by_the_next_start(
    home: Path, step: str
) -> None:
    moment = afterthought("--json", "note", f"The {MARKER} beeped.").value["id"]
    afterthought("note", "Something else.")

    killed = subprocess.run(
        [sys.executable, "-c", KILLED_AT, step, "forget", moment, "--yes"],
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    afterthought("process", "--once")

    assert told(home) == []
    assert [row["text"] for row in afterthought("--json", "list").value] == ["Something else."]
    assert afterthought("--json", "check").value["ok"]
