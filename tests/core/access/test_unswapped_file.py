"""Files that are memory alone."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.access import unswapped_file
from core.access.unswapped_file import NoMemory, Protection, UnswappedFile, protection
from device.memory.ring_buffer import Ring

CONTENT = [b"head", b"sound" * 10_000]


def content_by_descriptor(file: UnswappedFile) -> bytes:
    """As another process reads it that was handed the descriptor."""
    return Path(f"/proc/self/fd/{file.fileno()}").read_bytes()


@pytest.mark.parametrize("how", ["no_swap", "lock"])
def test_who_has_the_descriptor_reads_it_until_it_is_wiped(how: Protection) -> None:
    file = UnswappedFile(CONTENT, how)
    other = os.dup(file.fileno())
    try:
        assert content_by_descriptor(file) == b"".join(CONTENT)
        assert file.bytes == len(b"".join(CONTENT))
        file.wipe()
        file.wipe()
        assert os.fstat(other).st_size == 0
        assert os.pread(other, 10, 0) == b""
    finally:
        os.close(other)


@pytest.mark.parametrize("how", ["no_swap", "lock"])
def test_sound_goes_into_it_out_of_the_ring_itself(how: Protection) -> None:
    ring = Ring(10_000)
    ring.append(np.arange(15_000, dtype=np.int16))
    views = ring.views(6_000, 14_000)
    assert all(np.shares_memory(each, ring._samples) for each in views)

    file = UnswappedFile([b"head", *(each.data for each in views)], how)

    assert content_by_descriptor(file) == b"head" + ring.copy(6_000, 14_000).tobytes()
    file.wipe()


@pytest.mark.parametrize("how", ["no_swap", "lock"])
def test_a_copy_of_another_file_is_read_right_into_it(how: Protection, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"".join(CONTENT))
    with (tmp_path / "other").open("rb") as other:
        copy = UnswappedFile.copy_of(other.fileno(), how)

    assert content_by_descriptor(copy) == b"".join(CONTENT)
    assert copy.bytes == len(b"".join(CONTENT))
    copy.wipe()


@pytest.mark.parametrize("how", ["no_swap", "lock"])
def test_a_copy_of_what_is_cut_off_meanwhile_is_none(
    how: Protection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").write_bytes(b"".join(CONTENT))
    before = len(list(Path("/proc/self/fd").iterdir()))
    monkeypatch.setattr(os, "preadv", lambda *_: 0)
    with (tmp_path / "other").open("rb") as other, pytest.raises(EOFError):
        UnswappedFile.copy_of(other.fileno(), how)

    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_it_has_no_name_on_any_disk() -> None:
    file = UnswappedFile(CONTENT, "no_swap")

    assert str(Path(f"/proc/self/fd/{file.fileno()}").readlink()).startswith("/memfd:")
    file.wipe()


def test_where_no_more_may_be_locked_nothing_is_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))

    def refuse(*_: object) -> None:
        raise OSError(12, "no more memory may be locked")

    monkeypatch.setattr(unswapped_file, "locked_mapping", refuse)
    with pytest.raises(OSError, match="locked"):
        UnswappedFile(CONTENT, "lock")

    assert len(list(Path("/proc/self/fd").iterdir())) == before


@dataclass(frozen=True)
class Machine:
    """What a machine promises of its memory."""

    group_cannot_swap: bool = False
    swaps: tuple[str, ...] = ("/dev/sda2",)
    may_lock: bool = False


def pretend(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unswapped_file, "group_cannot_swap", lambda: machine.group_cannot_swap)
    monkeypatch.setattr(unswapped_file, "swaps", lambda: machine.swaps)
    monkeypatch.setattr(unswapped_file, "may_lock", lambda _: machine.may_lock)


@pytest.mark.parametrize(
    ("machine", "found"),
    [
        (Machine(group_cannot_swap=True), "no_swap"),
        (Machine(swaps=()), "no_swap"),
        (Machine(may_lock=True), "lock"),
    ],
)
def test_what_keeps_it_off_the_disk(
    monkeypatch: pytest.MonkeyPatch, machine: Machine, found: str
) -> None:
    pretend(machine, monkeypatch)

    assert protection() == found


def test_where_it_could_be_swapped_there_is_none_and_it_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pretend(Machine(), monkeypatch)

    with pytest.raises(NoMemory, match="ambient stays off") as told:
        protection()
    assert "ulimit -l" in told.value.advice


def test_what_is_locked_is_in_no_core_dump_and_cannot_be_swapped() -> None:
    file = UnswappedFile(CONTENT, "lock")
    try:
        # By its number: what another test has left mapped has the same name.
        number = str(os.fstat(file.fileno()).st_ino)
        maps = Path("/proc/self/smaps").read_text(encoding="utf-8")
        of_each = re.split(r"(?m)^(?=[0-9a-f]+-[0-9a-f]+ )", maps)
        (ours,) = (each for each in of_each if each.split()[4:5] == [number])

        assert {"lo", "dd"} <= set(ours.partition("VmFlags: ")[2].split())
    finally:
        file.wipe()


class BeforeItIsCutOff:
    """The file of an UnswappedFile; remembers what was in it when it was cut off."""

    def __init__(self, file: Any) -> None:
        self.content = b""
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def truncate(self, size: int) -> None:
        self.content = os.pread(self._file.fileno(), 1_000_000, 0)
        self._file.truncate(size)


@pytest.mark.parametrize("how", ["no_swap", "lock"])
def test_its_pages_are_zero_before_the_kernel_gets_them_back(how: Protection) -> None:
    file = UnswappedFile(CONTENT, how)
    seen = BeforeItIsCutOff(file._file)
    file._file = seen  # type: ignore[assignment]

    file.wipe()

    assert len(seen.content) >= len(b"".join(CONTENT))
    assert not any(seen.content)
