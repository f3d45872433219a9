"""No process of ours has a pool of threads beside its own, whatever its environment says."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from pipeline.worker.model_process import ChildModels, Hand
from tests.journeys.command import afterthought

MANY = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "8")

LOOKS = """
import os, sys, threading, time
import afterthought
afterthought.main()
import numpy, ctranslate2
ends = time.monotonic() + 10
while len(os.listdir("/proc/self/task")) > threading.active_count() and time.monotonic() < ends:
    time.sleep(0.05)  # one that has just ended is still listed
print(len(os.listdir("/proc/self/task")) - threading.active_count())
"""
"""A command as it runs; then how many threads there are that Python does not know."""

ITS_OWN = 1 + len(Hand) + 1
"""Threads of a child that has embedded: its line, its hands, and CTranslate2's for the model."""

needs_two = pytest.mark.skipif(
    os.cpu_count() == 1, reason="a pool is never larger than the number of processors"
)


@needs_two
def test_a_command_that_loads_a_model_has_no_pool(home: Path) -> None:
    afterthought("note", "The pills are in the blue box")

    ran = subprocess.run(
        [sys.executable, "-c", LOOKS, "search", "where are the pills"],
        env={**os.environ, **MANY},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )

    assert "blue box" in ran.stdout
    assert ran.stdout.splitlines()[-1] == "0"


async def test_the_model_child_has_no_pool(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in MANY.items():
        monkeypatch.setenv(name, value)

    assert await _threads_of_a_child(home, threads=1) == ITS_OWN


@needs_two
async def test_the_model_child_has_as_many_threads_as_the_settings_name(home: Path) -> None:
    assert await _threads_of_a_child(home, threads=2) > ITS_OWN


async def _threads_of_a_child(home: Path, *, threads: int) -> int:
    (home / "settings.toml").write_text(f"[models]\nthreads = {threads}\n", encoding="utf-8")
    models = ChildModels(home, idle_s=60, stuck_s=120, threads=threads)
    try:
        await models.embed(["the pills"], models.embedder())
        assert models._child is not None
        return int(psutil.Process(models._child.pid).num_threads())
    finally:
        await models.close()
