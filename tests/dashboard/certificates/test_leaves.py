"""When a leaf is made, and for how long."""

import ipaddress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from dashboard.certificates.authority import Authority, make_authority
from dashboard.certificates.leaves import (
    LASTS,
    RELEASED,
    addresses_of_device,
    is_due,
    known_time,
    make_leaf,
    name_of_device,
)

NOW = datetime(2027, 3, 1, tzinfo=UTC)
NAME = name_of_device("afterthought-wxyz.local")


@pytest.fixture(scope="module")
def authority() -> Authority:
    return make_authority("afterthought-wxyz")


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def test_the_clock_counts_unless_it_is_unset_or_before_the_release() -> None:
    released = datetime(RELEASED.year, RELEASED.month, RELEASED.day, tzinfo=UTC)

    assert known_time(milliseconds(NOW)) == NOW
    assert known_time(milliseconds(datetime(2019, 5, 1, tzinfo=UTC))) == released
    assert known_time(None) == released


def test_a_leaf_lasts_as_long_as_browsers_take_and_bears_a_phone_that_is_behind(
    authority: Authority,
) -> None:
    certificate = make_leaf(authority, NAME, NOW).certificate

    assert certificate.not_valid_before_utc == NOW - timedelta(days=1)
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc == LASTS


@pytest.mark.parametrize(
    ("later", "is_due_then"),
    [
        (timedelta(0), False),
        (timedelta(days=365), False),
        (timedelta(days=366), True),
        (timedelta(days=500), True),
        (timedelta(hours=-12), False),
        (timedelta(days=-2), True),  # the clock was ahead when it was made
    ],
)
def test_it_is_renewed_a_month_before_its_end_and_after_a_wrong_clock(
    authority: Authority, later: timedelta, *, is_due_then: bool
) -> None:
    assert is_due(make_leaf(authority, NAME, NOW), NAME, NOW + later) is is_due_then


def test_one_that_was_made_without_a_clock_is_renewed_once_there_is_one(
    authority: Authority,
) -> None:
    without_clock = make_leaf(authority, NAME, known_time(None))

    assert not is_due(without_clock, NAME, known_time(None))
    assert is_due(without_clock, NAME, known_time(None) + timedelta(minutes=5))


def test_another_address_makes_another_leaf_and_the_order_does_not(authority: Authority) -> None:
    two = [ipaddress.ip_address("192.168.1.7"), ipaddress.ip_address("10.0.0.4")]
    made = make_leaf(authority, addresses_of_device(two), NOW)

    assert not is_due(made, addresses_of_device(reversed(two)), NOW)
    assert is_due(made, addresses_of_device(two[:1]), NOW)


def test_only_addresses_of_a_local_network_are_named() -> None:
    every = map(ipaddress.ip_address, ["8.8.8.8", "192.168.1.7", "2001:db8::1", "fe80::7"])

    assert addresses_of_device(every) == [
        x509.IPAddress(ipaddress.ip_address("192.168.1.7")),
        x509.IPAddress(ipaddress.ip_address("fe80::7")),
    ]
