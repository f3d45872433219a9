"""A bar at a terminal, where somebody watches; in a pipe nothing but sentences and results."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.journeys.command import PILL_BOX, watched
from tests.journeys.silence import write_silence

AT_ONCE = """
import sys
import afterthought
from pipeline.commands import progress_bar
progress_bar.AFTER_S = progress_bar.EVERY_S = 0.0
sys.exit(afterthought.main())
"""
"""The command, with a bar that does not wait until something lasts."""

LONG = {
    "keep": ["keep", "{sound}"],
    "import": ["import", "{lines}"],
    "hear": ["hear", "{sound}", "--press-at", "2"],
    "hear everything": ["hear", "{sound}", "--policy", "everything"],
    "process": ["process", "--once"],
    "rebuild": ["rebuild"],
    "check": ["check"],
    "retry": ["retry"],
    "search": ["search", "pill box"],
    "doctor": ["doctor"],
}

OFTEN = ("import", "search")


@pytest.fixture
def things(tmp_path: Path) -> dict[str, str]:
    """A sound and a file of lines that take a while."""
    lines = tmp_path / "lines.jsonl"
    lines.write_text("".join(json.dumps({"text": f"thought {n}"}) + "\n" for n in range(40)))
    return {"sound": str(PILL_BOX), "lines": str(lines)}


def named(act: Sequence[str], things: dict[str, str]) -> list[str]:
    return [each.format(**things) for each in act]


@pytest.mark.parametrize(
    ("act", "shape"),
    [
        pytest.param(
            act, shape, id=" ".join([name, *shape]), marks=() if name in OFTEN else pytest.mark.long
        )
        for name, act in LONG.items()
        for shape in ([], ["--json"])
    ],
)
def test_in_a_pipe_there_is_no_bar_and_no_control_character(
    things: dict[str, str], act: list[str], shape: list[str]
) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", AT_ONCE, *named(act, things), *shape],
        check=False,
        capture_output=True,
        env=os.environ | {"TERM": "xterm-256color"},
        timeout=300,
    )

    assert ran.returncode == 0, ran.stderr
    assert re.findall(rb"[\x00-\x08\x0b-\x1f\x7f]|\d%\|", ran.stdout + ran.stderr) == []


@pytest.mark.long
def test_at_a_terminal_a_bar_tells_how_far_it_has_come(tmp_path: Path) -> None:
    path = tmp_path / "silence.wav"
    write_silence(path, minutes=10)

    ran = watched(["keep", path], at_terminal=True)

    assert ran.status == 0
    assert "silence.wav: " in ran.out
    assert "\r" in ran.out.replace("\r\n", "")
