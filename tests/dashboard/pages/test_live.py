"""A page is not told of the state that it shows already, and of every other one."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from flask import Flask

from dashboard.pages.live import _but_what_is_shown
from tests.dashboard.real_capture import RealCapture

SOUND = np.zeros(16_000, np.int16)
STATE, LEVEL = b"event: state\ndata: {}\n\n", b"event: level\ndata: {}\n\n"


def test_the_state_that_is_shown_is_not_told_until_it_is_another(app: Flask, home: Path) -> None:
    here = app.extensions["context"]
    shown = here.state(None).version
    capture = RealCapture(home, SOUND).running()

    def lines() -> Iterator[bytes]:
        yield STATE
        yield LEVEL
        with capture:
            yield STATE
        yield STATE  # back as it was, but by then the page shows something else

    assert list(_but_what_is_shown(lines(), shown, here)) == [LEVEL, STATE, STATE]


def test_a_page_that_does_not_say_what_it_shows_is_told(app: Flask) -> None:
    here = app.extensions["context"]

    assert list(_but_what_is_shown([STATE, LEVEL], None, here)) == [STATE, LEVEL]
    assert list(_but_what_is_shown([STATE, LEVEL], "lost", here)) == [STATE, LEVEL]
