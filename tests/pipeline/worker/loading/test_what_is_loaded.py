"""Each process loads the libraries that its work needs, when it needs them: memory is scarce."""

import subprocess
import sys

import pytest

HEAVY = ("av", "soxr", "ctranslate2", "faster_whisper", "onnxruntime", "tokenizers")

LOADED = f"""
import sys
print(*(each for each in {HEAVY!r} if each in sys.modules))
"""


def loaded_after(program: str, *arguments: str) -> set[str]:
    """Those of the heavy libraries that are loaded once this was run."""
    ran = subprocess.run(
        [sys.executable, "-c", program + LOADED, *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return set(ran.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("process", ["pipeline.worker.service", "pipeline.worker.model_child"])
def test_nothing_heavy_is_loaded_before_it_is_needed(process: str) -> None:
    assert loaded_after(f"import {process}") == set()


@pytest.mark.parametrize("process", ["pipeline.worker.service", "pipeline.worker.model_child"])
def test_nothing_of_selection_and_voices_is_loaded_before_it_is_needed(process: str) -> None:
    ours = ("pipeline.selection.", "pipeline.voices.", "core.selection.")
    told = f"import sys, {process}; print(*(m for m in sys.modules if m.startswith({ours!r})))"

    ran = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True, timeout=120
    )

    assert ran.stdout.split() == []


@pytest.mark.usefixtures("home")
def test_a_note_needs_no_library_for_sound() -> None:
    assert loaded_after("import afterthought; afterthought.main()", "note", "pills") == set()


@pytest.mark.usefixtures("home")
def test_the_worker_keeps_a_clip_without_a_library_for_sound() -> None:
    """The child encodes it, and its memory goes with it."""
    post = """
import sys
from pathlib import Path
from core.clock import Recorded
from core.paths import home_at
from core.spool_port import Clip
from pipeline.spool.spool import Spool
import numpy as np
Spool(home_at(None).spool).post_clip(
    Clip("0123456789abcdef-0", "press", Recorded()), [np.zeros(32_000, np.int16)]
)
import afterthought
afterthought.main()
"""
    assert loaded_after(post, "process", "--once") == set()
