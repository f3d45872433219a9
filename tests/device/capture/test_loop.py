"""The capture loop, message by message: no thread, no microphone, no clock but the messages'."""

import errno
import json
from pathlib import Path
from typing import NoReturn

import pytest

from core.audio import RATE_HZ
from core.clock import FakeClock
from core.errors import UserError
from device.capture.loop import DetectorLoaded
from device.microphone.faults import MicrophoneFault
from device.ports import Block, Edge, Fault, SecondEdge, Typed
from pipeline.spool.clip_sound import read_clip
from tests.device.capture.test_engine import LoudDetector
from tests.device.wearer import Wearer


def test_the_light_follows_the_disk(wearer: Wearer) -> None:
    wearer.say(2)
    wearer.ask(do="press")
    wearer.silence(3)

    shown = [each for each in wearer.light.shown if each not in {"listening", "working"}]
    assert shown == ["taken", "kept"]
    assert len(wearer.lengths_s()) == 1


def test_listening_is_shown_by_blocks_and_by_nothing_else(wearer: Wearer) -> None:
    wearer.say(10)
    shown = len(wearer.light.shown)
    for _ in range(50):
        wearer.clock.advance(0.01)
        wearer.turn()

    assert shown in {3, 4}
    assert wearer.light.shown == ["listening"] * shown


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
    wearer.send(DetectorLoaded(None, MicrophoneFault("No model.", advice="Run set-up.")))
    wearer.say(5)
    taken = wearer.ask(do="press")
    wearer.silence(2)

    assert taken["outcome"] == "taken"
    assert wearer.ask(do="status")["sentence"] == "No model."
    assert len(wearer.lengths_s()) == 1


def test_a_press_before_the_model_is_there_is_on_the_disk_at_once(home: Path) -> None:
    wearer = Wearer(home)
    wearer.say(2)
    taken = wearer.ask(do="press")
    wearer.silence(0.2)
    assert taken["outcome"] == "taken"
    assert wearer.spool.waiting_count() == 1

    wearer.send(DetectorLoaded(LoudDetector()))
    wearer.silence(2)

    assert len(wearer.lengths_s()) == 1


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
    started_ms = FakeClock().now_ms()
    assert started_ms is not None
    assert clip.recorded.at_ms is not None
    assert started_ms - 1000 < clip.recorded.at_ms < started_ms + 1000


def test_play_and_unknown_requests_are_answered(wearer: Wearer) -> None:
    assert wearer.ask(do="play")["error"] == "no_replay"
    assert wearer.ask(do="dance")["error"] == "wrong_usage"


def test_the_second_button_held_begins_and_ends_a_recording(wearer: Wearer) -> None:
    wearer.say(1)
    for _ in range(2):
        wearer.second_button_held()
        wearer.say(5)
    wearer.silence(1)

    (letter,) = [each for each in wearer.spool.waiting() if each.kind == "clip"]
    clip, pcm = read_clip(letter.path)
    assert clip.how == "recording"
    assert 5 <= len(pcm) / RATE_HZ <= 6.1


def test_a_recording_is_asked_for_at_the_socket_and_says_how_long_it_is(wearer: Wearer) -> None:
    wearer.say(1)
    assert wearer.ask(do="record", on=True)["outcome"] == "taken"
    wearer.say(4)
    status = wearer.ask(do="status")
    assert (status["state"], status["continuing"]["seconds"]) == ("recording", 4.2)
    assert wearer.ask(do="record", on=False)["outcome"] == "done"
    assert wearer.ask(do="record", on=False)["outcome"] == "refused"


def test_who_floods_the_inbox_is_turned_away_and_sound_still_comes_in(wearer: Wearer) -> None:
    inbox = wearer.capture.inbox
    put = [inbox.put(Edge(down=True, at_s=0.0)) for _ in range(2000)]
    inbox.put_sound(wearer.block())

    assert put.count(True) == 1000
    messages = iter(lambda: inbox.get(0.0), None)
    assert sum(isinstance(each, Block) for each in messages) == 1


def test_at_the_reserve_a_press_is_refused_on_light_and_page(home: Path) -> None:
    (home / "settings.toml").write_text("[device]\nreserve_mb = 1000000\n", encoding="utf-8")
    wearer = Wearer(home)
    wearer.send(DetectorLoaded(LoudDetector()))
    wearer.say(2)
    refused = wearer.ask(do="press")

    assert refused["outcome"] == "refused"
    assert "MB left" in refused["sentence"]
    assert "refused" in wearer.light.shown
    assert wearer.spool.waiting() == []
    assert "MB left" in wearer.ask(do="status")["sentence"]


def test_pressed_in_a_fault_the_ring_is_kept(wearer: Wearer) -> None:
    wearer.say(3)
    wearer.wait(60)
    assert wearer.ask(do="press")["outcome"] == "taken"
    wearer.wait(1)

    (length_s,) = wearer.lengths_s()
    assert length_s == pytest.approx(3.0)


@pytest.mark.long
def test_a_stuck_button_is_told_and_what_it_held_is_safe(wearer: Wearer) -> None:
    wearer.say(2)
    wearer.send(Edge(down=True, at_s=wearer.now_s))
    wearer.silence(920)

    assert "button" in wearer.ask(do="status")["sentence"]
    assert len(wearer.lengths_s()) == 1


def test_status_is_what_the_documented_value_says(wearer: Wearer) -> None:
    wearer.say(1)
    status = wearer.ask(do="status")

    assert json.loads(json.dumps(status)) == status
    assert status["ring_length_s"] == 120
    assert status["ring_memory"] in {"locked", "no_swap", "swappable"}
    assert status["reserve_bytes"] == 500_000_000


def test_the_machine_that_may_not_be_switched_off_says_so(wearer: Wearer) -> None:
    refused = UserError("It stays on.", advice="Ask somebody.")
    made = Wearer(wearer.home, power_off=lambda: refused)

    assert made.ask(do="power_off") == {
        "outcome": "refused",
        "sentence": "It stays on.",
        "advice": "Ask somebody.",
    }
    assert wearer.ask(do="power_off") == {"outcome": "done"}


def test_a_ring_that_this_machine_cannot_hold_is_shorter_and_says_so(home: Path) -> None:
    settings = '[device]\nring_s = 1800\n[machine]\nprofile = "zero"\n'
    (home / "settings.toml").write_text(settings, encoding="utf-8")
    wearer = Wearer(home)
    wearer.send(DetectorLoaded(LoudDetector()))
    wearer.say(1)
    status = wearer.ask(do="status")

    assert status["ring_length_s"] == 300
    assert "300" in status["sentence"]


def test_while_nobody_waits_the_microphone_is_relaxed_and_while_it_keeps_it_is_not(
    wearer: Wearer,
) -> None:
    wearer.say(1)
    assert wearer.microphone.relaxed
    wearer.ask(do="press")
    wearer.say(1)
    assert not wearer.microphone.relaxed
    wearer.silence(3)
    assert wearer.microphone.relaxed


def test_a_press_first_hears_what_the_relaxed_microphone_held_back(
    wearer: Wearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    wearer.microphone.holds_back = True
    wearer.silence(5)
    held_back = [wearer.later(n) for n in range(1, 6)]

    def hurried() -> None:
        for each in held_back:
            wearer.capture.inbox.put_sound(each)

    monkeypatch.setattr(wearer.microphone, "hurry", hurried)
    wearer.clock.advance(0.5)
    taken = wearer.ask(do="press")
    wearer.silence(3)

    (length_s,) = wearer.lengths_s()
    assert taken["keep"].endswith(f"-{round(5.5 * RATE_HZ)}")
    assert 0.5 < length_s < 2


def test_a_spool_that_cannot_be_read_is_answered_and_the_loop_goes_on(
    wearer: Wearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> NoReturn:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as failing:
        failing.setattr(type(wearer.spool), "waiting_count", fail)
        failing.setattr(type(wearer.spool), "open_clip", fail)
        wearer.say(12)
        told = wearer.ask(do="status")

        assert told["error"] == "disk_fails"
        assert wearer.ask(do="press")["outcome"] == "refused"
    assert wearer.ask(do="status")["state"] == "listening"


def test_a_disk_that_stalls_makes_no_pause_of_a_double_press(wearer: Wearer) -> None:
    wearer.say(3)
    wearer.silence(1)
    first, up = Edge(down=True, at_s=wearer.now_s), Edge(down=False, at_s=wearer.now_s + 0.1)
    again = Edge(down=True, at_s=wearer.now_s + 0.3)
    up_again = Edge(down=False, at_s=wearer.now_s + 0.4)
    for edge in (first, up):
        wearer.capture.take(edge)
    wearer.capture.inbox.put(up_again)
    wearer.capture.take(again)
    wearer.clock.advance(2.8)
    wearer.turn()
    assert wearer.ask(do="status")["state"] != "paused"


def test_two_keeps_while_no_sound_comes_have_two_names(wearer: Wearer) -> None:
    wearer.say(3)
    wearer.wait(60)
    press = wearer.ask(do="press")
    recording = wearer.ask(do="record", on=True)
    wearer.ask(do="record", on=False)

    assert press["keep"] != recording["keep"]


def test_a_button_that_cannot_be_had_stays_told(wearer: Wearer) -> None:
    wearer.capture.parts.troubles.trouble("button", UserError("No button.", advice="Look."))
    wearer.say(15)

    assert wearer.ask(do="status")["sentence"] == "No button."


def test_the_second_button_ends_a_recording_while_the_microphone_is_silent(
    wearer: Wearer,
) -> None:
    wearer.say(1)
    wearer.ask(do="record", on=True)
    wearer.say(2)
    wearer.wait(5)
    wearer.send(SecondEdge(Edge(down=True, at_s=wearer.now_s)))
    wearer.clock.advance(0.8)
    wearer.turn()

    assert wearer.ask(do="status")["continuing"] is None
    assert len(wearer.lengths_s()) == 1
