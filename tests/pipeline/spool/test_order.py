"""What goes first: by kind and size, whoever came when."""

import pytest

from pipeline.spool.order import LONG_CLIP_BYTES, LONG_TEXT_BYTES, NOTE_BYTES, Kind, Turn, turn


@pytest.mark.parametrize(
    ("kind", "name", "size", "expected"),
    [
        ("fact", "a-7-gap_found.fact", 10**9, Turn.FACT),
        ("texts", "b.0.texts", NOTE_BYTES, Turn.NOTE),
        ("texts", "b.0.texts", NOTE_BYTES + 1, Turn.SHORT),
        ("texts", "b.0.texts", LONG_TEXT_BYTES, Turn.SHORT),
        ("texts", "b.0.texts", LONG_TEXT_BYTES + 1, Turn.LONG),
        ("clip", "a-7.0.clip", LONG_CLIP_BYTES, Turn.PRESSED),
        ("clip", "a-7.0.clip", LONG_CLIP_BYTES + 1, Turn.LONG),
        ("clip", "a-0.0.clip", LONG_CLIP_BYTES, Turn.SHORT),
        ("clip", "a-0.0.clip", LONG_CLIP_BYTES + 1, Turn.LONG),
        ("clip", "a-10.1.clip", 1, Turn.PRESSED),
    ],
)
def test_a_letters_turn(kind: Kind, name: str, size: int, expected: Turn) -> None:
    assert turn(kind, name, size) is expected


def test_a_note_goes_before_a_press_that_goes_before_short_files_that_go_before_long() -> None:
    assert sorted(Turn) == [Turn.FACT, Turn.NOTE, Turn.PRESSED, Turn.SHORT, Turn.LONG]
