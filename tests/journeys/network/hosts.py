"""Two hosts on one wire: network namespaces, each with its own address and its own loopback."""

import contextlib
import os
import secrets
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

DEVICE, PHONE, ELSEWHERE = "192.168.77.1", "192.168.77.2", "192.168.78.2"


@dataclass(frozen=True, slots=True)
class Host:
    """A namespace: what is started in it has this host's network and no other."""

    name: str
    interface: str

    def command(self, *arguments: str | os.PathLike[str]) -> list[str]:
        """The same command line, on this host."""
        return ["ip", "netns", "exec", self.name, *map(str, arguments)]

    def has(self, address: str) -> None:
        """One more address on the wire."""
        _ip("-n", self.name, "address", "add", f"{address}/24", "dev", self.interface)

    def has_not(self, address: str) -> None:
        _ip("-n", self.name, "address", "del", f"{address}/24", "dev", self.interface)

    def routes_everything_to(self, address: str) -> None:
        """A way to everywhere, which goes out over the wire."""
        _ip("-n", self.name, "route", "replace", "default", "via", address)


@dataclass(frozen=True, slots=True)
class Wire:
    """The device with the page, and whoever else is on its network."""

    device: Host
    phone: Host


@contextlib.contextmanager
def two_hosts() -> Iterator[Wire]:
    """For root alone."""
    own = secrets.token_hex(3)
    device, phone = Host(f"d-{own}", f"vd{own}"), Host(f"p-{own}", f"vp{own}")
    made: list[Host] = []
    try:
        for host in (device, phone):
            _ip("netns", "add", host.name)
            made.append(host)
        peer = ["peer", "name", phone.interface, "netns", phone.name]
        _ip("link", "add", device.interface, "netns", device.name, "type", "veth", *peer)
        for host, address in ((device, DEVICE), (phone, PHONE)):
            _ip("-n", host.name, "link", "set", "lo", "up")
            _ip("-n", host.name, "link", "set", host.interface, "up")
            host.has(address)
        yield Wire(device, phone)
    finally:
        for host in made:
            _ip("netns", "del", host.name)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


def ran(command: Sequence[str], timeout_s: float = 60) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=False)
