"""Walks 1 and 2: from sound and a press to a moment, with kills between the steps."""

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from core.paths import Home
from device.capture.control_socket import ask
from tests.journeys.capturing import Line, capture, press_after_the_sentence, running
from tests.journeys.command import PILL_BOX, afterthought


def kill(service: "subprocess.Popen[bytes]") -> None:
    os.kill(service.pid, signal.SIGKILL)
    service.wait()


def finish() -> None:
    done = afterthought("process", "--once")
    assert done.status == 0, done.err


def moments() -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = afterthought("list", "--json").value
    assert afterthought("check").status == 0
    return listed


@pytest.fixture
def place(home: Path) -> Home:
    return Home(home)


def test_what_was_said_before_the_press_becomes_a_moment(place: Home) -> None:
    with (
        running("process", socket_at=place.worker_socket),
        capture(place) as (service, line),
    ):
        worker = Line(place.worker_socket)
        taken = press_after_the_sentence(place, line)
        told = [line.until_told(kind)["keep"] for kind in ("taken", "kept", "closed")]
        found = worker.until_told("searchable")
        worker.close()
        service.terminate()

        assert service.wait() == 0
    (moment,) = moments()
    assert taken["outcome"] == "taken"
    assert told == [taken["keep"]] * 3
    assert moment["id"] == found["moment"] == taken["keep"]
    assert moment["how"] == "press"
    assert "siren" in moment["text"]
    assert afterthought("search", "siren", "--json").value[0]["id"] == taken["keep"]


def test_what_was_confirmed_survives_the_death_of_capture(place: Home) -> None:
    with capture(place) as (service, line):
        taken = press_after_the_sentence(place, line)
        line.until_told("kept")
        kill(service)
    finish()
    finish()

    (moment,) = moments()
    assert moment["id"] == taken["keep"]
    assert "siren" in moment["text"]


@pytest.mark.long
def test_what_was_only_taken_is_there_whole_or_not_at_all(place: Home) -> None:
    with capture(place) as (service, line):
        press_after_the_sentence(place, line)
        kill(service)
    finish()

    assert all("pill" in each["text"] for each in moments())


@pytest.mark.long
def test_a_new_capture_goes_on_and_leaves_the_old_keep_to_the_worker(place: Home) -> None:
    with capture(place) as (service, line):
        first = press_after_the_sentence(place, line)["keep"]
        line.until_told("kept")
        kill(service)
    with capture(place) as (_, line):
        second = press_after_the_sentence(place, line)["keep"]
        line.until_told("closed")
        finish()

    assert [each["id"] for each in moments()] == [first, second]


@pytest.mark.parametrize(
    "step",
    [
        "progress",
        *(pytest.param(each, marks=pytest.mark.long) for each in ("before", "kept", "searchable")),
    ],
)
def test_a_worker_that_is_killed_at_any_step_loses_nothing_and_makes_nothing_twice(
    place: Home, step: str
) -> None:
    with capture(place) as (_, line):
        with running("process", socket_at=place.worker_socket) as worker:
            events = Line(place.worker_socket)
            keep = press_after_the_sentence(place, line)["keep"]
            line.until_told("closed")
            if step in {"progress", "searchable"}:
                events.until_told(step)
            kill(worker)
            events.close()
        finish()

    assert [each["id"] for each in moments()] == [keep]


def test_pressed_again_the_same_moment_reaches_further_back(place: Home) -> None:
    with capture(place) as (_, line):
        first = press_after_the_sentence(place, line)
        line.until_told("closed")
        again = ask(place.capture_socket, {"do": "press"})
        finish()

    assert again["outcome"] == "refused"
    assert [each["id"] for each in moments()] == [first["keep"]]


def test_a_second_capture_for_the_same_home_is_refused(place: Home) -> None:
    with capture(place):
        refused = afterthought("capture", "--replay", str(PILL_BOX))

    assert refused.status == 1
    assert "already" in refused.err


def test_without_capture_press_and_status_say_what_to_do() -> None:
    pressed, status = afterthought("press"), afterthought("status", "--json")

    assert pressed.status == 1
    assert "afterthought capture" in pressed.err
    assert status.value["capture"] is None
    assert len(status.value["sentences"]) == 2


def test_hear_keeps_the_same_as_capture_in_the_time_of_the_file(tmp_path: Path) -> None:
    heard = afterthought("hear", PILL_BOX, "--press-at", "1000", "--json")

    moment, summary = heard.lines
    assert heard.status == 0, heard.err
    assert "siren" in moment["text"]
    assert all(0 <= w["start_s"] <= w["end_s"] <= moment["end_s"] for w in moment["words"])
    assert moment["reasons"] == ["you pressed"]
    assert summary["summary"]["kept_s"] == pytest.approx(
        moment["end_s"] - moment["start_s"], abs=0.01
    )
    everything = afterthought("hear", PILL_BOX, "--policy", "everything", "--json").lines
    assert "siren" in " ".join(each.get("text", "") for each in everything)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--policy", "ambient", "--press-at", "1"],
        ["--policy", "everything", "--explain"],
        ["--press-at", "soon", "3"],
        ["--press-at", "-1"],
        ["--press-at", "nan"],
        [str(PILL_BOX), "--press-at", "1"],
        ["--policy", "everything", "--press-at", "1"],
    ],
)
def test_what_hear_cannot_do_is_wrong_usage_with_the_next_step(arguments: list[str]) -> None:
    refused = afterthought("hear", PILL_BOX, *arguments)

    assert refused.status == 2
    assert "Traceback" not in refused.err
    assert refused.err.count(".") >= 2


def test_a_file_that_is_no_sound_is_told_and_the_rest_go_on(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()

    heard = afterthought("hear", tmp_path / "empty.wav", PILL_BOX, "--json")

    assert heard.status == 1
    assert heard.lines[0]["code"] == "sound_unreadable"
    assert "summary" in heard.lines[-1]
