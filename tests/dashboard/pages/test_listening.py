"""The page to show to others."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient

from core.access.unswapped_file import NoMemory, Protection
from device.capture.candidates import chosen
from pipeline.store import voices
from pipeline.store.format.voice_drafts import VoicePrint
from pipeline.store.sqlite.archive import open_archive
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


def policy(home: Path, name: str) -> None:
    (home / "settings.toml").write_text(f'[selection]\npolicy = "{name}"\n')


def test_where_all_that_is_said_is_kept_both_pages_say_so(page: FlaskClient, home: Path) -> None:
    policy(home, "everything")
    with RealCapture(home, SOUND).running():
        shown = page.get("/").text
        assert "I hear you, and keep all that is said." in shown
        assert "Nothing is being kept" not in shown
        assert (
            "It listens, and keeps everything that is said near it." in page.get("/listening").text
        )


def test_once_the_wearer_is_enrolled_others_are_told_so_unless_theirs_is_kept_too(
    page: FlaskClient, home: Path
) -> None:
    policy(home, "ambient")
    direction = (np.ones(256) / 16).astype("<f2").tobytes()
    asyncio.run(enrolled(home, VoicePrint("a model", direction, 60.0)))
    with RealCapture(home, SOUND).running():
        assert "What others say is forgotten" in page.get("/listening").text
        (home / "settings.toml").write_text('[selection]\npolicy = "ambient"\nothers = "keep"\n')
        assert "What others say is forgotten" not in page.get("/listening").text


async def enrolled(home: Path, print_: VoicePrint) -> None:
    async with open_archive(home) as archive:
        await voices.enrol(archive, print_)


def test_ambient_says_so_and_why_it_is_off(
    page: FlaskClient, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy(home, "ambient")
    monkeypatch.setattr(chosen, "protection", lambda: "no_swap")
    with RealCapture(home, SOUND).running():
        assert "I hear you, and keep by myself what seems to matter." in page.get("/").text
        assert "It keeps by itself what seems to matter" in page.get("/listening").text

    monkeypatch.setattr(chosen, "protection", no_memory)
    with RealCapture(home, SOUND).running():
        shown = page.get("/").text
        assert "I hear you. Nothing is being kept." in shown
        assert "It could be swapped here. Turn swap off." in shown
        assert "It keeps nothing by itself" in page.get("/listening").text


def no_memory() -> Protection:
    raise NoMemory("It could be swapped here.", advice="Turn swap off.")
