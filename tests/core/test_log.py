"""The log goes to standard error, wherever that leads by then, and never to standard output."""

import contextlib
import io

import pytest

from core import log


def test_it_follows_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with contextlib.redirect_stderr(io.StringIO()):
        log.set_up()
        log.get_log().warning("before")
    log.get_log().warning("after")

    told = capsys.readouterr()
    assert "event='after'" in told.err
    assert "before" not in told.err
    assert told.out == ""


def test_without_a_standard_error_nothing_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr", None)
    log.set_up()

    log.get_log().warning("letter_failed")

    assert capsys.readouterr().out == ""
