"""Which strip a newcomer is shown."""

import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.first_minute import FirstMinute, first_minute, load_demo

MICROPHONE = {"state": "listening", "replay": None}
REPLAY = {"state": "listening", "replay": {"seconds": 30, "at_s": 0, "playing": False}}


def strip(capture: dict[str, Any] | None, **more: bool) -> FirstMinute | None:
    known = {"is_dismissed": False, "has_kept": False, "has_demo": True, **more}
    return first_minute(capture, **known)


def test_with_a_microphone_it_is_the_wearers_own() -> None:
    assert strip(MICROPHONE) == FirstMinute("microphone")


def test_on_a_replay_it_is_the_demo_and_stays_after_a_press() -> None:
    assert strip(REPLAY, has_kept=True) == FirstMinute("demo")


@pytest.mark.parametrize(
    ("capture", "more"),
    [
        (MICROPHONE, {"is_dismissed": True}),
        (REPLAY, {"is_dismissed": True}),
        (MICROPHONE, {"has_kept": True}),
        (REPLAY, {"has_demo": False}),
        (None, {}),
        ({"state": "fault", "replay": None}, {}),
    ],
)
def test_it_is_left_out(capture: dict[str, Any] | None, more: dict[str, bool]) -> None:
    assert strip(capture, **more) is None


def test_without_a_scene_there_is_no_demo(tmp_path: Path) -> None:
    assert load_demo(tmp_path) is None


def test_what_is_planted_names_the_opposite_by_its_recording(tmp_path: Path) -> None:
    (tmp_path / "sounds").mkdir()
    (tmp_path / "sounds" / "scene.m4a").write_bytes(b"x")
    (tmp_path / "planted.json").write_text(json.dumps({"opposite_of_scene": ["louder"]}))

    demo = load_demo(tmp_path)

    assert demo is not None
    assert demo.is_opposite("louder.m4a")
    assert not demo.is_opposite("bins.m4a")
    assert not demo.is_opposite(None)
