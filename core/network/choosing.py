"""At which addresses the page answers, and whom. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface, ip_address
from typing import Literal

from core.network.local_addresses import Address, is_local, is_public

Kind = Literal["ordinary", "loopback", "tunnel", "bridge", "down"]
"""Of an interface. A VPN or a modem has a tunnel; containers and virtual machines have bridges."""

NOWHERE = "none"
"""In the place of the interfaces' names: the page answers on loopback alone."""


@dataclass(frozen=True, slots=True)
class Attached:
    """An address of this machine with its subnet, and the interface that has it."""

    interface: str
    index: int
    address: IPv4Interface | IPv6Interface
    kind: Kind = "ordinary"

    @property
    def ip(self) -> Address:
        return self.address.ip


def chosen(attached: Iterable[Attached], interfaces: str | None) -> tuple[Attached, ...]:
    """The addresses at which the page answers, in a fixed order.

    `interfaces` has their names with spaces between; None stands for all but loopback, tunnels
    and bridges. What is no local address is never among them, nor is one without a subnet, which
    nobody is a neighbour of, nor one of IPv6 that is good on one link alone: no browser takes it.
    """
    found = [
        each
        for each in attached
        if _is_wanted(each, None if interfaces is None else interfaces.split())
        and is_local(each.ip)
        and each.address.network.num_addresses > 1
        and not (each.ip.version == 6 and each.ip.is_link_local)  # noqa: PLR2004 - of IP
    ]
    return tuple(sorted(found, key=lambda each: (each.ip.version, each.ip.packed, each.index)))


def missing(attached: Iterable[Attached], interfaces: str | None) -> list[str]:
    """The interfaces that were named and are not there."""
    there = {each.interface for each in attached}
    named = [] if interfaces is None else interfaces.split()
    return [each for each in named if each not in {*there, NOWHERE}]


def is_neighbour(visitor: str, at: Attached) -> bool:
    """True where this visitor's address lies in the subnet of the address that was called.

    A subnet that was set too wide makes nobody on the internet a neighbour.
    """
    try:
        found = ip_address(visitor.partition("%")[0])
    except ValueError:
        return False
    return found in at.address.network and not is_public(found)


def _is_wanted(each: Attached, named: list[str] | None) -> bool:
    if named is None:
        return each.kind == "ordinary"
    return each.interface in named and each.kind not in {"loopback", "down"}
