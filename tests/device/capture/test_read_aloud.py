"""Who enrols their voice gets what they read, and nothing that was said before or in a pause."""

from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from device.capture.loop import DetectorLoaded
from tests.device.capture.test_engine import LoudDetector
from tests.device.wearer import Wearer


@pytest.fixture
def wearer(home: Path) -> Wearer:
    made = Wearer(home)
    made.send(DetectorLoaded(LoudDetector()))
    made.say(2)
    return made


def seconds(answer: dict[str, Any]) -> float:
    return len(b64decode(answer["pcm"])) / 32_000


def test_what_is_read_is_handed_out_from_then_on(wearer: Wearer) -> None:
    began = wearer.ask(do="read_aloud", on=True)
    wearer.say(3)

    answer = wearer.ask(do="read_aloud", since=0)

    assert seconds(answer) == pytest.approx(3, abs=0.2)
    assert answer["next"] == began["next"] + seconds(answer) * 16_000


def test_nothing_is_kept_of_it(wearer: Wearer) -> None:
    wearer.ask(do="read_aloud", on=True)
    wearer.say(3)
    wearer.ask(do="read_aloud", on=False)

    assert wearer.lengths_s() == []


def test_who_has_not_begun_gets_nothing(wearer: Wearer) -> None:
    assert wearer.ask(do="read_aloud", since=0)["outcome"] == "refused"

    wearer.ask(do="read_aloud", on=True)
    wearer.ask(do="read_aloud", on=False)
    assert wearer.ask(do="read_aloud", since=0)["outcome"] == "refused"


def test_a_pause_ends_it_and_nobody_begins_in_one(wearer: Wearer) -> None:
    wearer.ask(do="read_aloud", on=True)
    wearer.say(1)
    wearer.ask(do="pause")

    assert wearer.ask(do="read_aloud", since=0)["outcome"] == "refused"
    assert wearer.ask(do="read_aloud", on=True)["outcome"] == "refused"

    wearer.ask(do="resume")
    wearer.say(1)
    assert wearer.ask(do="read_aloud", since=0)["outcome"] == "refused"
