import pytest

from device.gestures import Fingers, edge, tick

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
            [("press", 1.0), ("release", 1.015)],
        ),
    ],
)
def test_gestures(sentence: str, script: Script, meant: list[tuple[str, float]]) -> None:
    assert play(script) == meant, sentence
