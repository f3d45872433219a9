"""Ambient in a whole capture: a wearer who presses nothing, and a worker that judges."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.access.unswapped_file import NoMemory, UnswappedFile
from core.audio import RATE_HZ
from core.paths import Home
from core.settings import SelectionSettings, Settings
from device.capture.candidates import ambient, chosen
from device.capture.candidates.heard_queue import OLDEST_S
from device.capture.loop import DetectorLoaded
from tests.device.capture.candidates.judge import DECLINED, KEPT, PASSED, Judge
from tests.device.capture.test_engine import LoudDetector
from tests.device.wearer import Wearer, facts
from tests.waiting import waited

THOUGHT_S, SHORT_S = 9, 1


def ambient_wearer(home: Path, **set_to: Any) -> Wearer:
    made = Wearer(home, settings=Settings(selection=SelectionSettings("ambient", **set_to)))
    made.send(DetectorLoaded(LoudDetector()))
    return made


@pytest.fixture(autouse=True)
def cool(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever machine the tests run on."""
    monkeypatch.setattr(chosen, "celsius", lambda: None)
    monkeypatch.setattr(chosen, "battery_percent", lambda: None)


@pytest.fixture
def worn(home: Path) -> Iterator[Wearer]:
    made = ambient_wearer(home, cpu_percent=100)
    yield made
    made.capture.close()


@pytest.fixture
def judge(home: Path) -> Iterator[Judge]:
    made = Judge(Home(home).worker_socket)
    yield made
    made.stop()


def status(wearer: Wearer) -> dict[str, Any]:
    found: dict[str, Any] = wearer.ask(do="status")["selection"]
    return found


def think(wearer: Wearer, seconds: float = THOUGHT_S) -> None:
    """Something is said, and then nothing for long enough."""
    wearer.silence(3)
    wearer.say(seconds)
    wearer.silence(3)


def turning(wearer: Wearer, found: Callable[[], object]) -> None:
    """Let the loop turn until something is found."""

    def look() -> object:
        wearer.turn()
        return found()

    waited(look)


def until(wearer: Wearer, **expected: Any) -> dict[str, Any]:
    """The status, once it has these values; the loop turns meanwhile."""

    def found() -> dict[str, Any] | None:
        wearer.turn()
        at = status(wearer)
        return at if all(at[name] == value for name, value in expected.items()) else None

    return waited(found)


def test_a_thought_goes_to_the_worker_whole_and_is_kept_by_it(worn: Wearer, judge: Judge) -> None:
    think(worn)
    judge.answers.put(KEPT)

    found = until(worn, kept=1)

    (asked,) = judge.asked
    assert asked.request["do"] == "judge"
    assert set(asked.request["signals"]) == {"emphasis"}
    assert (asked.clip["how"], asked.clip["revision"]) == ("selected", 0)
    assert THOUGHT_S < len(asked.sound) / 2 / RATE_HZ < THOUGHT_S + 2
    assert (found["waiting"], found["passed"]) == (0, {})
    assert worn.lengths_s() == []


def test_what_the_worker_passes_over_is_counted_by_its_reason(worn: Wearer, judge: Judge) -> None:
    think(worn)
    judge.answers.put(PASSED)

    assert until(worn, waiting=0)["passed"] == {"nothing_stood_out": 1}


def test_what_does_not_sound_like_a_thought_never_comes_to_the_worker(worn: Wearer) -> None:
    think(worn, SHORT_S)

    assert status(worn)["passed"] == {"too_short": 1}
    assert status(worn)["waiting"] == 0


def test_what_is_read_aloud_for_enrolment_is_no_candidate(worn: Wearer) -> None:
    worn.ask(do="read_aloud", on=True)
    think(worn)
    worn.say(THOUGHT_S)  # the last sentence: the end is told in the middle of it
    worn.ask(do="read_aloud", on=False)
    worn.say(1)
    worn.silence(3)
    assert (status(worn)["waiting"], status(worn)["passed"]) == (0, {})

    think(worn)
    assert status(worn)["waiting"] == 1


def test_a_press_keeps_what_waits_and_it_is_not_passed_over(worn: Wearer) -> None:
    think(worn)
    assert status(worn)["waiting"] == 1

    assert worn.ask(do="press")["outcome"] == "taken"
    worn.silence(4)

    assert (status(worn)["waiting"], status(worn)["passed"]) == (0, {})
    assert len(worn.lengths_s()) == 1


def test_a_press_takes_back_what_is_on_its_way(worn: Wearer, judge: Judge) -> None:
    think(worn)
    turning(worn, lambda: judge.asked)

    worn.ask(do="press")

    waited(lambda: judge.hung_up)
    assert until(worn, waiting=0)["passed"] == {}
    assert status(worn)["kept"] == 0


def test_a_press_names_what_the_worker_has_kept_of_its_sound(worn: Wearer, judge: Judge) -> None:
    think(worn)
    judge.answers.put(KEPT)
    until(worn, kept=1)

    worn.ask(do="press")
    worn.silence(4)

    assert worn.replaced() == [judge.asked[0].clip["id"]]


def test_a_press_names_what_may_be_kept_although_it_was_taken_back(
    worn: Wearer, judge: Judge
) -> None:
    think(worn)
    turning(worn, lambda: judge.asked)

    worn.ask(do="press")
    worn.silence(4)

    assert worn.replaced() == [judge.asked[0].clip["id"]]


def test_a_press_names_nothing_that_was_passed_over_or_lies_beside_it(
    worn: Wearer, judge: Judge
) -> None:
    for answer in (KEPT, PASSED):
        worn.silence(10)
        think(worn)
        judge.answers.put(answer)
        until(worn, waiting=0)

    worn.ask(do="press")
    worn.silence(4)

    assert worn.replaced() == []


def test_a_press_that_reaches_further_back_names_what_it_reaches(
    worn: Wearer, judge: Judge
) -> None:
    for _ in range(2):
        worn.silence(10)
        think(worn)
        judge.answers.put(KEPT)
        until(worn, waiting=0)

    worn.ask(do="press")
    worn.silence(1)
    worn.ask(do="press")
    worn.silence(4)

    assert worn.replaced() == [each.clip["id"] for each in judge.asked]


def test_while_a_keep_is_open_nothing_is_handed_over(worn: Wearer, judge: Judge) -> None:
    worn.say(2)
    worn.ask(do="record", on=True)
    think(worn)
    think(worn)
    assert judge.asked == []
    assert status(worn)["waiting"] == 0  # the recording has it

    worn.ask(do="record", on=False)
    think(worn)
    judge.answers.put(KEPT)
    until(worn, kept=1)


def test_a_pause_wipes_what_waits_before_it_answers(worn: Wearer) -> None:
    think(worn)
    (candidate,) = worn.capture.parts.unpressed._queue  # type: ignore[attr-defined]

    worn.ask(do="pause")

    assert candidate.file._file.closed
    assert status(worn)["passed"] == {"paused": 1}
    told = [details for kind, details in facts(worn) if kind == "passed_over"]
    assert [each["counts"] for each in told] == [{"paused": 1}]


def test_a_pause_in_the_middle_of_a_thought_leaves_nothing_of_it(worn: Wearer) -> None:
    worn.silence(3)
    worn.say(THOUGHT_S)
    worn.ask(do="pause")
    worn.ask(do="resume")
    worn.silence(5)

    assert (status(worn)["waiting"], status(worn)["passed"]) == (0, {})


def test_a_pause_takes_back_what_is_on_its_way(worn: Wearer, judge: Judge) -> None:
    think(worn)
    turning(worn, lambda: judge.asked)

    worn.ask(do="pause")

    waited(lambda: judge.hung_up)
    unpressed = worn.capture.parts.unpressed
    turning(worn, lambda: unpressed._courier.carried is None)  # type: ignore[attr-defined]
    assert status(worn)["kept"] == 0


def test_without_a_worker_it_waits_a_quarter_of_an_hour_and_not_longer(worn: Wearer) -> None:
    think(worn)
    worn.wait(OLDEST_S - 60)
    assert status(worn)["waiting"] == 1

    worn.wait(120)

    assert (status(worn)["waiting"], status(worn)["passed"]) == (0, {"too_old": 1})


def test_a_worker_that_is_busy_for_hours_holds_nothing_up(worn: Wearer, judge: Judge) -> None:
    think(worn)
    turning(worn, lambda: judge.asked)
    worn.wait(OLDEST_S + 60)

    assert status(worn)["passed"] == {"too_old": 1}
    waited(lambda: judge.hung_up)
    worn.say(2)
    assert worn.ask(do="press")["outcome"] == "taken"


def test_a_worker_that_fails_on_it_is_told_in_its_own_sentence(worn: Wearer, judge: Judge) -> None:
    think(worn)
    judge.answers.put(DECLINED)

    found = until(worn, waiting=0)

    assert found["passed"] == {"not_judged": 1}
    assert "They ended." in found["sentence"]
    assert found["advice"] == "Look there."


def test_on_a_hot_machine_it_waits_and_the_status_says_why(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hot: list[float] = [90.0]
    monkeypatch.setattr(chosen, "celsius", lambda: hot[0])
    monkeypatch.setattr(chosen, "battery_percent", lambda: None)
    wearer, judge = ambient_wearer(home), Judge(Home(home).worker_socket)
    think(wearer)
    wearer.wait(30)
    assert judge.asked == []
    assert "hot (90 °C)" in status(wearer)["sentence"]

    hot[0] = 50.0
    judge.answers.put(KEPT)
    wearer.wait(11)
    assert "hot" not in until(wearer, kept=1)["sentence"]
    wearer.capture.close()
    judge.stop()


def test_where_the_memory_is_full_the_oldest_go_and_the_newest_is_passed_over(
    worn: Wearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    think(worn)
    think(worn)

    def full(*_: object) -> UnswappedFile:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ambient, "UnswappedFile", full)
    think(worn)

    assert (status(worn)["waiting"], status(worn)["passed"]) == (0, {"no_room": 3})
    assert worn.ask(do="press")["outcome"] == "taken"


def test_where_no_memory_is_safe_it_stays_off_and_says_why(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none() -> None:
        raise NoMemory("It could be swapped.", advice="Turn swap off.")

    monkeypatch.setattr(chosen, "protection", none)
    wearer = ambient_wearer(home)
    think(wearer)

    told = status(wearer)
    assert (told["is_on"], told["sentence"]) == (False, "It could be swapped.")
    assert told["advice"] == "Turn swap off."
    assert wearer.ask(do="status")["sentence"] == "I hear you. Nothing is being kept."
    assert "ambient" not in wearer.light.shown
    wearer.capture.close()


def test_a_television_all_day_is_bounded(home: Path) -> None:
    """Eight minutes of thought after thought, and no worker: each waits, or is counted."""
    wearer = ambient_wearer(home, minutes_an_hour=1)
    for _ in range(30):
        wearer.say(12)
        wearer.silence(4)

    found = status(wearer)
    passed = sum(found["passed"].values())
    assert passed + found["waiting"] == 30
    heard = found["waiting"] + found["passed"].get("too_old", 0)
    assert 1 <= heard <= 6  # a minute at first, and a few seconds that these minutes bring
    wearer.capture.close()


def test_the_light_and_the_status_say_that_it_keeps_by_itself(worn: Wearer) -> None:
    think(worn, SHORT_S)

    assert "ambient" in worn.light.shown
    assert "listening" not in worn.light.shown
    sentence = worn.ask(do="status")["sentence"]
    assert sentence == "I hear you, and keep by myself what seems to matter."


def test_what_was_passed_over_is_a_fact_after_ten_minutes(worn: Wearer) -> None:
    think(worn, SHORT_S)
    worn.wait(601)

    (details,) = [details for kind, details in facts(worn) if kind == "passed_over"]
    assert details["counts"] == {"too_short": 1}


def test_at_the_end_what_waits_is_gone_and_counted(home: Path) -> None:
    wearer = ambient_wearer(home)
    think(wearer)
    wearer.capture.close()

    (details,) = [details for kind, details in facts(wearer) if kind == "passed_over"]
    assert details["counts"] == {"stopped": 1}


def test_what_a_press_does_not_have_of_a_thought_is_weighed_by_itself(worn: Wearer) -> None:
    worn.silence(3)
    worn.say(9)
    worn.ask(do="record", on=True)
    worn.say(2)
    worn.ask(do="record", on=False)
    worn.say(1)
    worn.silence(4)

    assert (status(worn)["waiting"], status(worn)["passed"]) == (1, {"too_short": 1})
    (candidate,) = worn.capture.parts.unpressed._queue  # type: ignore[attr-defined]
    assert 8.5 <= candidate.spoken.duration_s <= 9.5


def test_with_the_button_alone_nothing_of_it_is_there(wearer: Wearer) -> None:
    think(wearer)

    assert status(wearer) is None
    assert [kind for kind, _ in facts(wearer) if kind == "passed_over"] == []
