"""The strip that a newcomer sees."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient

from core.capture_status import CaptureStatus, ReplayStatus, SelectionStatus
from dashboard.show.first_minute import Demo, FirstMinute, first_minute, load_demo, sentences
from dashboard.show.lines import ShownWord
from tests.dashboard.real_capture import RealCapture
from tests.dashboard.show.test_status import STATUS

MICROPHONE = STATUS
REPLAY = replace(STATUS, replay=ReplayStatus(30.0, 0.0, playing=False))

DEMO = Demo(Path("scene.m4a"), worth_s=33.2)


def strip(
    capture: CaptureStatus | None, demo: Demo | None = DEMO, **more: bool
) -> FirstMinute | None:
    dismissed, kept = more.get("is_dismissed", False), more.get("has_kept", False)
    return first_minute(capture, demo, is_dismissed=dismissed, has_kept=kept)


def test_with_a_microphone_it_is_the_wearers_own() -> None:
    assert strip(MICROPHONE) == FirstMinute("microphone")


def test_on_a_replay_it_is_the_demo_and_stays_after_a_press() -> None:
    assert strip(REPLAY, has_kept=True) == FirstMinute("demo", worth_s=33.2)


@pytest.mark.parametrize(
    ("capture", "more"),
    [
        (MICROPHONE, {"is_dismissed": True}),
        (REPLAY, {"is_dismissed": True}),
        (MICROPHONE, {"has_kept": True}),
        (None, {}),
        (replace(STATUS, state="fault"), {}),
        (replace(STATUS, state="paused"), {}),
        (
            replace(
                MICROPHONE, selection=SelectionStatus("ambient", is_on=True, sentence="It does.")
            ),
            {},
        ),
        (
            replace(
                REPLAY, selection=SelectionStatus("everything", is_on=True, sentence="It does.")
            ),
            {},
        ),
    ],
)
def test_it_is_left_out(capture: CaptureStatus | None, more: dict[str, bool]) -> None:
    assert strip(capture, DEMO, **more) is None


def test_with_a_microphone_the_demo_is_offered_in_a_sentence(page: FlaskClient, home: Path) -> None:
    with RealCapture(home, np.zeros(16_000, np.int16)).running():
        strip_shown = page.get("/").text

    assert "Say something." in strip_shown
    assert "<code>./run --demo</code>" in strip_shown


def test_another_recording_than_the_demo_has_no_strip() -> None:
    assert strip(REPLAY, None) is None


def test_without_a_scene_there_is_no_demo(tmp_path: Path) -> None:
    assert load_demo(tmp_path) is None


def test_what_is_planted_names_the_opposite_by_its_recording(tmp_path: Path) -> None:
    ends = [{"end_s": 2.5}, {"end_s": 7.5}]
    plan = {"worth_keeping": 1, "sentences": ends}
    planted = {
        "scene": "sounds/scene.m4a",
        "opposites": ["louder"],
        "scene_plan": plan,
        "hidden_link": {"found": "nobody"},
    }
    (tmp_path / "planted.json").write_text(json.dumps(planted))

    demo = load_demo(tmp_path)

    assert demo is not None
    assert demo.worth_s == 7.5
    assert demo.answers == {"nobody"}
    assert demo.is_opposite("louder.m4a")
    assert not demo.is_opposite("bins.m4a")
    assert not demo.is_opposite(None)


def test_words_are_taken_sentence_by_sentence() -> None:
    words = [ShownWord(word, 0, 1) for word in "So. It is one knock. and then".split()]

    assert [len(each) for each in sentences(words)] == [1, 4, 2]
