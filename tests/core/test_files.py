"""Files that are there whole, and gone when they should be."""

import os
from pathlib import Path

import pytest

from core.files import erase_file, make_folder, sweep_parts, write_durably
from tests.pipeline.spool.odd_things import NO_FILES, Maker


def test_what_was_never_written_of_a_file_is_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, written = tmp_path / "large", []
    with path.open("wb") as file:
        file.write(b"a word")
        file.seek(2**36)
        file.write(b"another")
    pwrite = os.pwrite

    def counted(descriptor: int, content: bytes, at: int) -> int:
        written.append(at)
        assert len(written) < 100
        return pwrite(descriptor, content, at)

    monkeypatch.setattr(os, "pwrite", counted)
    erase_file(path)

    assert not path.exists()
    assert written[0] == 0
    assert written[-1] <= 2**36 < written[-1] + 2**20


@pytest.mark.parametrize("make", list(NO_FILES.values()), ids=list(NO_FILES))
def test_a_sweep_leaves_what_is_no_file_and_goes_on(tmp_path: Path, make: Maker) -> None:
    make(tmp_path / "a.part")
    (tmp_path / "b.part").write_bytes(b"half")

    sweep_parts(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["a.part"]


@pytest.mark.parametrize("make", [Path.touch, NO_FILES["pipe"], NO_FILES["loop"]])
def test_a_folder_is_made_and_what_had_its_name_stays_beside_it(
    tmp_path: Path, make: Maker
) -> None:
    make(tmp_path / "a")

    assert make_folder(tmp_path / "a").is_dir()
    assert len(list(tmp_path.iterdir())) == 2


def test_a_link_to_a_folder_is_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "a").symlink_to("real")

    assert make_folder(tmp_path / "a").is_symlink()


@pytest.mark.parametrize("make", list(NO_FILES.values()), ids=list(NO_FILES))
def test_a_file_is_written_whatever_has_its_temporary_name(tmp_path: Path, make: Maker) -> None:
    make(tmp_path / "a.part")

    write_durably(tmp_path / "a", [b"one"])

    assert (tmp_path / "a").read_bytes() == b"one"
    assert not (tmp_path / "a").is_symlink()


def test_a_link_with_the_temporary_name_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"other")
    (tmp_path / "a.part").symlink_to("other")

    write_durably(tmp_path / "a", [b"one"])

    assert (tmp_path / "other").read_bytes() == b"other"
    assert (tmp_path / "a").read_bytes() == b"one"
