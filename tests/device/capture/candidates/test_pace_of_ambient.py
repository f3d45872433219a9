"""When ambient hands over, and when it rests: a courier without a thread answers at our word."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.access.unswapped_file import UnswappedFile
from core.audio import Span
from core.clock import FakeClock
from core.errors import UserError
from core.settings import MachineSettings, SelectionSettings, Settings
from device.capture.candidates import ambient, chosen
from device.capture.candidates.ambient import AGAIN_AFTER_S, FAILURE_TOLD_S, LONGEST_REST_S
from device.capture.candidates.courier import Answered, Outcome
from device.capture.candidates.heard_queue import Candidate
from device.capture.loop import DetectorLoaded
from device.capture.requests import Request
from device.session.pieces import Piece
from tests.device.capture.test_engine import LoudDetector
from tests.device.sounding import at
from tests.device.wearer import Wearer

Wear = Callable[..., Wearer]

DISK_FULL = UserError("The disk is full.", advice="Free some space.")

OUTCOMES: tuple[Outcome, ...] = ("declined", "passed", "declined")


class HeldCourier:
    """Carries what it is given until a test says what came of it."""

    def __init__(self, clock: FakeClock) -> None:
        self.carried: Candidate | None = None
        self.handed_over: list[tuple[str, float]] = []
        """What was handed over, and when."""
        self.taken_back = 0
        self._clock = clock
        self._answer: Answered | None = None

    def hand_over(self, candidate: Candidate) -> None:
        assert self.carried is None
        self.carried = candidate
        self.handed_over.append((candidate.id, self._clock.monotonic_s()))

    def take_back(self) -> None:
        self.taken_back += 1

    def end(self) -> None:
        """Nothing is open."""

    def answer(self) -> Answered | None:
        answered, self._answer = self._answer, None
        if answered is not None:
            self.carried = None
        return answered

    def comes_back(
        self, outcome: Outcome, why: UserError | None = None, cpu_s: float | None = None
    ) -> None:
        """The capture's next turn finds this answer."""
        assert self.carried is not None
        self._answer = Answered(self.carried, outcome, why=why, cpu_s=cpu_s)


class Heat:
    """The processor's, in degrees Celsius."""

    def __init__(self) -> None:
        self.celsius: float | None = None


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def heat() -> Heat:
    return Heat()


@pytest.fixture
def courier(clock: FakeClock, heat: Heat, monkeypatch: pytest.MonkeyPatch) -> HeldCourier:
    made = HeldCourier(clock)
    monkeypatch.setattr(ambient, "Courier", lambda _: made)
    monkeypatch.setattr(chosen, "celsius", lambda: heat.celsius)
    monkeypatch.setattr(chosen, "battery_percent", lambda: None)
    return made


@pytest.fixture
def wear(home: Path, clock: FakeClock, courier: HeldCourier) -> Iterator[Wear]:
    worn: list[Wearer] = []

    def make(profile: Any = "full", **set_to: Any) -> Wearer:
        selection = SelectionSettings("ambient", **set_to)
        settings = Settings(selection=selection, machine=MachineSettings(profile))
        made = Wearer(home, clock=clock, settings=settings)
        made.send(DetectorLoaded(LoudDetector()))
        worn.append(made)
        return made

    yield make
    for each in worn:
        each.capture.close()


def think(wearer: Wearer) -> None:
    """Something is said, and then nothing for long enough."""
    wearer.silence(3)
    wearer.say(9)
    wearer.silence(3)


def sentence(wearer: Wearer) -> str:
    found: str = wearer.ask(do="status")["selection"]["sentence"]
    return found


def handed_over(wearer: Wearer, courier: HeldCourier, number: int) -> float:
    """When the nth of them was, the first being 1: the time goes on until then."""
    for _ in range(200):
        if len(courier.handed_over) >= number:
            break
        wearer.wait(1)
    assert len(courier.handed_over) == number
    return courier.handed_over[-1][1]


def test_what_waits_already_is_not_handed_over_while_a_keep_is_open(
    wear: Wear, courier: HeldCourier
) -> None:
    wearer = wear(cpu_percent=100)
    think(wearer)
    think(wearer)
    wearer.ask(do="record", on=True)
    courier.comes_back("passed")
    wearer.silence(5)
    assert len(courier.handed_over) == 1
    assert wearer.ask(do="status")["selection"]["waiting"] == 1

    wearer.ask(do="record", on=False)

    assert handed_over(wearer, courier, 2)


@pytest.mark.parametrize(("percent", "rests"), [(100, 0), (50, 1), (25, 3)])
def test_the_models_rest_as_long_as_their_share_of_the_processor_asks(
    wear: Wear, courier: HeldCourier, percent: int, rests: int
) -> None:
    wearer = wear(cpu_percent=percent)
    think(wearer)
    think(wearer)
    began_s = handed_over(wearer, courier, 1)
    courier.comes_back("passed")
    wearer.turn()
    worked_s = wearer.now_s - began_s
    ended_s = wearer.now_s

    rested_s = handed_over(wearer, courier, 2) - ended_s

    assert rests * worked_s <= rested_s < rests * worked_s + 2


@pytest.mark.parametrize(
    ("worked_s", "cpu_s", "percent", "least_s"),
    [
        (20, 60.0, 5, 380),  # four threads: the models were at work for no longer than it took
        (300, 3.0, 50, 3),  # most of the time it waited for what was pressed for
        (300, None, 50, LONGEST_REST_S),  # a worker that does not tell
    ],
)
def test_the_rest_is_measured_by_the_work_of_the_models(  # noqa: PLR0913 - its cases
    wear: Wear,
    courier: HeldCourier,
    *,
    worked_s: float,
    cpu_s: float | None,
    percent: int,
    least_s: float,
) -> None:
    wearer = wear(cpu_percent=percent)
    think(wearer)
    think(wearer)
    wearer.wait(worked_s - (wearer.now_s - handed_over(wearer, courier, 1)))
    courier.comes_back("passed", cpu_s=cpu_s)
    wearer.turn()
    ended_s = wearer.now_s

    wearer.wait(least_s - 1)
    assert len(courier.handed_over) == 1
    assert handed_over(wearer, courier, 2) - ended_s < least_s + 15


def test_where_nobody_is_there_it_asks_again_after_a_while_and_not_at_once(
    wear: Wear, courier: HeldCourier
) -> None:
    wearer = wear(cpu_percent=100)
    think(wearer)
    handed_over(wearer, courier, 1)
    courier.comes_back("nobody")
    wearer.turn()
    ended_s = wearer.now_s

    waited_s = handed_over(wearer, courier, 2) - ended_s

    assert AGAIN_AFTER_S <= waited_s < AGAIN_AFTER_S + 2
    assert courier.handed_over[0][0] == courier.handed_over[1][0]


def test_where_nothing_waits_any_more_no_rest_is_told(wear: Wear, heat: Heat) -> None:
    wearer, heat.celsius = wear(), 90.0
    think(wearer)
    assert "hot (90 °C)" in sentence(wearer)

    wearer.ask(do="pause")

    assert "hot" not in sentence(wearer)


def test_what_has_cooled_is_told_as_hot_no_more_while_a_keep_is_open(
    wear: Wear, heat: Heat
) -> None:
    wearer, heat.celsius = wear(), 90.0
    think(wearer)
    wearer.silence(60)
    wearer.ask(do="record", on=True)
    assert wearer.ask(do="status")["selection"]["waiting"] == 1
    assert "hot (90 °C)" in sentence(wearer)

    heat.celsius = 50.0

    assert "hot" not in sentence(wearer)


def test_a_failure_is_told_until_the_next_goes_well_or_it_is_long_ago(
    wear: Wear, courier: HeldCourier
) -> None:
    wearer = wear(cpu_percent=100)
    for number, outcome in enumerate(OUTCOMES, start=1):
        think(wearer)
        handed_over(wearer, courier, number)
        courier.comes_back(outcome, DISK_FULL if outcome == "declined" else None)
        wearer.turn()
        assert ("The disk is full." in sentence(wearer)) == (outcome == "declined")

    wearer.wait(FAILURE_TOLD_S - 10)
    assert "The disk is full." in sentence(wearer)
    wearer.wait(20)
    assert "The disk is full." not in sentence(wearer)


def test_a_pause_has_called_back_what_is_on_its_way_when_it_answers(
    wear: Wear, courier: HeldCourier
) -> None:
    wearer = wear()
    think(wearer)
    handed_over(wearer, courier, 1)
    taken_back: list[int] = []
    pause = Request({"do": "pause"}, lambda _: taken_back.append(courier.taken_back), wearer.now_s)

    wearer.capture.take(pause)

    assert taken_back == [1]


@pytest.mark.parametrize(("profile", "most_mb"), [("zero", 16), ("full", 64)])
def test_on_a_small_machine_less_may_wait(wear: Wear, profile: str, most_mb: int) -> None:
    wearer = wear(profile)
    queue = wearer.capture.parts.unpressed._queue  # type: ignore[attr-defined]

    for n in range(most_mb // 4 + 1):
        file = UnswappedFile([bytes(4_000_000)], "no_swap")
        spoken = Span(at(n), at(n + 1))
        queue.add(Candidate(f"s-{n}", Piece(spoken, spoken), wearer.now_s, file))

    assert queue.bytes == most_mb * 1_000_000
