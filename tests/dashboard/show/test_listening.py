"""What others are told of this device, by what it does now."""

from dataclasses import replace
from typing import Any

import pytest

from core.capture_status import CaptureState, SelectionStatus
from core.settings import Policy
from dashboard.sentences import say
from dashboard.show.listening import CANDIDATES_S, for_others
from device.capture.candidates.heard_queue import OLDEST_S
from tests.dashboard.show.test_status import STATUS, capture
from tests.imports import TREE


def policy(name: Policy, *, is_on: bool = True) -> SelectionStatus:
    return SelectionStatus(name, is_on=is_on, sentence="It does.")


def test_by_the_button_alone_nothing_is_kept_by_itself() -> None:
    told = for_others(STATUS)

    assert told.now.startswith("It listens, and holds the last 2 min in its memory.")
    assert "nothing by itself" in told.now
    assert "gone after 2 min at the latest, and never lies on a disk." in told.how_long


def test_ambient_says_that_it_keeps_by_itself_and_how_long_the_rest_waits() -> None:
    told = for_others(replace(STATUS, selection=policy("ambient")))

    assert "keeps by itself what seems to matter" in told.now
    assert "gone after 15 min at the latest" in told.how_long


def test_once_the_wearers_voice_is_known_others_are_told_that_theirs_is_forgotten() -> None:
    told = for_others(replace(STATUS, selection=policy("ambient")), own_voice=True)

    assert "of what its wearer says" in told.now
    assert "What others say is forgotten" in told.now
    assert for_others(STATUS, own_voice=True) == for_others(STATUS)


def test_what_others_are_told_of_how_long_it_waits_is_what_capture_does() -> None:
    assert CANDIDATES_S == OLDEST_S


def test_everything_says_so() -> None:
    told = for_others(replace(STATUS, selection=policy("everything")))

    assert told.now == "It listens, and keeps everything that is said near it."


def test_where_ambient_cannot_be_had_it_is_not_claimed() -> None:
    off = replace(STATUS, selection=policy("ambient", is_on=False))

    assert for_others(off) == for_others(STATUS)


@pytest.mark.parametrize(
    ("state", "begins"),
    [
        ("paused", "It is paused: its microphone is closed"),
        ("recording", "It is recording: everything"),
        ("fault", "No sound comes from its microphone"),
    ],
)
def test_other_states_say_what_they_are(state: CaptureState, begins: str) -> None:
    told = for_others(capture(state, selection=policy("ambient")))

    assert told.now.startswith(begins)


@pytest.mark.parametrize("state", ["starting", "keeping", "continuing"])
def test_a_press_changes_nothing_about_the_rules(state: CaptureState) -> None:
    assert for_others(capture(state)) == for_others(STATUS)


def test_a_device_that_is_stopped_hears_nothing() -> None:
    assert "hears nothing" in for_others(None).now


def test_memory_that_may_be_swapped_out_is_not_promised_to_stay_off_the_disk() -> None:
    told = for_others(replace(STATUS, ring_memory="swappable"))

    assert "disk" not in told.how_long
    assert "gone after 2 min at the latest." in told.how_long


def test_nothing_of_the_wearers_is_in_it() -> None:
    told = for_others(replace(STATUS, microphone="Quirinalia", stream="00000000feedbeef"))

    assert "Quirinalia" not in str(told)
    assert "feedbeef" not in str(told)


def test_the_document_on_privacy_tells_others_the_same() -> None:
    told: dict[str, Any] = dict(say.sections["others"])
    for_others_alone = (
        "paused",
        "recording",
        "button",
        "ambient",
        "ambient_own_voice",
        "everything",
        "who",
        "ask",
    )
    document = " ".join((TREE / "docs/privacy.md").read_text("utf-8").split())

    lengths = {"gone_unwritten": "15 min"}
    for name in (*for_others_alone, "gone_unwritten", "stays"):
        length = lengths.get(name, "minutes")
        assert told[name].replace("{length}", length) in document, name
