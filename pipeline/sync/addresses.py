"""Addresses of the local network: this machine's own, and what somebody types."""

import asyncio
import errno
import ipaddress
import socket
from collections.abc import Sequence

from core.access.peers import Address
from core.errors import WrongUsage
from core.network.choosing import chosen
from core.network.interfaces import own_addresses
from core.network.local_addresses import is_public

from .http.errors import PeerGone

LOOPBACK = "127.0.0.1"

_MOST_PORT = 65_535


def own_hosts() -> list[str]:
    """At which addresses others on the local network reach this machine, IPv4 first.

    Loopback alone where it is on no network: another home on this machine may call.
    """
    return [str(each.ip) for each in chosen(own_addresses(), None)] or [LOOPBACK]


def doors(port: int) -> list[socket.socket]:
    """Sockets at this port of all addresses. Raises OSError where another has it already."""
    first = socket.create_server(("", port))
    opened = [first]
    at = first.getsockname()[1]
    try:
        opened.append(socket.create_server(("::", at), family=socket.AF_INET6))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            first.close()
            raise
        # A kernel without IPv6 has nobody who calls by it.
    return opened


def doors_near(port: int) -> list[socket.socket]:
    """The same; at any other port where that one is in use."""
    try:
        return doors(port)
    except OSError:
        return doors(0)


def split_address(typed: str, port: int) -> Address:
    """Host and port of `HOST`, `HOST:PORT` or `[HOST]:PORT`. Raises WrongUsage."""
    host, named = typed.strip(), str(port)
    if host.startswith("["):
        host, _, rest = host[1:].partition("]")
        named = rest.removeprefix(":") or named
    elif host.count(":") == 1:
        host, named = host.split(":")
    if not host or not named.isascii() or not named.isdigit() or not 0 < int(named) <= _MOST_PORT:
        raise WrongUsage(
            f"'{typed}' is no address.", advice="Write it as in 192.168.1.7 or 192.168.1.7:8479."
        )
    return host, int(named)


async def resolved(host: str) -> str:
    """An address of the local network for this name or address. Raises PeerGone."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        found = []
    local = _local([str(each[4][0]) for each in found])
    if local is None:
        why = "is not on your own network" if found else "is not known on this network"
        raise PeerGone(
            f"{host} {why}.",
            advice="Use the address that `afterthought peers add` shows on the other machine.",
        )
    return local


def _local(found: Sequence[str]) -> str | None:
    """The first that no router passes on, IPv4 before IPv6."""
    by_version = sorted(found, key=lambda each: ":" in each)
    return next((each for each in by_version if not is_public(_plain(each))), None)


def _plain(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    return ipaddress.ip_address(address.partition("%")[0])
