"""While the demo runs, a command in another terminal says which archive it is about."""

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.paths import Home
from tests.journeys.command import afterthought

SENTENCE = "The demo runs, in a home of its own; this command is about your archive."


@contextlib.contextmanager
def capture_at(home: Home) -> Iterator[None]:
    """Somebody who listens where capture does."""
    home.path.mkdir(exist_ok=True)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(home.capture_socket))
        listening.listen()
        yield
    home.capture_socket.unlink()


@pytest.mark.parametrize("act", [("list",), ("press",), ("log", "--json")])
def test_a_command_beside_the_demo_says_which_archive_it_is_about(
    home: Path, act: tuple[str, ...]
) -> None:
    with capture_at(Home(home).demo):
        done = afterthought(*act)

    assert f"{SENTENCE} For the demo, add --home {home}/demo\n" in done.err
    assert SENTENCE not in done.out


def test_nothing_is_said_where_the_demo_is_meant_or_does_not_run(home: Path) -> None:
    demo = Home(home).demo
    with capture_at(demo):
        meant = afterthought("list", "--home", demo.path)
        with capture_at(Home(home)):
            both_run = afterthought("list")
    stopped = afterthought("list")

    assert [SENTENCE in each.err for each in (meant, both_run, stopped)] == [False] * 3
