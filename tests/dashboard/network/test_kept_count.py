"""What has left the device is counted by whom it goes to, and kept over restarts."""

import itertools
import os
import socket
from ipaddress import ip_address
from pathlib import Path

import pytest

from core.clock import FakeClock
from core.network.local_addresses import is_public
from core.sent import FILE_NAME, Sent, read_sent
from dashboard.network import outgoing
from dashboard.network.counter import sent_on
from dashboard.network.outgoing import Line
from dashboard.network.sent_file import WRITE_EVERY_S, KeptCount


def kept(folder: Path, clock: FakeClock) -> KeptCount:
    return KeptCount(folder, clock, is_ours_alone=False)


def test_the_kernel_tells_what_a_connection_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        caller = socket.create_connection(door.getsockname())
        line, _ = door.accept()
        with caller, line:
            line.sendall(b"x" * 5000)

            assert sent_on(line) == 5000
            assert sent_on(caller) == 0
        assert sent_on(line) == 0  # closed


@pytest.mark.parametrize(
    ("address", "is_so"),
    [
        ("192.168.1.7", False),
        ("127.0.0.1", False),
        ("fe80::1", False),
        ("::1", False),
        ("::ffff:10.0.0.1", False),
        ("0.0.0.0", False),
        ("203.0.113.9", True),
        ("172.32.0.1", True),
        ("2001:db8::1", True),
        ("::ffff:8.8.8.8", True),
    ],
)
def test_what_is_public(address: str, *, is_so: bool) -> None:
    assert is_public(ip_address(address)) is is_so


def test_a_first_start_counts_from_now_on(tmp_path: Path) -> None:
    clock = FakeClock()
    count = kept(tmp_path, clock)
    count.look()

    assert count.now == read_sent(tmp_path) == Sent(clock.now_ms())


def test_it_is_written_down_seldom_and_goes_on_after_a_restart(tmp_path: Path) -> None:
    clock = FakeClock()
    count = kept(tmp_path, clock)
    count.look()
    first = (tmp_path / FILE_NAME).stat().st_mtime_ns
    for _ in range(20):
        count.counter.count("phones", 100)
        clock.advance(WRITE_EVERY_S / 25)
        count.look()
    untouched = (tmp_path / FILE_NAME).stat().st_mtime_ns
    killed = kept(tmp_path, clock).now
    clock.advance(WRITE_EVERY_S)
    count.look()
    count.counter.count("others", 7)
    count.close()

    assert untouched == first
    assert killed.phones == 0
    after = kept(tmp_path, clock).now
    assert (after.phones, after.others, after.since_ms) == (2000, 7, killed.since_ms)


def test_what_went_to_the_internet_is_written_down_at_once(tmp_path: Path) -> None:
    count = kept(tmp_path, FakeClock())
    count.look()
    count.counter.count("internet", 1)
    count.look()

    found = read_sent(tmp_path)
    assert found is not None
    assert found.internet == 1


def test_a_full_disk_ends_nothing_and_is_tried_again(tmp_path: Path) -> None:
    clock, folder = FakeClock(), tmp_path / "not there"
    count = kept(folder, clock)
    count.look()
    folder.mkdir()
    clock.advance(WRITE_EVERY_S)
    count.look()

    assert read_sent(folder) == count.now


def test_a_connection_is_counted_as_it_grows_and_only_to_public_addresses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uid, looks = os.getuid(), iter([10, 10, 25])
    near, loop = ip_address("192.168.1.7"), ip_address("127.0.0.1")

    def lines() -> list[Line]:
        far = Line(1, uid, 7, ip_address("203.0.113.9"), next(looks))
        others = Line(2, uid + 1, 7, ip_address("203.0.113.9"), 1000)
        return [far, others, Line(3, uid, 7, near, 1000), Line(4, uid, 7, loop, 1000)]

    monkeypatch.setattr(outgoing, "lines", lines)
    count = KeptCount(tmp_path, FakeClock(), is_ours_alone=True)
    for _ in range(3):
        count.look()

    assert count.now.internet == 25


def test_a_look_that_takes_long_is_followed_by_a_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, looks_s = FakeClock(), list[float]()

    def slow() -> list[Line]:
        looks_s.append(clock.monotonic_s())
        clock.advance(0.08)
        return []

    monkeypatch.setattr(outgoing, "lines", slow)
    count = kept(tmp_path, clock)
    for _ in range(20):
        count.look()
        clock.advance(1)

    assert 2 <= len(looks_s) <= 3
    assert all(later - before >= 8 for before, later in itertools.pairwise(looks_s))


def test_of_a_user_who_runs_other_programs_only_our_own_connections_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as own:
        inode = os.fstat(own.fileno()).st_ino
        to, uid = ip_address("203.0.113.9"), os.getuid()
        monkeypatch.setattr(
            outgoing, "lines", lambda: [Line(1, uid, inode, to, 3), Line(2, uid, 1, to, 1000)]
        )
        count = kept(tmp_path, FakeClock())
        count.look()

    assert count.now.internet == 3


def test_where_the_kernel_says_nothing_the_page_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nothing() -> list[Line]:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(outgoing, "lines", nothing)
    count = kept(tmp_path, FakeClock())
    count.look()
    count.look()

    assert read_sent(tmp_path) == count.now
