"""The logs of what `run` starts: private, and never large."""

import stat
import subprocess
from pathlib import Path

import pytest

from deploy import log_files
from deploy.log_files import last_sentence, open_log, trim


def test_a_log_is_this_users_alone(tmp_path: Path) -> None:
    path = tmp_path / "log" / "a.log"

    with open_log(path):
        pass

    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_large_one_begins_anew_and_its_writer_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_files, "MOST_BYTES", 10)
    path = tmp_path / "log" / "a.log"

    with open_log(path) as log:
        writer = subprocess.Popen(
            ["sh", "-c", "echo a long line >&2; read _; echo anew >&2"],
            stdin=subprocess.PIPE,
            stderr=log,
        )
    with writer:
        while not path.read_bytes():
            pass
        trim(path)
        writer.communicate(b"\n")

    assert path.read_text() == "anew\n"
    assert path.with_name("a.log.1").read_text() == "a long line\n"
    trim(path)
    assert path.read_text() == "anew\n"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", ""),
        ("timestamp='2026' level='info'\n", ""),
        ("timestamp='2026'\nThe disk is full. Free some.\n", "The disk is full. Free some."),
    ],
)
def test_the_sentence_of_an_error_stands_last(tmp_path: Path, written: str, said: str) -> None:
    path = tmp_path / "a.log"
    path.write_text(f"An older sentence.\n{written}")

    assert last_sentence(path, len("An older sentence.\n")) == said
