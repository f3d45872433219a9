"""A crash writes no word to the disk: what the kernel says of the processes that hold words."""

import contextlib
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from core.paths import Home
from tests.journeys.command import COMMAND
from tests.waiting import answered


@contextlib.contextmanager
def started(home: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """A command, from a shell whose programs may leave core dumps of any size."""
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    if most == 0:
        pytest.skip("nothing leaves a core dump here")
    with subprocess.Popen(
        [*COMMAND, *arguments, "--home", str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (most, most)),  # noqa: PLW1509 - no other thread
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait()


def longest_core(process: int) -> tuple[str, str]:
    """The soft and the hard limit of a core dump."""
    lines = Path(f"/proc/{process}/limits").read_text(encoding="ascii").splitlines()
    line = next(line for line in lines if line.startswith("Max core file size"))
    soft, hard, _ = line.removeprefix("Max core file size").split()
    return soft, hard


def test_worker_and_model_child_leave_no_core(home: Path) -> None:
    with started(home, "process") as worker:
        answered(Home(home).worker_socket, {"do": "embed", "texts": ["a word"]})
        (models,) = psutil.Process(worker.pid).children()

        assert longest_core(worker.pid) == ("0", "0")
        assert longest_core(models.pid) == ("0", "0")


def test_the_page_leaves_no_core(home: Path) -> None:
    with started(home, "dashboard", "--port", "0", "--json") as page:
        assert page.stdout is not None
        assert page.stdout.readline().startswith('{"url"')

        assert longest_core(page.pid) == ("0", "0")
