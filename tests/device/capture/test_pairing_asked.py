"""The second button asks the page for a pairing, and the light says what comes of it."""

from pathlib import Path
from typing import Any

import pytest

from device.capture.events import as_json
from device.capture.loop import DetectorLoaded
from device.capture.pairing_shown import ANSWERED_WITHIN_S
from tests.device.capture.test_engine import LoudDetector
from tests.device.wearer import Wearer


@pytest.fixture
def wearer(home: Path) -> Wearer:
    (home / "settings.toml").write_text('[device]\nsecond_button = "pair"\n', encoding="utf-8")
    made = Wearer(home)
    made.send(DetectorLoaded(LoudDetector()))
    made.say(1)
    return made


@pytest.fixture
def told(wearer: Wearer, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What whoever subscribed is told of the second button and of refusals."""
    found: list[dict[str, Any]] = []
    control = wearer.capture.parts.control
    monkeypatch.setattr(control, "publish", lambda event: found.append(as_json(event)))
    return found


def names(told: list[dict[str, Any]]) -> list[str]:
    return [each["event"] for each in told if each["event"] in {"pairing_asked", "refused"}]


def test_held_it_asks_and_keeps_nothing(wearer: Wearer, told: list[dict[str, Any]]) -> None:
    wearer.second_button_held()

    assert names(told) == ["pairing_asked"]
    assert wearer.lengths_s() == []


def test_where_the_page_opens_one_the_light_shows_it_and_nothing_is_refused(
    wearer: Wearer, told: list[dict[str, Any]]
) -> None:
    wearer.second_button_held()
    wearer.ask(do="pairing", for_s=120)
    wearer.wait(2 * ANSWERED_WITHIN_S)

    assert wearer.capture.parts.pairing.is_on
    assert names(told) == ["pairing_asked"]


def test_where_no_page_answers_it_is_refused_with_the_next_step(
    wearer: Wearer, told: list[dict[str, Any]]
) -> None:
    wearer.second_button_held()
    wearer.wait(2 * ANSWERED_WITHIN_S)

    assert names(told) == ["pairing_asked", "refused"]
    (refused,) = [each for each in told if each["event"] == "refused"]
    assert "afterthought status" in refused["advice"]


def test_where_the_page_declines_it_is_refused_at_once(
    wearer: Wearer, told: list[dict[str, Any]]
) -> None:
    wearer.second_button_held()
    wearer.ask(do="pairing", for_s=0)
    wearer.wait(2 * ANSWERED_WITHIN_S)

    assert names(told) == ["pairing_asked", "refused"]


def test_held_again_it_asks_for_the_end_which_is_no_refusal(
    wearer: Wearer, told: list[dict[str, Any]]
) -> None:
    wearer.ask(do="pairing", for_s=120)
    wearer.second_button_held()
    wearer.ask(do="pairing", for_s=0)
    wearer.wait(2 * ANSWERED_WITHIN_S)

    assert names(told) == ["pairing_asked"]
    assert not wearer.capture.parts.pairing.is_on
