"""The file of ids that were forgotten: it outlives kills, power cuts and backups."""

from pathlib import Path

from pipeline.store.tombstones import read_tombstones, tombstones_path, write_tombstones


def test_each_id_is_a_line(home: Path) -> None:
    write_tombstones(home, ["aa-0", "bb-0"])
    write_tombstones(home, ["cc-0"])

    assert tombstones_path(home).read_text(encoding="ascii") == "aa-0\nbb-0\ncc-0\n"
    assert read_tombstones(home) == ["aa-0", "bb-0", "cc-0"]


def test_where_nothing_was_forgotten_there_is_none(home: Path) -> None:
    assert read_tombstones(home) == []


def test_an_id_that_was_forgotten_twice_is_told_once(home: Path) -> None:
    write_tombstones(home, ["bb-0", "aa-0", "bb-0"])

    assert read_tombstones(home) == ["bb-0", "aa-0"]


def test_a_torn_line_and_an_empty_one_are_left_out(home: Path) -> None:
    tombstones_path(home).write_bytes(b"aa-0\n\n\xffbb-0\ntor")

    assert read_tombstones(home) == ["aa-0", "\ufffdbb-0"]
