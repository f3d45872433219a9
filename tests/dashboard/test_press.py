"""Pause, record and bring back from a page without script, with the real capture."""

import re
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient

from core.errors import UserError
from device.ports import Edge, Fault, Switched
from tests.dashboard.real_capture import RealCapture
from tests.waiting import waited

SOUND = (np.sin(np.arange(160_000) / 8) * 8000).astype(np.int16)
JSON = {"Accept": "application/json"}


def offered(text: str) -> list[str]:
    """The addresses that the forms of a page lead to."""
    return re.findall(r'<form[^>]*action="([^"]+)"', text)


def test_while_it_listens_pause_and_record_are_offered_and_nothing_else(
    page: FlaskClient, home: Path
) -> None:
    with RealCapture(home, SOUND).running():
        text = page.get("/").text

    assert {"/pause", "/record", "/press"} <= set(offered(text))
    assert not {"/resume", "/bring-back"} & set(offered(text))
    assert "<details" in text
    assert "<details open" not in text


def test_without_capture_there_is_nothing_to_pause(page: FlaskClient) -> None:
    assert not {"/pause", "/record", "/resume"} & set(offered(page.get("/").text))


def test_a_pause_of_a_quarter_of_an_hour_says_how_long_yet(page: FlaskClient, home: Path) -> None:
    with RealCapture(home, SOUND).running() as capture:
        text = page.post("/pause", data={"for_s": "900"}, follow_redirects=True).text
        pause = capture.ask(do="status")["pause"]

    assert pause["by"] == "page"
    assert 890 < pause["remaining_s"] <= 900
    assert "Paused. The microphone is closed" in text
    assert ">15 min</span>, or when you resume" in text
    assert "/resume" in offered(text)
    assert "in memory and nowhere else" not in shown(text)


def shown(text: str) -> str:
    """What the page shows, without what it hands to its scripts."""
    return text[text.index("<body") :]


def test_a_pause_without_an_end_says_so_and_resume_ends_it(page: FlaskClient, home: Path) -> None:
    with RealCapture(home, SOUND).running() as capture:
        paused = page.post("/pause", data={"for_s": ""}, follow_redirects=True).text
        page.post("/resume", follow_redirects=True)
        waited(lambda: capture.state == "listening")
        text = page.get("/").text

    assert "It stays paused until you resume." in paused
    assert "I hear you. Nothing is being kept." in text
    assert "/resume" not in offered(text)


def test_what_the_slide_switch_paused_the_page_does_not_offer_to_resume(
    page: FlaskClient, home: Path
) -> None:
    with RealCapture(home, SOUND).running() as capture:
        capture.capture.inbox.put(Switched(paused=True))
        waited(lambda: capture.state == "paused")
        text = page.get("/").text
        answer = page.post("/resume")

    assert not {"/resume", "/pause"} & set(offered(text))
    assert "The slide switch says pause. Move it to listen again." in text
    assert answer.status_code == 409
    assert "The slide switch says pause." in answer.text[answer.text.index('id="refusal"') :]


def test_a_recording_begins_shows_its_length_and_ends(page: FlaskClient, home: Path) -> None:
    with RealCapture(home, SOUND).running() as capture:
        page.post("/record", data={"on": "true"})
        waited(lambda: capture.state == "recording")
        text = page.get("/").text
        done = page.post("/record", data={"on": "false"}, follow_redirects=True).text
        waited(lambda: capture.state == "listening")

    assert "Recording, until you stop it." in text
    assert re.search(r'aria-label="Stop recording">Stop <span[^>]*>0:\d\d</span>', text)
    assert "The recording has ended." in done


def test_a_press_while_it_is_paused_is_refused_to_script_as_well(
    page: FlaskClient, home: Path
) -> None:
    with RealCapture(home, SOUND).running():
        page.post("/pause", data={"for_s": ""})
        answer = page.post("/press", headers=JSON).json

    assert answer is not None
    assert answer["outcome"] == "refused"
    assert answer["sentence"] == "Paused, so there was nothing to keep."


def test_below_the_disks_reserve_the_page_says_so_before_and_after_a_press(
    page: FlaskClient, home: Path
) -> None:
    reserve_mb = 2 * shutil.disk_usage(home).free // 1_000_000
    (home / "settings.toml").write_text(f"[device]\nreserve_mb = {reserve_mb}\n")
    with RealCapture(home, SOUND).running() as capture:
        text = page.get("/").text
        answer = page.post("/press")

    assert "The disk is full, so a press keeps nothing." in text
    assert "data-off" in text
    assert "/record" not in offered(text)
    assert answer.status_code == 409
    assert "Free some space" in answer.text[answer.text.index('id="refusal"') :]
    assert capture.presses == 0
    assert list((home / "spool").glob("*.clip")) + list((home / "spool").glob("*.open")) == []


def test_in_a_fault_the_page_says_what_to_do_and_a_press_keeps_what_memory_holds(
    page: FlaskClient, home: Path
) -> None:
    error = UserError("The microphone is gone.", advice="Plug it in again.")
    with RealCapture(home, SOUND).running() as capture:
        capture.microphone.stop()
        capture.capture.inbox.put_sound(Fault(error))
        waited(lambda: capture.state == "fault")
        text = page.get("/").text
        answer = page.post("/press", headers=JSON).json

    assert "The microphone is gone." in text
    assert "Plug it in again." in text
    assert "data-off" not in text
    assert answer is not None
    assert answer["outcome"] == "taken"


def press_that_pauses(capture: RealCapture) -> None:
    """A short press, then one that is held: felt as pause after two seconds."""
    now_s = time.monotonic()
    for down, at_s in ((True, -2.6), (False, -2.5), (True, -2.3)):
        capture.capture.inbox.put(Edge(down, now_s + at_s))
    waited(lambda: capture.state == "paused")


def test_what_the_button_took_back_with_its_pause_can_be_brought_back(
    page: FlaskClient, home: Path
) -> None:
    with RealCapture(home, SOUND).running() as capture:
        press_that_pauses(capture)
        (taken_back,) = capture.ask(do="status")["taken_back"]
        text = page.get("/").text
        done = page.post("/bring-back", data={"keep": taken_back["keep"]}, follow_redirects=True)
        again = page.post("/bring-back", data={"keep": taken_back["keep"]})

    assert "set aside, and will be erased in" in text
    assert f'name="keep" value="{taken_back["keep"]}"' in text
    assert "Brought back." in done.text
    assert "/bring-back" not in offered(done.text)
    assert list((home / "spool").glob(f"{taken_back['keep']}.*.clip"))
    assert again.status_code == 409
    assert "It cannot be brought back any more." in again.text


@pytest.mark.parametrize("act", ["/pause", "/resume", "/record", "/bring-back"])
def test_an_act_that_nobody_hears_says_so(page: FlaskClient, act: str) -> None:
    answer = page.post(act, headers=JSON).json

    assert answer is not None
    assert answer["outcome"] == "refused"
    assert "Afterthought is stopped." in answer["sentence"]


@pytest.mark.parametrize("for_s", ["-1", "0", "x", "99999999"])
def test_a_pause_of_a_length_that_is_none_is_never_one_without_an_end(
    page: FlaskClient, home: Path, for_s: str
) -> None:
    with RealCapture(home, SOUND).running() as capture:
        answer = page.post("/pause", data={"for_s": for_s}, headers=JSON).json
        state = capture.state

    assert answer is not None
    assert answer["outcome"] == "refused"
    assert state == "listening"
