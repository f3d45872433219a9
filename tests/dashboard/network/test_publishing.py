"""The device's name is published while a child lives, and why not where it does not."""

import socket
import sys
import time
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest

from core.clock import FakeClock
from dashboard.network import publishing
from dashboard.network.publishing import ByChild, commands, runs

HOST = "afterthought-bcdf.local"
IPS = (ip_address("192.168.1.7"), ip_address("fd00::7"))


def test_avahi_publishes_an_address_by_each_child() -> None:
    with_us = ["setpriv", "--pdeathsig", "TERM"]

    assert commands(HOST, IPS, by_avahi=True) == [
        [*with_us, "avahi-publish", "-a", "-R", HOST, "192.168.1.7"],
        [*with_us, "avahi-publish", "-a", "-R", HOST, "fd00::7"],
    ]


def test_without_avahi_one_process_of_ours_answers() -> None:
    (command,) = commands(HOST, IPS, by_avahi=False)

    assert command[4:] == ["-m", "dashboard.network.answering", HOST, "192.168.1.7", "fd00::7"]


def test_a_socket_that_avahi_left_behind_is_no_avahi(tmp_path: Path) -> None:
    place = tmp_path / "socket"
    before = runs(place)
    with socket.socket(socket.AF_UNIX) as avahi:
        avahi.bind(str(place))
        avahi.listen()
        running = runs(place)

    assert (before, running, runs(place)) == (False, True, False)
    assert place.exists()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def by_child(
    clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ByChild]:
    """Its child writes a letter at each start, says what `says` has, and ends as that says."""
    code = (
        "import pathlib, sys, time; folder = pathlib.Path(sys.argv[1]);"
        "open(folder / 'starts', 'a').write('x'); says = folder / 'says';"
        "time.sleep(60) if not says.exists() else sys.exit(says.read_text())"
    )
    child = [sys.executable, "-c", code, str(tmp_path)]
    monkeypatch.setattr(publishing, "commands", lambda *_, **__: [child])
    made = ByChild(clock)
    yield made
    made.close()


def starts(folder: Path, number: int) -> None:
    """Until it has been started so often: another process has no event of ours to set."""
    while not (folder / "starts").exists() or (folder / "starts").stat().st_size < number:
        time.sleep(0.02)


def trouble(of: ByChild) -> str:
    while not (told := of.trouble()):
        time.sleep(0.02)
    return told


def test_what_has_not_changed_is_published_once(by_child: ByChild, tmp_path: Path) -> None:
    by_child.publish(HOST, IPS)
    starts(tmp_path, 1)
    by_child.publish(HOST, IPS)
    while (tmp_path / "starts").read_text(encoding="ascii") != "xx":
        by_child.publish(HOST, IPS[:1])
        time.sleep(0.02)

    assert by_child.trouble() == ""
    assert (tmp_path / "starts").read_text(encoding="ascii") == "xx"


@pytest.mark.parametrize(
    ("says", "told"),
    [
        (
            "Name collision, picking new name '(null)'.\nabort",
            (
                f"Another device on this network answers to {HOST}. This one keeps its name: "
                "open the page by its address until the other is gone."
            ),
        ),
        (
            "Daemon connection failed",
            (
                f"The name {HOST} cannot be published (Daemon connection failed). "
                "Open the page by its address; it is tried again every half minute."
            ),
        ),
    ],
)
def test_a_publisher_that_ends_is_told_and_begun_again(
    by_child: ByChild, clock: FakeClock, tmp_path: Path, says: str, told: str
) -> None:
    (tmp_path / "says").write_text(says, encoding="utf-8")
    by_child.publish(HOST, IPS)

    assert trouble(by_child) == told

    (tmp_path / "says").unlink()
    clock.advance(29)
    by_child.publish(HOST, IPS)
    assert by_child.trouble() == told
    clock.advance(2)
    by_child.publish(HOST, IPS)
    starts(tmp_path, 2)
    assert by_child.trouble() == ""


def test_the_next_child_waits_until_the_one_before_it_has_left(
    by_child: ByChild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = (
        "import pathlib, signal, sys, time; folder = pathlib.Path(sys.argv[1]);"
        "signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.3),"
        " (folder / 'left').touch(), sys.exit()));"
        "(folder / 'there').touch(); time.sleep(60)"
    )
    next_one = (
        "import pathlib, sys, time; folder = pathlib.Path(sys.argv[1]);"
        "(folder / str((folder / 'left').exists())).touch(); time.sleep(60)"
    )
    children = iter([slow, next_one])
    monkeypatch.setattr(
        publishing,
        "commands",
        lambda *_, **__: [[sys.executable, "-c", next(children), str(tmp_path)]],
    )
    by_child.publish(HOST, IPS)
    while not (tmp_path / "there").exists():
        time.sleep(0.02)

    while not ((tmp_path / "True").exists() or (tmp_path / "False").exists()):
        by_child.publish(HOST, IPS[:1])
        time.sleep(0.02)

    assert (tmp_path / "True").exists()


def test_without_the_program_there_is_a_sentence(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "commands", lambda *_, **__: [["/nowhere/at/all"]])
    by_child = ByChild(clock)
    by_child.publish(HOST, IPS)

    assert "(No such file or directory)" in by_child.trouble()
