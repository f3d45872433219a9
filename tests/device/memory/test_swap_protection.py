"""The ring stays off the disk: what the kernel itself says of real processes."""

import math
import mmap
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.access.memory import swaps
from core.access.no_swap import group_cannot_swap
from core.pcm import release_memory
from device.memory.swap_protection import page_aligned

TREE = Path(__file__).parents[3]
RING_SAMPLES = 120 * 16_000

LOCKING = f"""
from device.memory.swap_protection import hold_in_memory, page_aligned
def locked_kb():
    status = open("/proc/self/status").read()
    return int(status.split("VmLck:")[1].split()[0])
ring = page_aligned({RING_SAMPLES})
before = locked_kb()
how = hold_in_memory(ring)
print(how, locked_kb() - before)
"""

HARD = """
import ctypes, resource
from device.memory.swap_protection import harden
harden()
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE))
"""

LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_MEMLOCK, (4096, 4096))"
UNPRIVILEGED = "import os; os.getuid() or os.setuid(65534)"


def python(*code: str) -> str:
    """What it prints, as a process of its own."""
    command = [sys.executable, "-c", "\n".join(code)]
    return subprocess.run(
        command, cwd=TREE, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_of_all_memory_the_ring_alone_is_locked() -> None:
    if group_cannot_swap():
        pytest.skip("nothing is swapped here, so nothing is locked")
    how, grown_kb = python(LOCKING).split()

    assert how == "locked"
    assert int(grown_kb) == math.ceil(RING_SAMPLES * 2 / mmap.PAGESIZE) * mmap.PAGESIZE // 1024


def test_where_locking_is_not_allowed_it_is_said() -> None:
    if group_cannot_swap():
        pytest.skip("nothing is swapped here, so nothing is locked")
    # Before it becomes a user who may not read this tree.
    imported = "import device.memory.swap_protection, numpy.ctypeslib, encodings.ascii"

    how, grown_kb = python(imported, LIMITED, UNPRIVILEGED, LOCKING).split()

    assert how == ("swappable" if swaps() else "no_swap")
    assert int(grown_kb) == 0


def test_a_hardened_process_cannot_be_dumped() -> None:
    assert python(HARD) == "0 (0, 0)"


def test_a_ring_lies_in_pages_of_its_own_and_can_be_written() -> None:
    ring = page_aligned(16_001)

    ring[:] = 7

    assert ring.ctypes.data % mmap.PAGESIZE == 0
    assert ring.shape == (16_001,)
    assert ring.dtype == np.int16
    assert ring[-1] == 7


def test_giving_memory_back_leaves_a_ring_as_it_is() -> None:
    ring = page_aligned(RING_SAMPLES)
    ring[:] = 7

    release_memory(ring)
    release_memory(ring[100:200])

    assert (ring == 7).all()


@pytest.mark.parametrize(
    ("group", "limits", "cannot"),
    [
        ("0::/system.slice/capture", {"system.slice/capture": "0"}, True),
        ("0::/system.slice/capture", {"system.slice": "0", "system.slice/capture": "max"}, True),
        ("0::/system.slice/capture", {"system.slice/capture": "max"}, False),
        ("0::/system.slice/capture", {"system.slice/capture": "1048576"}, False),
        ("0::/", {".": "0"}, True),
        ("0::/", {}, False),
        ("4:memory:/old", {"old": "0"}, False),
    ],
)
def test_a_group_cannot_swap_where_it_or_one_above_it_may_not(
    tmp_path: Path,
    group: str,
    limits: dict[str, str],
    cannot: bool,  # noqa: FBT001 - a column
) -> None:
    (tmp_path / "cgroup").write_text(f"9:name=systemd:/x\n{group}\n", encoding="ascii")
    for name, limit in limits.items():
        folder = tmp_path / "tree" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "memory.swap.max").write_text(f"{limit}\n", encoding="ascii")

    assert group_cannot_swap(tmp_path / "cgroup", tmp_path / "tree") is cannot
