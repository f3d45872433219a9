"""A forget by the page: what it says of one that is not finished."""

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
