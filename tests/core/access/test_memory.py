"""What is in memory stays there: what the kernel itself says of real processes and of its swap."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.access import memory
from core.access.memory import swaps, swaps_on_disk
from tests.imports import TREE

CLOSED = """
import ctypes, resource
from core.access.memory import close_memory
close_memory()
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE))
"""

HEADING = "Filename\tType\tSize\tUsed\tPriority\n"


def test_a_process_whose_memory_is_closed_cannot_be_dumped() -> None:
    command = [sys.executable, "-c", CLOSED]
    ended = subprocess.run(command, cwd=TREE, capture_output=True, text=True, check=True)

    assert ended.stdout.strip() == "0 (0, 0)"


def test_swap_is_what_the_kernel_lists_and_compressed_memory_is_on_no_disk(tmp_path: Path) -> None:
    (tmp_path / "none").write_text(HEADING, encoding="ascii")
    both = "/dev/zram0 partition 1 0 100\n/var/swap file 102396 0 -2\n"
    (tmp_path / "both").write_text(HEADING + both, encoding="ascii")

    assert swaps(tmp_path / "none") == []
    assert swaps(tmp_path / "absent") == []
    assert swaps(tmp_path / "both") == ["/dev/zram0", "/var/swap"]
    assert swaps_on_disk(tmp_path / "both") == ["/var/swap"]


def test_freed_memory_is_given_back_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s, given = [1_000.0], []
    monkeypatch.setattr("time.monotonic", lambda: now_s[0])
    monkeypatch.setattr(memory, "_call", lambda name, *_: given.append(name))
    freed = memory.FreedMemory()

    for _ in range(50):
        freed.look()
        now_s[0] += 1

    assert given == ["malloc_trim"] * 3
