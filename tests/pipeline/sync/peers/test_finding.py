"""Installs find one another by multicast DNS, and believe little of what they hear."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.clock import FakeClock, SystemClock
from pipeline.sync.peers.finding import (
    Announcement,
    Found,
    announcing,
    browsing,
    find,
    read_avahi,
    read_ours,
)

NAME = "0123456789abcdef"
KEY = NAME + "0" * 48
NO_AVAHI = Path("/nowhere/avahi")
LOOPBACK = ["127.0.0.1"]


@pytest.fixture
def announcement() -> Iterator[Announcement]:
    made = Announcement(SystemClock(), NO_AVAHI)
    yield made
    made.close()


async def test_who_is_announced_is_found(announcement: Announcement) -> None:
    announcement.keep(KEY, 8478, LOOPBACK)

    found: list[Found] = []
    for _ in range(20):  # it takes a moment until it is there
        found = await find(LOOPBACK, NO_AVAHI)
        if found:
            break

    assert found == [Found(NAME, ("127.0.0.1", 8478))]


def test_it_is_announced_until_it_is_closed(announcement: Announcement) -> None:
    announcement.keep(KEY, 8478, LOOPBACK)
    before = announcement.is_on
    announcement.close()

    assert (before, announcement.is_on) == (True, False)


def test_where_it_is_on_no_network_nothing_is_announced(announcement: Announcement) -> None:
    announcement.keep(KEY, 8478, [])

    assert not announcement.is_on


def test_one_that_ended_is_begun_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FakeClock()
    monkeypatch.setattr("pipeline.sync.peers.finding.announcing", lambda *_, **__: ["true"])
    announcement = Announcement(clock, NO_AVAHI)
    announcement.keep(KEY, 8478, LOOPBACK)
    assert announcement._child is not None
    announcement._child.wait()

    announcement.keep(KEY, 8478, LOOPBACK)
    soon = announcement._child
    clock.advance(31)
    announcement.keep(KEY, 8478, LOOPBACK)

    assert soon is None
    assert announcement._child is not None
    announcement.close()


async def test_where_nothing_can_be_asked_nobody_is_found() -> None:
    assert await find(["192.0.2.1"], NO_AVAHI) == []


def test_avahi_is_asked_where_it_runs() -> None:
    with_us = ["setpriv", "--pdeathsig", "TERM"]

    assert announcing(NAME, 8478, LOOPBACK, by_avahi=True) == [
        *with_us,
        *("avahi-publish", "-s", NAME, "_afterthought._tcp", "8478", f"id={NAME}"),
    ]
    assert browsing(LOOPBACK, 2.0, by_avahi=True) == [
        *with_us,
        *("avahi-browse", "-rpt", "_afterthought._tcp"),
    ]


def test_what_avahi_found_is_read() -> None:
    text = f'=;wlan0;IPv4;{NAME};_afterthought._tcp;local;pi.local;192.168.1.7;8478;"id={NAME}"\n'
    near = text.replace("IPv4", "IPv6").replace("192.168.1.7", "fe80::7")

    assert read_avahi(text.encode()) == [Found(NAME, ("192.168.1.7", 8478))]
    assert read_avahi(near.encode()) == [Found(NAME, ("fe80::7%wlan0", 8478))]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"+;wlan0;IPv4;x;_afterthought._tcp;local",
        b'=;wlan0;IPv4;x;_afterthought._tcp;local;pi.local;192.168.1.7;8478;"id=../../etc"',
        b'=;wlan0;IPv4;x;_afterthought._tcp;local;pi.local;8.8.8.8;8478;"id=0123456789abcdef"',
        b'=;wlan0;IPv4;x;_afterthought._tcp;local;pi.local;here;8478;"id=0123456789abcdef"',
        b'=;wlan0;IPv4;x;_afterthought._tcp;local;pi.local;192.168.1.7;99999;"id=0123456789abcdef"',
        b"=;wlan0;IPv4;x;_afterthought._tcp;local;pi.local;192.168.1.7;8478;",
        b"\xff" * 100,
    ],
)
def test_what_avahi_cannot_mean_is_passed_over(line: bytes) -> None:
    assert read_avahi(line) == []


@pytest.mark.parametrize(
    "told",
    [
        [],
        5,
        {},
        {"id": 5, "hosts": ["192.168.1.7"], "port": 8478},
        {"id": NAME, "hosts": 5, "port": 8478},
        {"id": NAME, "hosts": ["8.8.8.8", "here"], "port": 8478},
        {"id": NAME, "hosts": ["192.168.1.7"], "port": "-1"},
        {"id": NAME.upper(), "hosts": ["192.168.1.7"], "port": 8478},
    ],
)
def test_what_our_own_process_cannot_mean_is_passed_over(told: object) -> None:
    assert read_ours(json.dumps(told).encode()) == []
