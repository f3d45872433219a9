"""The page to show to others."""

from pathlib import Path

import numpy as np
from flask.testing import FlaskClient

from tests.dashboard.conftest import Diary
from tests.dashboard.real_capture import RealCapture
from tests.waiting import waited

SOUND = (np.sin(np.arange(16_000) / 8) * 8000).astype(np.int16)


def test_it_is_linked_from_the_page_and_tells_how_to_have_it_stop(page: FlaskClient) -> None:
    assert 'href="/listening"' in page.get("/").text

    text = page.get("/listening").text

    assert "It is not listening: it hears nothing" in text
    assert "Ask its wearer to pause it." in text


def test_it_follows_what_the_device_does(page: FlaskClient, home: Path) -> None:
    with RealCapture(home, SOUND).running() as capture:
        assert "It keeps nothing by itself" in page.get("/listening").text
        page.post("/pause")
        waited(lambda: capture.state == "paused")
        assert "It is paused: its microphone is closed" in page.get("/listening").text


def test_no_word_and_no_time_of_the_wearers_is_on_it(page: FlaskClient, diary: Diary) -> None:
    moment = diary.heard("quirinalia", None)

    text = page.get("/listening").text

    assert "quirinalia" not in text
    assert moment not in text
