"""The daemon's loop, message by message: no thread, no microphone, no clock but the messages'."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.audio import RATE_HZ
from core.clock import FakeClock
from core.places import Home
from device.capture import Hears, Request, Typed
from device.daemon import new_capture
from device.fakes import FakeLight, FakeMicrophone
from device.microphone import MicrophoneFault
from device.ports import Block, Edge, Fault
from pipeline.spool import Spool, read_clip
from tests.device.test_porch import LoudEars

BLOCK_S = 0.1


class Wearer:
    """Talks to a capture, presses it, and looks at what it shows and keeps."""

    def __init__(self, home: Path) -> None:
        self.light = FakeLight()
        self.capture = new_capture(Home(home), FakeMicrophone(), self.light, FakeClock())
        self.spool = Spool(home / "spool")
        self.now_s = 100.0
        self.answers: list[dict[str, Any]] = []

    def say(self, for_s: float, loudness: int = 5000) -> None:
        for _ in range(round(for_s / BLOCK_S)):
            self.now_s += BLOCK_S
            pcm = np.full(round(BLOCK_S * RATE_HZ), loudness, np.int16)
            self.send(Block(pcm, self.now_s))

    def silence(self, for_s: float) -> None:
        self.say(for_s, loudness=0)

    def send(self, message: Any) -> None:
        self.capture._take(message)
        self.capture._tick(self.now_s)

    def ask(self, **asked: Any) -> dict[str, Any]:
        self.send(Request(asked, self.answers.append, self.now_s))
        return self.answers[-1]

    def lengths_s(self) -> list[float]:
        return [len(read_clip(each.path)[1]) / RATE_HZ for each in self.spool.waiting()]


@pytest.fixture
def wearer(home: Path) -> Iterator[Wearer]:
    made = Wearer(home)
    made.send(Hears(LoudEars()))
    yield made
    made.capture._porch.end()


def test_the_light_follows_the_disk(wearer: Wearer) -> None:
    wearer.say(2)
    wearer.ask(do="press")
    wearer.silence(3)

    assert [each for each in wearer.light.shown if each != "listening"] == ["taken", "kept"]
    assert len(wearer.lengths_s()) == 1


def test_listening_is_shown_by_each_block_and_by_nothing_else(wearer: Wearer) -> None:
    wearer.say(1)
    for _ in range(50):
        wearer.capture._tick(wearer.now_s)

    assert wearer.light.shown == ["listening"] * 10


def test_a_button_presses_at_its_own_edge(wearer: Wearer) -> None:
    wearer.say(5)
    wearer.send(Edge(down=True, at_s=wearer.now_s - 0.5))
    wearer.send(Edge(down=False, at_s=wearer.now_s - 0.3))
    wearer.silence(3)

    (letter,) = wearer.spool.waiting()
    assert letter.path.name.split("-")[1] == f"{round(4.5 * RATE_HZ)}.0.clip"


def test_a_held_button_keeps_until_release(wearer: Wearer) -> None:
    wearer.say(2)
    wearer.send(Edge(down=True, at_s=wearer.now_s))
    wearer.silence(10)
    wearer.send(Edge(down=False, at_s=wearer.now_s))
    wearer.silence(3)

    (length_s,) = wearer.lengths_s()
    assert length_s > 11


def test_a_hold_from_a_page_ends_three_seconds_after_its_last_word(wearer: Wearer) -> None:
    wearer.say(2)
    first = wearer.ask(do="hold", on=True)
    wearer.silence(2)
    again = wearer.ask(do="hold", on=True)
    wearer.silence(8)

    (length_s,) = wearer.lengths_s()
    assert first["outcome"] == again["outcome"] == "taken"
    assert first["keep"] == again["keep"]
    assert 6 < length_s < 8.5


def test_the_keyboard_presses_holds_and_ends(wearer: Wearer) -> None:
    wearer.say(2)
    wearer.send(Typed("hold", wearer.now_s))
    wearer.silence(4)
    wearer.send(Typed("hold", wearer.now_s))
    wearer.silence(3)
    wearer.send(Typed("quit", wearer.now_s))
    wearer.capture.run()

    (length_s,) = wearer.lengths_s()
    assert length_s > 5


def test_a_fault_of_the_microphone_is_the_state_until_sound_comes_again(wearer: Wearer) -> None:
    wearer.say(1)
    wearer.send(Fault(MicrophoneFault("It is gone.", advice="Plug it in.")))
    told = wearer.ask(do="status")
    wearer.say(0.1)

    assert (told["state"], told["sentence"], told["advice"]) == (
        "fault",
        "It is gone.",
        "Plug it in.",
    )
    assert wearer.ask(do="status")["state"] == "listening"
    assert wearer.light.shown.count("fault") == 1


def test_without_a_speech_model_it_keeps_all_the_same_and_says_so(home: Path) -> None:
    wearer = Wearer(home)
    wearer.send(Hears(None, MicrophoneFault("No model.", advice="Run set-up.")))
    wearer.say(5)
    taken = wearer.ask(do="press")
    wearer.silence(2)

    assert taken["outcome"] == "taken"
    assert wearer.ask(do="status")["sentence"] == "No model."
    assert len(wearer.lengths_s()) == 1


def test_a_press_before_the_model_is_there_is_answered_when_it_is(home: Path) -> None:
    wearer = Wearer(home)
    wearer.say(2)
    wearer.send(Request({"do": "press"}, wearer.answers.append, wearer.now_s))
    assert wearer.answers == []

    wearer.send(Hears(LoudEars()))
    wearer.silence(2)

    assert [each["outcome"] for each in wearer.answers] == ["taken"]


def test_each_press_gets_its_own_answer(wearer: Wearer) -> None:
    wearer.say(2)
    wearer.silence(1)
    taken, refused = wearer.ask(do="press"), wearer.ask(do="press")

    assert (taken["outcome"], refused["outcome"]) == ("taken", "refused")
    assert refused["sentence"]
    assert refused["advice"]


def test_a_clip_is_stamped_with_the_time_of_its_first_sample(wearer: Wearer) -> None:
    wearer.say(2)
    wearer.silence(2)
    wearer.ask(do="press")
    wearer.silence(2)

    (letter,) = wearer.spool.waiting()
    clip, _ = read_clip(letter.path)
    at_ms = FakeClock().now_ms()
    assert at_ms is not None
    assert clip.recorded.at_ms is not None
    assert clip.recorded.at_ms < at_ms


def test_play_and_unknown_requests_are_answered(wearer: Wearer) -> None:
    assert wearer.ask(do="play")["error"] == "no_replay"
    assert wearer.ask(do="dance")["error"] == "wrong_usage"
