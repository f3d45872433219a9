"""What is imported again: each line once, nothing swallowed, and never status 0 with a loss."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.command import Ran, afterthought, is_one_sentence


def write(path: Path, *rows: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def import_(*paths: Path, status: int = 0) -> list[Any]:
    ran = afterthought("import", "--json", *paths)
    assert ran.status == status, ran
    return ran.lines


def texts() -> list[str]:
    return sorted(row["text"] for row in afterthought("list", "--json").value)


def test_two_files_of_one_name_do_not_swallow_one_another(tmp_path: Path) -> None:
    old = write(tmp_path / "old" / "a.jsonl", {"text": "pump"}, {"text": "same"}, {"text": "leak"})
    new = write(tmp_path / "new" / "a.jsonl", {"text": "siren"}, {"text": "same"})

    first = import_(old, new)
    again = import_(new, old, new)

    assert len({line["id"] for line in first}) == 5
    assert texts() == ["leak", "pump", "same", "same", "siren"]
    assert again == [*first[3:], *first[:3], *first[3:]]


def test_a_line_on_top_is_the_only_new_one(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", {"text": "first"}, {"text": "second"})
    before = import_(path)
    write(path, {"text": "on top"}, {"text": "first"}, {"text": "second"})

    after = import_(path)

    assert after[1:] == before
    assert texts() == ["first", "on top", "second"]


def test_lines_may_say_the_same_and_are_there_as_often_as_in_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", *[{"text": "yes"}] * 3, {"text": "no"})
    before = import_(path)
    write(path, {"text": "no"}, *[{"text": "yes"}] * 4)

    after = import_(path)

    assert texts() == ["no", "yes", "yes", "yes", "yes"]
    assert [line["id"] for line in after[:4]] == [
        before[3]["id"],
        *(line["id"] for line in before[:3]),
    ]


def test_a_changed_line_is_taken_in_beside_the_old_one(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", {"text": "a"}, {"text": "b", "at": "2026-01-31"})
    import_(path)
    write(path, {"text": "a", "speaker": "Jon"}, {"text": "b", "at": "2026-02-01"})
    import_(path)

    assert texts() == ["a", "a", "b", "b"]


def test_a_line_that_was_forgotten_in_between_is_taken_in_anew(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", *[{"text": "yes"}] * 2)
    first, second = import_(path)
    afterthought("forget", first["id"], "--yes")

    again = import_(path)

    assert texts() == ["yes", "yes"]
    assert second["id"] in {line["id"] for line in again}


@pytest.mark.parametrize(
    "changed",
    [
        {"text": "other"},
        pytest.param({"text": "old", "speaker": "Jon"}, marks=pytest.mark.long),
        pytest.param({"text": "old", "at": "2026-01-31"}, marks=pytest.mark.long),
    ],
)
def test_a_ref_that_stands_for_something_else_is_told_and_the_rest_go_on(
    tmp_path: Path, changed: dict[str, str]
) -> None:
    path = write(tmp_path / "a.jsonl", {"ref": "1", "text": "old"})
    (moment,) = import_(path)
    write(path, {"ref": "1"} | changed, {"ref": "2", "text": "new"})

    told, new = import_(path, status=1)

    assert set(told) == {"file", "line", "error", "code", "advice"}
    assert (told["line"], told["code"]) == (1, "ref_taken")
    assert moment["id"][:8] in told["error"]
    assert new["ref"] == "2"
    assert texts() == ["new", "old"]


def test_a_ref_that_stands_twice_in_one_file_is_told_unless_it_says_the_same(
    tmp_path: Path,
) -> None:
    same, other = {"ref": "1", "text": "one"}, {"ref": "1", "text": "two"}
    lines = import_(write(tmp_path / "a.jsonl", same, other, same), status=1)

    assert [line.get("line") for line in lines] == [None, 2, None]
    assert lines[0] == lines[2]
    assert texts() == ["one"]


def test_a_named_source_is_one_whatever_its_files_are_called(tmp_path: Path) -> None:
    first = write(tmp_path / "a.jsonl", {"text": "yes"})
    second = write(tmp_path / "b.jsonl", {"text": "yes"}, {"text": "no"})

    for _ in range(2):
        ran = afterthought("import", "--source", "chat", first, second)
        assert ran.status == 0

    assert texts() == ["no", "yes", "yes"]


def test_a_file_that_is_no_json_lines_is_one_sentence_and_the_rest_go_on(tmp_path: Path) -> None:
    wide, packed = tmp_path / "wide.jsonl", tmp_path / "packed.jsonl"
    wide.write_text('{"text": "one"}\n{"text": "two"}\n', encoding="utf-16")
    packed.write_bytes(gzip.compress(b'{"text": "one"}\n'))
    good = write(tmp_path / "good.jsonl", {"text": "three"})

    *refused, kept = import_(wide, packed, tmp_path / "none.jsonl", good, status=1)

    assert [set(each) for each in refused] == [{"file", "error", "code", "advice"}] * 3
    assert [each["file"] for each in refused[:2]] == [str(wide), str(packed)]
    assert kept["id"]
    assert texts() == ["three"]


def test_queries_of_another_kind_of_file_are_one_sentence(tmp_path: Path) -> None:
    wide = tmp_path / "queries.txt"
    wide.write_text("pump\nsiren\n", encoding="utf-16")

    ran: Ran = afterthought("search", "--from", wide)

    assert (ran.status, ran.out) == (1, "")
    assert "UTF-16" in ran.err
    assert is_one_sentence(ran.err)
