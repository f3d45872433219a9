"""A minute of reading from the running capture."""

from base64 import b64encode
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.audio import RATE_HZ
from core.pcm import Pcm
from pipeline.voices.microphone import (
    ENOUGH_S,
    LONGEST_S,
    NobodyListens,
    Refused,
    asker,
    read_aloud,
)


class Capture:
    """Hears five seconds between two requests; keeps what it was asked."""

    def __init__(self, refuses_after: int = 1000) -> None:
        self.asked: list[dict[str, Any]] = []
        self._position = 100
        self._refuses_after = refuses_after

    def __call__(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(request)
        if len(self.asked) > self._refuses_after:
            raise Refused("Paused, so nothing is heard.", advice="Resume first.")
        if "since" not in request:
            return {"outcome": "done", "next": self._position}
        assert request["since"] == self._position
        self._position += 5 * RATE_HZ
        sound = np.full(5 * RATE_HZ, 7, "<i2").tobytes()
        return {"outcome": "done", "next": self._position, "pcm": b64encode(sound).decode()}


def half_of_it(pcm: Pcm) -> float:
    return pcm.size / RATE_HZ / 2


def none_of_it(_: Pcm) -> float:
    return 0.0


def test_it_ends_once_enough_was_said_and_capture_is_told_so() -> None:
    capture, told = Capture(), list[float]()

    pcm = read_aloud(capture, half_of_it, told.append, lambda _: None)

    assert pcm.size / RATE_HZ == pytest.approx(2 * ENOUGH_S, abs=5)
    assert told == sorted(told)
    assert told[-1] >= ENOUGH_S
    assert capture.asked[0] == {"do": "read_aloud", "on": True}
    assert capture.asked[-1] == {"do": "read_aloud", "on": False}


def test_it_ends_where_nobody_says_anything() -> None:
    pcm = read_aloud(Capture(), none_of_it, lambda _: None, lambda _: None)

    assert LONGEST_S <= pcm.size / RATE_HZ <= LONGEST_S + 5


def test_a_pause_in_the_middle_is_told() -> None:
    with pytest.raises(Refused, match="Paused"):
        read_aloud(Capture(refuses_after=3), half_of_it, lambda _: None, lambda _: None)


def test_where_capture_does_not_run_the_next_step_is_said(tmp_path: Path) -> None:
    with pytest.raises(NobodyListens) as caught:
        asker(tmp_path / "nobody.sock")({"do": "read_aloud", "on": True})
    assert "afterthought run" in caught.value.advice
