"""Lines of JSON: each a text, or a sentence that says which line is wrong and how."""

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from core.errors import TextUnreadable
from core.moment import Reference
from pipeline.imports import MOST_BROKEN, Line, clean_text, read_lines, reference_to


def lines(tmp_path: Path, content: bytes) -> list[Line]:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    return list(read_lines(str(path), Reference("a.jsonl"), Counter()))


def test_a_line_gives_its_text_time_speaker_and_ref(tmp_path: Path) -> None:
    at = b'"at": "2023-01-20T16:04:00+02:00"'

    (line,) = lines(tmp_path, b'{"text": " hello ", "speaker": "Jon", "ref": "x", ' + at + b"}")

    assert line.text is not None
    assert (line.text.text, line.text.speaker) == ("hello", "Jon")
    assert line.text.recorded.at_ms == 1_674_223_440_000
    assert line.text.recorded.utc_offset_min == 120
    assert line.text.reference == Reference("a.jsonl", "x", None)


def test_without_a_ref_the_line_s_number_tells_it_apart(tmp_path: Path) -> None:
    found = lines(tmp_path, b'{"text": "one"}\n\n{"text": "two"}\n')

    assert [line.text.reference for line in found if line.text] == [
        Reference("a.jsonl", None, 1),
        Reference("a.jsonl", None, 3),
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "is not JSON"),
        (b"\xff\xfe", "is not JSON"),
        (b"[1]", "is not a JSON object"),
        (b"{}", 'has no "text"'),
        (b'{"text": 5}', '"text" that is not a text'),
        (b'{"text": "   "}', "text is empty"),
        (b'{"text": "a", "at": "yesterday-ish"}', "not an ISO time"),
        (b'{"text": "a", "speaker": ["b"]}', '"speaker" that is not a text'),
        (b"[" * 200_000, "is not JSON"),
    ],
)
def test_a_broken_line_says_which_and_the_rest_is_kept(
    tmp_path: Path, content: bytes, told: str
) -> None:
    found = lines(tmp_path, b'{"text": "one"}\n' + content + b'\n{"text": "three"}\n')

    assert [line.text.text for line in found if line.text] == ["one", "three"]
    (error,) = [line.error for line in found if line.error]
    assert error.sentence.startswith("Line 2: ")
    assert told in error.sentence


def test_a_number_may_be_a_ref(tmp_path: Path) -> None:
    (line,) = lines(tmp_path, b'{"text": "one", "ref": 17}')

    assert line.text is not None
    assert line.text.reference == Reference("a.jsonl", "17", None)


def test_a_missing_file_and_a_folder_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(TextUnreadable, match="no file"):
        list(read_lines(str(tmp_path / "none"), Reference("none"), Counter()))
    with pytest.raises(TextUnreadable, match="is a folder"):
        list(read_lines(str(tmp_path), Reference("none"), Counter()))


def test_text_is_stored_composed_and_trimmed() -> None:
    assert clean_text(" cafe\u0301 \n") == "café"


@pytest.mark.parametrize("text", ["a\0b", "\0", "half \ud800", "bytes \udcff"])
def test_text_that_cannot_be_stored_whole_is_refused(text: str) -> None:
    with pytest.raises(TextUnreadable, match="cannot be stored"):
        clean_text(text)


@pytest.mark.parametrize(
    "bad",
    [
        {"text": "a\0b"},
        {"text": "a \ud800"},
        {"text": "a", "speaker": "\udfff"},
        {"text": "a", "ref": "r\0"},
        {"text": "a", "at": "0001-01-01"},
        {"text": "a", "at": "9999-12-31T23:59:59Z"},
        {"text": "a", "at": "2026-01-31T18:00+24:00"},
        {"text": "a", "at": "2026-01-31T18:00+23:59:59"},
        {"text": "a", "at": "99999999999999999999"},
        {"text": "a", "at": 10**20},
        {"text": float("nan")},
        {"text": "a", "ref": float("inf")},
    ],
)
def test_a_value_that_cannot_be_stored_costs_its_own_line_alone(
    tmp_path: Path, bad: dict[str, object]
) -> None:
    rows = [{"text": "one"}, bad, {"text": "three"}]
    found = lines(tmp_path, "\n".join(map(json.dumps, rows)).encode())

    assert [line.text is not None for line in found] == [True, False, True]
    assert found[1].error is not None
    assert found[1].error.sentence.startswith("Line 2: ")


def test_lines_that_say_the_same_are_counted_and_those_with_a_ref_are_not(tmp_path: Path) -> None:
    rows = [
        {"text": "yes"},
        {"text": "yes", "speaker": "Jon"},
        {"text": " yes "},
        {"text": "yes", "ref": "1"},
        {"text": "yes", "at": "2026-01-31T18:00Z"},
        {"text": "yes", "at": "2026-01-31T19:00+01:00"},
    ]
    found = lines(tmp_path, "\n".join(map(json.dumps, rows)).encode())

    assert [line.text.nth for line in found if line.text] == [1, 1, 2, 1, 1, 2]


def test_two_files_of_one_name_are_two_sources_and_a_named_source_is_one(tmp_path: Path) -> None:
    for year in ("2024", "2025"):
        (tmp_path / year).mkdir()
        (tmp_path / year / "notes.jsonl").touch()
    first, second = (str(tmp_path / year / "notes.jsonl") for year in ("2024", "2025"))
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "2024")

    assert reference_to(first, None) != reference_to(second, None)
    assert reference_to(first, None).source == "notes.jsonl"
    assert reference_to(f"{tmp_path}/link.jsonl/notes.jsonl", None) == reference_to(first, None)
    assert reference_to(first, "mine") == reference_to(second, "mine") == Reference("mine")


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("sheet.xml", "<a/>")
    return file.getvalue()


TEXT = '{"text": "one"}\n{"text": "two"}\n'


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (TEXT.encode("utf-16"), "is UTF-16"),
        (TEXT.encode("utf-16-le"), "is UTF-16"),
        (TEXT.encode("utf-16-be"), "is UTF-16"),
        (TEXT.encode("utf-32"), "is UTF-32"),
        (gzip.compress(TEXT.encode()), "gzip"),
        (bz2.compress(TEXT.encode()), "bzip2"),
        (lzma.compress(TEXT.encode()), "xz"),
        (zipped(), "xlsx"),
        (b'[{"text": "one"}, {"text": "two"}]', "is one JSON array"),
        (b'[\n  {"text": "one"},\n  {"text": "two"}\n]\n', "is one JSON array"),
        (b'\xef\xbb\xbf[{"text": "one"},\n{"text": "two"}]', "is one JSON array"),
        (b'{\n  "text": "one"\n}\n', "none of its lines"),
        (b"text,at\none,2026-01-31\ntwo,2026-01-31\n", "none of its lines"),
        (bytes(range(256)) * 4, "none of its lines"),
        (b"x\n" * (MOST_BROKEN + 1) + TEXT.encode(), f"none of its first {MOST_BROKEN} lines"),
    ],
    # By what is told: gzip has the time in its bytes, and two processes must name a test alike.
    ids=lambda value: value if isinstance(value, str) else "content",
)
def test_a_file_of_another_kind_is_one_sentence(tmp_path: Path, content: bytes, told: str) -> None:
    with pytest.raises(TextUnreadable) as raised:
        lines(tmp_path, content)

    assert told in raised.value.sentence
    assert "a.jsonl" in raised.value.sentence


@pytest.mark.parametrize("first", [b"[]", b"[1]", b"nonsense", b"\xff"])
def test_a_file_whose_first_line_is_broken_is_still_read(tmp_path: Path, first: bytes) -> None:
    found = lines(tmp_path, first + b"\n" + TEXT.encode())

    assert [line.number for line in found if line.error] == [1]
    assert [line.text.text for line in found if line.text] == ["one", "two"]
