"""Which addresses are chosen, and who is a neighbour."""

from ipaddress import ip_interface

import pytest

from core.network.choosing import Attached, Kind, chosen, is_neighbour, missing


def at(address: str, interface: str = "wlan0", kind: Kind = "ordinary", index: int = 2) -> Attached:
    return Attached(interface, index, ip_interface(address), kind)


WIFI = at("192.168.1.7/24")
CABLE = at("10.0.0.5/8", "eth0")
OWN = at("fd00::7/64", "eth0")
ON_THE_LINK = at("fe80::7/64", "eth0")
GLOBAL = at("2001:db8::7/64", "eth0")
LOOPBACK = at("127.0.0.1/8", "lo", "loopback")
VPN = at("10.8.0.2/24", "wg0", "tunnel")
CONTAINERS = at("172.17.0.1/16", "docker0", "bridge")
ALONE = at("fd00::5/128", "eth0")
WIDE = at("192.168.1.5/8", "eth0")
DOWN = at("192.168.9.9/24", "eth1", "down")
ALL = (ALONE, GLOBAL, LOOPBACK, VPN, CONTAINERS, DOWN, ON_THE_LINK, OWN, CABLE, WIFI)


@pytest.mark.parametrize(
    ("interfaces", "found"),
    [
        (None, (CABLE, WIFI, OWN)),
        ("wlan0", (WIFI,)),
        ("wlan0 wg0", (VPN, WIFI)),
        ("docker0", (CONTAINERS,)),
        ("lo eth1", ()),
        ("none", ()),
        ("", ()),
    ],
)
def test_these_addresses_are_chosen(interfaces: str | None, found: tuple[Attached, ...]) -> None:
    assert chosen(ALL, interfaces) == found


def test_an_interface_that_is_not_there_is_told_and_none_is_not_one() -> None:
    assert missing(ALL, "wlan0 wlan9") == ["wlan9"]
    assert missing(ALL, "none") == []
    assert missing(ALL, None) == []


@pytest.mark.parametrize(
    ("visitor", "called"),
    [
        ("192.168.1.200", WIFI),
        ("192.168.1.7", WIFI),
        ("fd00::99", OWN),
        ("192.168.77.1", WIDE),
        ("fe80::99%eth0", ON_THE_LINK),
    ],
)
def test_who_is_in_the_same_subnet_is_a_neighbour(visitor: str, called: Attached) -> None:
    assert is_neighbour(visitor, called)


@pytest.mark.parametrize(
    ("visitor", "called"),
    [
        ("192.168.2.200", WIFI),
        ("8.8.8.8", WIFI),
        ("fd00:0:0:1::99", OWN),
        ("2001:db8::99", OWN),
        ("fe80::99", OWN),
        ("192.168.1.200", OWN),
        ("192.0.66.1", WIDE),
        ("", WIFI),
    ],
)
def test_nobody_else_is(visitor: str, called: Attached) -> None:
    assert not is_neighbour(visitor, called)
