"""What is erased is overwritten first, where that means something."""

import os
from pathlib import Path

import pytest

from core import files
from core.files import SMALL_BYTES, erase_file, overwrite


@pytest.mark.parametrize("size", [0, 5, SMALL_BYTES, SMALL_BYTES + 1])
def test_a_file_is_overwritten_before_its_name_goes(
    tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sound"
    path.write_bytes(b"x" * size)
    found: list[bytes] = []
    unlink = Path.unlink

    def seen(self: Path, *, missing_ok: bool = False) -> None:
        found.append(self.read_bytes())
        unlink(self, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", seen)
    erase_file(path)

    assert found == [bytes(size)]
    assert not path.exists()


def test_a_backup_that_shares_the_bytes_keeps_them(tmp_path: Path) -> None:
    path, backup = tmp_path / "sound", tmp_path / "backup"
    path.write_bytes(b"sound")
    backup.hardlink_to(path)

    erase_file(path)

    assert not path.exists()
    assert backup.read_bytes() == b"sound"


def test_of_a_link_the_link_goes_and_nothing_else(tmp_path: Path) -> None:
    path, target = tmp_path / "sound", tmp_path / "elsewhere"
    target.write_bytes(b"elsewhere")
    path.symlink_to(target)

    erase_file(path)

    assert not path.is_symlink()
    assert target.read_bytes() == b"elsewhere"


def test_a_pipe_is_removed_without_waiting_for_a_reader(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    erase_file(tmp_path / "pipe")

    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_refuses_the_overwriting_keeps_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(descriptor: int, *, names: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "sound").write_bytes(b"sound")
    monkeypatch.setattr(files, "overwrite", refuse)

    erase_file(tmp_path / "sound")

    assert list(tmp_path.iterdir()) == []


def test_what_is_gone_already_is_no_error(tmp_path: Path) -> None:
    erase_file(tmp_path / "gone")

    assert list(tmp_path.iterdir()) == []


def test_bytes_without_a_name_are_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "letter"
    path.write_bytes(b"words")
    with path.open("r+b") as file:
        path.unlink()
        overwrite(file.fileno(), names=0)
        assert file.read() == bytes(5)
