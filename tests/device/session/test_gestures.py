from pathlib import Path

import pytest

from device.session.gestures import STUCK_S, Fingers, edge, next_due_s, tick

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "capture.md"
SHORT_S, BAR_S, TOGETHER_S, REST_S = 0.1, 0.5, 0.3, 1.0

Script = list[tuple[float, str]]


def play(script: Script) -> list[tuple[str, float]]:
    """`down` and `up` are edges, `wait` is a tick; what was meant, with its times."""
    found: list[tuple[str, float]] = []
    fingers = Fingers()
    for at_s, what in script:
        if what == "wait":
            fingers, gestures = tick(fingers, at_s)
        else:
            fingers, gestures = edge(fingers, down=what == "down", at_s=at_s)
        found += [(each.kind, round(each.at_s, 3)) for each in gestures]
    return found


@pytest.mark.parametrize(
    ("sentence", "script", "meant"),
    [
        ("a press counts at once", [(1.0, "down")], [("press", 1.0)]),
        ("and is released", [(1.0, "down"), (1.2, "up")], [("press", 1.0), ("release", 1.2)]),
        (
            "two quick presses are two",
            [(1.0, "down"), (1.1, "up"), (1.3, "down"), (1.4, "up")],
            [("press", 1.0), ("release", 1.1), ("press", 1.3), ("release", 1.4)],
        ),
        (
            "held for 0.6 s it is a hold",
            [(1.0, "down"), (1.59, "wait"), (1.61, "wait"), (3.0, "up")],
            [("press", 1.0), ("hold", 1.6), ("release", 3.0)],
        ),
        (
            "shorter than that it is none",
            [(1.0, "down"), (1.59, "up")],
            [("press", 1.0), ("release", 1.59)],
        ),
        (
            "a hold whose tick came late is still a hold",
            [(1.0, "down"), (3.0, "up")],
            [("press", 1.0), ("hold", 1.6), ("release", 3.0)],
        ),
        (
            "only the first press of a chain can be held",
            [(1.0, "down"), (1.1, "up"), (1.5, "down"), (2.5, "wait"), (3.0, "up")],
            [("press", 1.0), ("release", 1.1), ("press", 1.5), ("release", 3.0)],
        ),
        (
            "half a second later another chain begins",
            [(1.0, "down"), (1.1, "up"), (1.6, "down"), (2.3, "wait")],
            [("press", 1.0), ("release", 1.1), ("press", 1.6), ("hold", 2.2)],
        ),
        (
            "a contact that chatters is one press",
            [(1.0, "down"), (1.002, "up"), (1.004, "down"), (1.1, "wait"), (1.2, "up")],
            [("press", 1.0), ("release", 1.2)],
        ),
        (
            "a chatter that ends up is a release",
            [(1.0, "down"), (1.002, "up"), (1.1, "wait")],
            [("press", 1.0), ("release", 1.03)],
        ),
    ],
)
def test_gestures(sentence: str, script: Script, meant: list[tuple[str, float]]) -> None:
    assert play(script) == meant, sentence


def table() -> list[tuple[str, list[str]]]:
    """The fingers and what they are understood as, as the document has them."""
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    rows = [line.split("|")[1:3] for line in lines if line.startswith("| `")]
    return [(fingers.strip(" `"), meant.strip().split(", ")) for fingers, meant in rows]


def edges(fingers: str) -> Script:
    """Dots and bars as a finger makes them, and a second of rest at the end."""
    script: Script = []
    now_s, is_down = 1.0, False
    for sign in [*fingers, " "]:
        if is_down and sign != "━":
            script.append((now_s, "up"))
            is_down = False
            now_s += TOGETHER_S
        if sign == " ":
            now_s += REST_S
        elif sign == "●":
            script += [(now_s, "down"), (now_s + SHORT_S, "up")]
            now_s += SHORT_S + TOGETHER_S
        else:
            if not is_down:
                script.append((now_s, "down"))
                is_down = True
            now_s += BAR_S
            script.append((now_s, "wait"))
    return script


@pytest.mark.parametrize(("fingers", "meant"), table())
def test_fingers_are_understood_as_the_document_says(fingers: str, meant: list[str]) -> None:
    told: list[str] = []
    state = Fingers()
    for at_s, what in edges(fingers):
        if what == "wait":
            state, found = tick(state, at_s)
        else:
            state, found = edge(state, down=what == "down", at_s=at_s)
        told += [
            "again" if each.kind == "press" and each.again else each.kind
            for each in found
            if each.kind != "release"
        ]

    assert told == meant


def test_the_table_of_the_document_is_there() -> None:
    assert len(table()) > 10


def test_a_button_that_never_comes_up_is_stuck_once_and_works_again_after() -> None:
    down_s = 1.0
    assert play([(down_s, "down"), (down_s + 60, "wait"), (down_s + STUCK_S, "wait")]) == [
        ("press", 1.0),
        ("hold", 1.6),
        ("stuck", 901.0),
    ]
    assert play(
        [(1.0, "down"), (2000.0, "wait"), (3000.0, "up"), (3001.0, "down"), (3001.1, "up")]
    )[-2:] == [("press", 3001.0), ("release", 3001.1)]


def test_a_button_that_is_down_at_the_start_has_not_been_pressed() -> None:
    assert play([(1.0, "wait"), (100.0, "wait")]) == []


def test_a_very_fast_button_is_as_many_presses_as_a_finger_could_make() -> None:
    flutter: Script = [(1 + n / 1000, "down" if n % 2 else "up") for n in range(1, 1001)]

    presses = [each for each in play(flutter) if each[0] == "press"]

    assert 1 <= len(presses) <= 1000 / 30


def test_the_loop_is_told_when_it_has_to_look_again() -> None:
    fingers, _ = edge(Fingers(), down=True, at_s=1.0)
    assert next_due_s(fingers) == pytest.approx(1.6)
    fingers, _ = tick(fingers, 1.6)
    assert next_due_s(fingers) == pytest.approx(1.0 + STUCK_S)
    fingers, _ = edge(fingers, down=False, at_s=2.0)
    assert next_due_s(fingers) is None


def test_a_change_that_may_be_chatter_is_looked_at_again_when_it_can_be_none() -> None:
    fingers, _ = edge(Fingers(), down=True, at_s=1.0)
    fingers, _ = edge(fingers, down=False, at_s=1.002)

    assert next_due_s(fingers) == pytest.approx(1.03)


def test_all_that_belongs_to_a_press_before_says_so() -> None:
    fingers, told = Fingers(), list[tuple[str, bool]]()
    for down, at_s in [(True, 1.0), (False, 1.1), (True, 1.4), (False, 3.5), (True, 5), (False, 6)]:
        fingers, found = edge(fingers, down=down, at_s=at_s)
        told += [(each.kind, each.again) for each in found]

    assert told == [
        ("press", False), ("release", False), ("press", True), ("pause", True), ("release", True),
        ("press", False), ("hold", False), ("release", False),
    ]  # fmt: skip


def test_what_lasts_as_long_as_a_contact_may_chatter_is_no_chatter() -> None:
    assert play([(0.0, "down"), (0.03, "up")]) == [("press", 0.0), ("release", 0.03)]
