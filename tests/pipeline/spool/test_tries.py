"""What is remembered of a letter on which the models failed survives; garbage is nothing."""

from pathlib import Path

import pytest

from core.clock import Recorded
from pipeline.checks import _spool
from pipeline.spool.spool import Spool
from pipeline.spool.tries import Conditions, Tries, read_tries, tries_path, write_tries


def test_what_was_written_is_read(tmp_path: Path) -> None:
    letter = tmp_path / "a-0.0.clip"
    tries = Tries(3, "stuck", Recorded(5, 60, "boot", 7, "clock"), Conditions("these", 11))
    assert read_tries(letter) is None

    write_tries(letter, tries)

    assert read_tries(letter) == tries


def test_the_count_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    letter = tmp_path / "a-0.0.clip"
    tries_path(letter).write_text("2", encoding="ascii")

    assert read_tries(letter) == Tries(2)


WHOLE = b'{"count": 1, "why": "ended", "at": {}, "conditions": {"models": "", "memory_bytes": 1}}'


@pytest.mark.parametrize(
    "garbage",
    [
        *(b"", b"-1", b"0", b"true", b"[]", b"{}", b"\xff", b"1e9", b"[" * 4000, b"9" * 9000),
        WHOLE.replace(b"{}", b"7"),
        WHOLE.replace(b'"count": 1', b'"count": "x"'),
        WHOLE.replace(b"ended", b"moon"),
        WHOLE.replace(b'_bytes": 1', b'_bytes": "1"'),
    ],
)
def test_what_cannot_be_read_is_nothing(tmp_path: Path, garbage: bytes) -> None:
    letter = tmp_path / "a-0.0.clip"
    tries_path(letter).write_bytes(garbage)

    assert read_tries(letter) is None


def test_what_is_whole_is_read(tmp_path: Path) -> None:
    letter = tmp_path / "a-0.0.clip"
    tries_path(letter).write_bytes(WHOLE)

    assert read_tries(letter) == Tries(1, "ended", Recorded(), Conditions("", 1))


def test_doctor_tells_on_how_many_letters_the_models_failed(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.post_texts("a", [])
    letter = spool.post_texts("b", [])
    assert "failing" not in {check.name for check in _spool(spool)}
    write_tries(letter, Tries(1))

    (told,) = [check for check in _spool(spool) if check.name == "failing"]

    assert (told.state, told.sentence) == (
        "warn",
        "The models failed on 1 item, which will be tried again.",
    )
