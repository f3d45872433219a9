"""What capture tells of a press itself, and how its light shows that a phone may be let in."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from device.capture.events import Event, Pressed, Refused, Taken
from device.ports import Edge, Key, Typed
from tests.device.wearer import Wearer


@pytest.fixture
def wearer(home: Path) -> Iterator[Wearer]:
    wearer = Wearer(home)
    wearer.silence(1)
    yield wearer
    wearer.capture.engine.end()


@pytest.fixture
def told(wearer: Wearer) -> list[Event]:
    events: list[Event] = []
    wearer.capture.parts.control.publish = events.append  # type: ignore[method-assign, assignment]
    return events


def button(wearer: Wearer) -> None:
    wearer.edges([(True, 0.1), (False, 0.1)])


def key(named: Key) -> Callable[[Wearer], None]:
    return lambda wearer: wearer.send(Typed(named, wearer.now_s))


def asked(**request: Any) -> Callable[[Wearer], None]:
    def ask(wearer: Wearer) -> None:
        wearer.ask(**request)

    return ask


@pytest.mark.parametrize(
    ("press", "by"),
    [
        (button, "button"),
        (key("press"), "key"),
        (key("hold"), "key"),
        (asked(do="press"), "command"),
        (asked(do="press", by="page"), "page"),
        (asked(do="press", by="phone"), "phone"),
        (asked(do="press", by="button"), "command"),
        (asked(do="hold", on=True, by="phone"), "phone"),
    ],
)
def test_a_press_is_told_with_its_time_and_by_whom_once_it_is_taken(
    wearer: Wearer, told: list[Event], press: Callable[[Wearer], None], by: str
) -> None:
    at_s = wearer.now_s

    press(wearer)

    kinds = [type(each) for each in told]
    assert [each for each in told if isinstance(each, Pressed)] == [Pressed(at_s, by)]  # type: ignore[arg-type]
    assert kinds.index(Taken) < kinds.index(Pressed)


def test_a_press_that_keeps_nothing_is_told_too(wearer: Wearer, told: list[Event]) -> None:
    wearer.ask(do="pause")
    at_s = wearer.now_s

    button(wearer)

    assert [type(each) for each in told if isinstance(each, Refused | Pressed)] == [
        Refused,
        Pressed,
    ]
    assert Pressed(at_s, "button") in told


def test_what_is_no_press_is_told_as_none(wearer: Wearer, told: list[Event]) -> None:
    wearer.send(Typed("hold", wearer.now_s))
    told.clear()

    wearer.send(Typed("hold", wearer.now_s))
    wearer.ask(do="hold", on=False)
    wearer.ask(do="record", on=True)
    wearer.send(Edge(down=False, at_s=wearer.now_s))
    wearer.silence(1)

    assert [each for each in told if isinstance(each, Pressed)] == []


def shown(wearer: Wearer, for_s: float) -> list[str]:
    wearer.light.shown.clear()
    wearer.silence(for_s)
    return list(wearer.light.shown)


def test_the_light_shows_a_pairing_until_its_end(wearer: Wearer) -> None:
    assert wearer.ask(do="pairing", for_s=9) == {"outcome": "done"}

    assert "pairing" in shown(wearer, 5)  # every four seconds
    wearer.silence(4)
    assert "pairing" not in shown(wearer, 8)


def test_a_pairing_that_has_ended_is_shown_no_more(wearer: Wearer) -> None:
    wearer.ask(do="pairing", for_s=120)
    wearer.silence(1)

    wearer.ask(do="pairing", for_s=0)

    assert "pairing" not in shown(wearer, 8)


@pytest.mark.parametrize("for_s", [None, "120", -1, 601, True, float("nan")])
def test_a_length_that_is_none_is_a_sentence(wearer: Wearer, for_s: object) -> None:
    answer = wearer.ask(do="pairing", for_s=for_s)

    assert answer["error"] == "wrong_usage"
    assert "pairing" not in shown(wearer, 4)
