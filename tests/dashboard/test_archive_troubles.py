"""What the page says of a forget that is not finished, and of an archive in doubt."""

import contextlib
import sqlite3
from pathlib import Path

from flask.testing import FlaskClient

from tests.dashboard.conftest import Diary
from tests.dashboard.test_pages import now_ms


def test_a_forget_says_that_it_goes_on_while_somebody_reads(
    page: FlaskClient, diary: Diary, home: Path
) -> None:
    moment = diary.heard("nobody should hear abracadabra", now_ms())
    with contextlib.closing(sqlite3.connect(home / "archive.db")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM event").fetchone()

        done = page.post(f"/moment/{moment}/forget", follow_redirects=True)

    assert "the rest is erased by itself" in done.text


def test_an_archive_in_doubt_is_told_and_reading_goes_on(
    page: FlaskClient, diary: Diary, home: Path
) -> None:
    diary.heard("the first", now_ms())
    backup = (home / "archive.db").read_bytes()
    diary.heard("the second", now_ms())
    (home / "archive.db").write_bytes(backup)

    text = page.get("/").text

    assert "is older than what was last written here" in text
    assert "rebuild --as-it-is" in text
    assert "the first" in text
