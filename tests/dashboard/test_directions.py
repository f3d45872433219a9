"""Words of a script that runs the other way take their own direction, and no other text's."""

import re
import time

from flask.testing import FlaskClient

from tests.dashboard.conftest import Diary

HEBREW = "\u05d4\u05de\u05e9\u05d0\u05d1\u05d4"
"""*The pump*."""


def directed(page: str) -> int:
    """How often the word stands in an element that finds its own direction."""
    return len(re.findall(rf'<\w+[^>]* dir="auto"[^>]*>(?:<(?:span|mark)[^>]*>)?{HEBREW}', page))


def test_words_find_their_own_direction_wherever_they_are_shown(
    page: FlaskClient, diary: Diary
) -> None:
    now_ms = round(time.time() * 1000)
    moment = diary.heard(HEBREW, now_ms)
    diary.typed(HEBREW, now_ms - 1_000)

    for path in ("/", f"/moment/{moment}", f"/search?q={HEBREW}", f"/moment/{moment}/forget"):
        text = page.get(path).text
        shown = text.count(f">{HEBREW}<")
        assert shown, path
        assert directed(text) == shown, path


def test_what_is_typed_finds_its_direction_too(page: FlaskClient) -> None:
    fields = re.findall(r'<(?:textarea|input[^>]*type="search")[^>]*>', page.get("/").text)

    assert fields
    assert all('dir="auto"' in field for field in fields)
