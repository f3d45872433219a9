"""The one owner: what is shown, when, and what comes before what. No thread, no waiting."""

import math

import pytest

from core.capture_status import CaptureState
from device.fakes import FakeLight, FakeMotor
from device.signals.patterns import DISK, MICROPHONE, SPEECH_MODEL, pattern
from device.signals.scheduler import Signals, SignalState


class Wearer:
    """Turns the loop each tenth of a second, and remembers when something was shown."""

    def __init__(self) -> None:
        self.light, self.motor = FakeLight(), FakeMotor()
        self.spans: list[tuple[float, float]] = []
        self.now_s = 1000.0
        self.seen: list[tuple[float, str]] = []
        self.felt: list[tuple[float, int]] = []
        self.signals = Signals(
            [self.light],
            [self.motor],
            lambda start_s, end_s: self.spans.append((start_s, end_s)),
            lambda: self.now_s,
        )

    def live(self, for_s: float, state: SignalState) -> None:
        for _ in range(round(for_s * 10)):
            self.signals.turn(self.now_s, state)
            self.note()
            self.now_s += 0.1

    def note(self) -> None:
        at_s = round(self.now_s - 1000.0, 1)
        self.seen += [(at_s, name) for name in self.light.shown[len(self.seen) :]]
        self.felt += [(at_s, len(steps)) for steps in self.motor.felt[len(self.felt) :]]

    def show(self, *names: str) -> None:
        for name in names:
            self.signals.show(name)  # type: ignore[arg-type]
        self.note()


@pytest.fixture
def wearer() -> Wearer:
    return Wearer()


def hearing(state: CaptureState = "listening", **how: bool | int) -> SignalState:
    return SignalState(state, block_came=True, **how)  # type: ignore[arg-type]


def test_listening_blinks_every_three_seconds_while_blocks_come(wearer: Wearer) -> None:
    wearer.live(7.0, hearing())

    assert wearer.seen == [(0.0, "listening"), (3.0, "listening"), (6.0, "listening")]


def test_without_a_block_there_is_no_blink(wearer: Wearer) -> None:
    wearer.live(1.0, hearing())
    wearer.live(20.0, SignalState("listening"))

    # A block had come after the first blink; none has come after the second.
    assert wearer.seen == [(0.0, "listening"), (3.0, "listening")]


def test_a_loop_that_does_not_turn_shows_nothing_more(wearer: Wearer) -> None:
    wearer.live(0.1, hearing())

    wearer.now_s += 3600

    assert wearer.light.shown == ["listening"]


def test_at_the_start_nothing_is_shown_for_nothing_is_true_yet(wearer: Wearer) -> None:
    wearer.live(10.0, hearing("starting"))

    assert wearer.seen == []


def test_paused_and_a_fault_are_shown_without_a_block(wearer: Wearer) -> None:
    wearer.live(7.0, SignalState("paused"))
    wearer.live(11.0, SignalState("fault", part=MICROPHONE))

    assert [name for _, name in wearer.seen] == ["paused", "paused", "fault", "fault"]


@pytest.mark.parametrize("state", ["listening", "paused", "starting", "fault"])
def test_a_pairing_is_shown_beside_whatever_else_is_true(
    wearer: Wearer, state: CaptureState
) -> None:
    wearer.live(11.5, hearing(state, pairing=True))

    names = [name for _, name in wearer.seen]
    assert names.count("pairing") in {2, 3}
    assert state == "starting" or state in names


@pytest.mark.parametrize(("state", "times"), [("recording", 6), ("continuing", 12), ("keeping", 2)])
def test_what_goes_on_blinks_more_often(wearer: Wearer, state: CaptureState, times: int) -> None:
    wearer.live(6.0, hearing(state))

    assert len(wearer.seen) == times


def test_working_takes_the_place_of_listening_while_letters_wait(wearer: Wearer) -> None:
    wearer.live(2.0, hearing())
    wearer.live(4.0, hearing(waiting=True))

    assert [name for _, name in wearer.seen] == ["listening", "working", "working"]


def test_what_keeps_by_itself_shows_it_in_place_of_listening_and_beside_working(
    wearer: Wearer,
) -> None:
    wearer.live(5.0, hearing(keeps_by_itself=True))
    assert [name for _, name in wearer.seen] == ["ambient", "ambient"]

    wearer.live(8.0, hearing(keeps_by_itself=True, waiting=True))
    assert {name for _, name in wearer.seen[2:]} == {"ambient", "working"}


def test_taken_is_felt_at_once_and_kept_after_it_as_a_pattern_of_its_own(wearer: Wearer) -> None:
    wearer.live(1.0, hearing())
    wearer.show("taken", "kept")
    wearer.live(2.0, hearing())

    assert wearer.felt == [(1.0, 1), (1.7, 2)]
    assert wearer.seen[1:3] == [(1.0, "taken"), (1.7, "kept")]


def test_the_tick_for_kept_waits_for_a_pause_in_speech(wearer: Wearer) -> None:
    wearer.live(1.0, hearing(speaking=True))
    wearer.show("taken", "kept")
    wearer.live(1.2, hearing(speaking=True))
    wearer.live(1.0, hearing())

    assert wearer.felt == [(1.0, 1), (2.2, 2)]
    assert wearer.seen[:3] == [(0.0, "listening"), (1.0, "taken"), (1.7, "kept")]


def test_it_waits_two_seconds_at_most(wearer: Wearer) -> None:
    wearer.live(1.0, hearing(speaking=True))
    wearer.show("kept")
    wearer.live(5.0, hearing(speaking=True))

    assert [round(at_s) for at_s, _ in wearer.felt] == [3]


def test_a_press_cuts_what_is_being_shown_and_what_waits_comes_after(wearer: Wearer) -> None:
    wearer.live(0.1, hearing())
    wearer.show("taken", "kept")
    wearer.live(0.8, hearing())
    wearer.show("taken")
    wearer.live(0.1, hearing())
    wearer.show("kept")
    wearer.live(3.0, hearing())

    assert [count for _, count in wearer.felt] == [1, 2, 1, 2]
    assert wearer.felt[2][0] == 0.9


def test_a_lasting_pattern_waits_until_the_answer_to_a_press_is_over(wearer: Wearer) -> None:
    wearer.live(2.9, hearing())
    wearer.show("kept")
    wearer.live(2.0, hearing())

    assert wearer.seen == [(0.0, "listening"), (2.9, "kept"), (3.9, "listening")]


def test_what_waits_already_is_not_told_twice(wearer: Wearer) -> None:
    wearer.live(0.1, hearing(speaking=True))
    wearer.show("kept", "kept", "kept")
    wearer.live(6.0, hearing())

    assert [count for _, count in wearer.felt] == [2]


def test_a_fault_is_felt_when_it_is_new_and_then_hourly(wearer: Wearer) -> None:
    wearer.live(3700.0, SignalState("fault", part=MICROPHONE))

    assert [round(at_s) for at_s, _ in wearer.felt] == [0, 3600]
    assert len(wearer.seen) > 300


def test_a_fault_that_comes_and_goes_is_felt_once(wearer: Wearer) -> None:
    for _ in range(20):
        wearer.live(5.0, SignalState("fault", part=MICROPHONE))
        wearer.live(10.0, hearing())

    assert len(wearer.felt) == 1


def test_a_fault_that_comes_back_after_a_good_minute_is_felt_again(wearer: Wearer) -> None:
    wearer.live(5.0, SignalState("fault", part=MICROPHONE))
    wearer.live(90.0, hearing())
    wearer.live(5.0, SignalState("fault", part=MICROPHONE))

    assert len(wearer.felt) == 2


def test_another_part_that_fails_is_felt(wearer: Wearer) -> None:
    wearer.live(5.0, hearing(part=SPEECH_MODEL))
    wearer.live(5.0, hearing(part=DISK))

    assert len(wearer.felt) == 2


def test_a_failed_part_is_shown_and_so_is_that_sound_is_held(wearer: Wearer) -> None:
    wearer.live(30.0, hearing(part=SPEECH_MODEL))

    shown = [name for _, name in wearer.seen]
    assert shown.count("fault") == 3
    assert shown.count("listening") >= 6


def test_every_run_of_the_motor_is_told_with_its_end(wearer: Wearer) -> None:
    wearer.live(0.1, hearing())
    wearer.show("taken")

    (start_s, end_s) = wearer.spans[0]
    assert start_s == pytest.approx(1000.1)
    assert 0.08 < end_s - start_s < 0.5


def test_where_there_is_no_motor_nothing_is_ignored() -> None:
    spans: list[tuple[float, float]] = []
    signals = Signals([FakeLight()], [], lambda *span: spans.append(span), lambda: 0.0)

    signals.show("taken")

    assert spans == []


def test_the_loop_is_told_when_something_is_due(wearer: Wearer) -> None:
    assert wearer.signals.next_due_s() == math.inf

    wearer.live(0.1, hearing())
    assert wearer.signals.next_due_s() == math.inf  # until a block comes
    wearer.live(0.1, hearing())
    assert wearer.signals.next_due_s() == pytest.approx(1003.0)

    wearer.show("taken", "kept")
    taken_s = 0.1 + pattern("taken").light[0][1]
    assert wearer.signals.next_due_s() == pytest.approx(1000.2 + taken_s, abs=0.05)


def test_a_turn_does_all_that_was_due(wearer: Wearer) -> None:
    """Else the loop would spin."""
    troubles = [
        hearing(),
        hearing("recording", speaking=True),
        SignalState("paused"),
        hearing(part=DISK),
    ]
    for state in troubles * 10:
        wearer.show("taken", "kept")
        for _ in range(30):
            wearer.signals.turn(wearer.now_s, state)
            assert wearer.signals.next_due_s() > wearer.now_s
            wearer.now_s += 0.1


def test_stop_is_dark_and_at_rest(wearer: Wearer) -> None:
    wearer.signals.stop()
    wearer.signals.stop()

    assert wearer.light.stopped
    assert wearer.motor.stopped
