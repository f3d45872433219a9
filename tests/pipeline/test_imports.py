"""Lines of JSON: each a text, or a sentence that says which line is wrong and how."""

from pathlib import Path

import pytest

from core.errors import TextUnreadable
from core.moment import Reference
from pipeline.imports import Line, clean_text, read_lines


def lines(tmp_path: Path, content: bytes) -> list[Line]:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    return list(read_lines(str(path), "a.jsonl"))


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
        list(read_lines(str(tmp_path / "none"), "none"))
    with pytest.raises(TextUnreadable, match="is a folder"):
        list(read_lines(str(tmp_path), "none"))


def test_text_is_stored_composed_and_without_what_cannot_be_stored() -> None:
    assert clean_text("cafe\u0301\0 \udcff") == "café \ufffd"
