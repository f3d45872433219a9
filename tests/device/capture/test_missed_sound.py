"""What the capture loop writes down of sound that it missed, and of the clock."""

import errno
from pathlib import Path
from typing import NoReturn

import pytest

from device.capture.loop import DetectorLoaded
from device.ports import Block, Lost
from tests.device.capture.test_engine import LoudDetector
from tests.device.wearer import Wearer, facts


def test_lost_sound_is_one_fact_once_it_has_settled(wearer: Wearer) -> None:
    wearer.say(1)
    for _ in range(3):
        wearer.send(wearer.block(lost=Lost(1600, "overflow")))
        wearer.say(1)
    wearer.say(6)

    assert facts(wearer) == [
        (
            "gap_found",
            {
                "reason": "overflow",
                "samples": 4800,
                "duration_ms": 300,
                "estimated": True,
                "uncertain_ms": None,
            },
        )
    ]
    status = wearer.ask(do="status")
    assert (status["gaps"], status["lost_s"]) == (1, 0.3)


def test_a_block_that_found_no_room_in_the_inbox_is_a_gap(
    wearer: Wearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.capture.inbox.MOST_BLOCKS", 5)
    inbox = wearer.capture.inbox
    for _ in range(8):
        inbox.put_sound(wearer.block())
    taken = [inbox.get(0.0) for _ in range(5)]
    inbox.put_sound(wearer.block())
    after = inbox.get(0.0)

    assert all(isinstance(each, Block) and each.lost is None for each in taken)
    assert isinstance(after, Block)
    assert after.lost == Lost(3 * 1600, "busy", estimated=False)


def test_killed_and_started_anew_it_tells_what_it_missed(home: Path) -> None:
    first = Wearer(home)
    first.say(10)
    second = Wearer(home, clock=first.clock)
    second.say(1)

    ((kind, details),) = facts(second)
    assert kind == "gap_found"
    assert details["reason"] == "stopped"


def test_ended_as_told_there_is_no_gap(home: Path) -> None:
    first = Wearer(home)
    first.say(10)
    first.capture.stop()
    first.capture.run()

    assert facts(Wearer(home, clock=first.clock)) == []


def test_when_the_wall_clock_is_set_a_fact_says_so(wearer: Wearer) -> None:
    wearer.say(6)
    now_ms = wearer.clock.now_ms()
    assert now_ms is not None
    wearer.clock.set(now_ms + 3_600_000)
    wearer.say(6)

    assert facts(wearer) == [("clock_stepped", {"source": "step", "moved_ms": 3_600_000})]


def test_a_fact_that_the_disk_refuses_is_tried_again(
    wearer: Wearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> NoReturn:
        raise OSError(errno.EIO, "Input/output error")

    wearer.say(1)
    with monkeypatch.context() as failing:
        failing.setattr(type(wearer.spool), "post_fact", fail)
        wearer.send(wearer.block(lost=Lost(1600, "overflow")))
        wearer.say(6)
    wearer.say(6)

    assert [kind for kind, _ in facts(wearer)] == ["gap_found"]


def test_no_block_for_three_seconds_is_a_fault_whatever_the_microphone_says(
    wearer: Wearer,
) -> None:
    wearer.say(1)
    wearer.wait(4)
    status = wearer.ask(do="status")

    assert status["state"] == "fault"
    assert status["advice"]
    assert wearer.light.shown[-1] == "fault"


def test_a_silence_that_nobody_counts_is_among_the_lost_seconds(wearer: Wearer) -> None:
    wearer.say(1)
    wearer.wait(20)
    wearer.ask(do="pause")
    status = wearer.ask(do="status")

    assert (status["gaps"], status["lost_s"]) == (1, 20.0)


def test_each_of_two_silences_with_a_pause_between_is_a_gap(home: Path) -> None:
    first = Wearer(home)
    first.send(DetectorLoaded(LoudDetector()))
    first.say(2)
    first.wait(20)
    first.ask(do="pause")
    first.ask(do="resume")
    killed = Wearer(home, clock=first.clock)
    killed.clock.advance(30)
    killed.say(1)

    lengths = [d["duration_ms"] for kind, d in facts(killed) if kind == "gap_found"]
    assert len(lengths) == 2


def test_suspended_in_a_pause_nothing_was_missed(wearer: Wearer) -> None:
    wearer.say(6)
    wearer.ask(do="pause")
    wearer.wait(6)
    wearer.clock.suspend(3600)
    wearer.wait(6)

    assert [kind for kind, _ in facts(wearer)] == ["pause_began"]


def test_while_the_machine_was_suspended_is_a_gap(wearer: Wearer) -> None:
    wearer.say(6)
    wearer.clock.suspend(3600)
    wearer.say(6)

    assert [(kind, details["duration_ms"]) for kind, details in facts(wearer)] == [
        ("gap_found", 3_600_000)
    ]
