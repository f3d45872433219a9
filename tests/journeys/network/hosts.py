"""Hosts on one wire: network namespaces, each with its own address and its own loopback."""

import contextlib
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

DEVICE, PHONE, STRANGER = "192.168.77.1", "192.168.77.2", "192.168.77.3"
ELSEWHERE = "192.168.78.2"

_CONFIGURED = Path("/etc/netns")
"""What `ip netns exec` lays over the files of /etc."""


@dataclass(frozen=True, slots=True)
class Host:
    """A namespace: what is started in it has this host's network and no other.

    `port` is the other end of its cable, at the switch.
    """

    name: str
    interface: str
    port: str

    def command(self, *arguments: str | os.PathLike[str]) -> list[str]:
        """The same command line, on this host."""
        return ["ip", "netns", "exec", self.name, *map(str, arguments)]

    def has(self, address: str, prefix: int = 24) -> None:
        """One more address on the wire."""
        _ip("-n", self.name, "address", "add", f"{address}/{prefix}", "dev", self.interface)

    def has_not(self, address: str, prefix: int = 24) -> None:
        _ip("-n", self.name, "address", "del", f"{address}/{prefix}", "dev", self.interface)

    def carried_bytes(self) -> int:
        """What has gone over its wire so far, both ways, every header counted."""
        counts = [f"/sys/class/net/{self.interface}/statistics/{way}_bytes" for way in ("rx", "tx")]
        return sum(map(int, ran(self.command("cat", *counts)).stdout.split()))

    def switch(self, state: Literal["up", "down"]) -> None:
        """The interface, as somebody does who switches the Wi-Fi off, or on again."""
        _ip("-n", self.name, "link", "set", self.interface, state)

    def routes_everything_to(self, address: str) -> None:
        """A way to everywhere, which goes out over the wire."""
        _ip("-n", self.name, "route", "replace", "default", "via", address)

    def asks_for_names_at(self, address: str) -> None:
        """What is started on it from now on has this name server."""
        folder = _CONFIGURED / self.name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "resolv.conf").write_text(f"nameserver {address}\n", encoding="ascii")

    @contextlib.contextmanager
    def with_a_vpn(self) -> Iterator[None]:
        """Everything but its own network goes into a tunnel, from which nothing comes back."""
        _ip("-n", self.name, "link", "add", "vpn", "type", "veth", "peer", "name", "nowhere")
        try:
            for end in ("vpn", "nowhere"):
                _ip("-n", self.name, "link", "set", end, "up")
            for half in ("0.0.0.0/1", "128.0.0.0/1"):
                _ip("-n", self.name, "route", "add", half, "dev", "vpn")
            yield
        finally:
            _ip("-n", self.name, "link", "del", "vpn")


@dataclass(frozen=True, slots=True)
class Wire:
    """The device with the page, a phone, and somebody else who is on their network."""

    device: Host
    phone: Host
    stranger: Host
    switch: str

    def unplug(self, host: Host) -> None:
        """As a phone that goes out of reach: nothing is said to anybody."""
        _ip("-n", self.switch, "link", "set", host.port, "down")

    def plug(self, host: Host) -> None:
        _ip("-n", self.switch, "link", "set", host.port, "up")

    @contextlib.contextmanager
    def kept_apart(self, *hosts: Host) -> Iterator[None]:
        """As an access point does with its clients where it is told to."""
        try:
            self._isolate(hosts, "on")
            yield
        finally:
            self._isolate(hosts, "off")

    def _isolate(self, hosts: Sequence[Host], switched: str) -> None:
        for host in hosts:
            apart = ["type", "bridge_slave", "isolated", switched]
            _ip("-n", self.switch, "link", "set", host.port, *apart)


@contextlib.contextmanager
def one_wire() -> Iterator[Wire]:
    """For root alone."""
    own = secrets.token_hex(3)
    switch = f"s-{own}"
    device, phone, stranger = (
        Host(f"{each}-{own}", f"v{each}{own}", f"s{each}{own}") for each in "dpo"
    )
    hosts = ((device, DEVICE), (phone, PHONE), (stranger, STRANGER))
    made: list[str] = []
    try:
        for name in (switch, *(host.name for host, _ in hosts)):
            _ip("netns", "add", name)
            made.append(name)
        _ip("-n", switch, "link", "add", "wire", "type", "bridge", "mcast_snooping", "0")
        _ip("-n", switch, "link", "set", "wire", "up")
        for host, address in hosts:
            _connect(host, switch)
            host.has(address)
        yield Wire(device, phone, stranger, switch)
    finally:
        for name in made:
            _ip("netns", "del", name)
            shutil.rmtree(_CONFIGURED / name, ignore_errors=True)


def _connect(host: Host, switch: str) -> None:
    peer = ["peer", "name", host.port, "netns", switch]
    _ip("link", "add", host.interface, "netns", host.name, "type", "veth", *peer)
    _ip("-n", switch, "link", "set", host.port, "master", "wire")
    _ip("-n", switch, "link", "set", host.port, "up")
    _ip("-n", host.name, "link", "set", "lo", "up")
    _ip("-n", host.name, "link", "set", host.interface, "up")


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


def ran(command: Sequence[str], timeout_s: float = 60) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=False)
