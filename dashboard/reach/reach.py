"""The page on the local network: its doors, certificates and name, as the network is now."""

import errno
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.clock import Clock, StepWatch
from core.network.choosing import Attached, chosen, missing
from core.page_address import PageAddress
from dashboard.certificates.asking import Asking
from dashboard.certificates.owners import OwnersFiles
from dashboard.network.publishing import Publisher
from dashboard.reach.connections import HTTPS
from dashboard.reach.doors import Behind
from dashboard.reach.leaf_contexts import LeafContexts
from dashboard.reach.reached import Reached

ASK_EVERY_S = 86_400.0
"""How often it is asked whether a certificate is due: they last a year."""

_ANYBODYS = 1024
"""Ports below it are those of the units: nobody who reads the sentence has typed them."""

_PATIENCE_S = 20.0
"""A certificate takes half a second here; on a Zero 2 W some seconds."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the page is to answer: interfaces as the settings name them, and the ports.

    At `redirect_port` there is the redirect for who types no `https`; None where there is none.
    `owners` is where a certificate of the owner's lies, if there is one.
    """

    interfaces: str | None
    tls_port: int
    redirect_port: int | None = None
    owners: OwnersFiles | None = None

    @property
    def ports(self) -> tuple[int, ...]:
        return (self.tls_port, *([] if self.redirect_port is None else [self.redirect_port]))


class OpenDoor(Protocol):
    """A door that can be closed again."""

    def close(self) -> None:
        """Listen there no more."""


OpenADoor = Callable[[Behind, Attached, int], OpenDoor]
"""Listens at an address and a port. Raises OSError."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What it works with."""

    own_addresses: Callable[[], Sequence[Attached]]
    open_door: OpenADoor
    leaves: LeafContexts
    asking: Asking
    publisher: Publisher
    clock: Clock


class Reach:
    """Keeps the page reached. `look` is called by the server's loop about each second.

    It tells each time where that is. `reached` may be read by any thread.
    """

    def __init__(self, plan: Plan, parts: Parts, tell: Callable[[PageAddress], None]) -> None:
        self._plan, self._parts, self._tell = plan, parts, tell
        self._doors: dict[tuple[Attached, int], OpenDoor] = {}
        self._asked_for: frozenset[Attached] | None = None
        self._asked_s = 0.0
        self._mended = ""
        self._steps = StepWatch()
        self.tls_port = plan.tls_port
        self.reached = Reached()

    @property
    def context(self) -> ssl.SSLContext | None:
        return self._parts.leaves.context

    @property
    def address(self) -> str:
        return self.reached.address

    @property
    def hosts(self) -> frozenset[str]:
        return self.reached.hosts

    def look(self) -> None:
        """Follow what has changed: addresses, certificates, the clock."""
        at, troubles = self._attached()
        troubles += self._asked(at)
        leaves, publisher = self._parts.leaves, self._parts.publisher
        leaves.look()
        troubles += self._move_doors(at)
        opened = [each for each in at if self._is_open(each)]
        publisher.publish(leaves.host, [each.ip for each in opened])
        unnamed = publisher.trouble()
        urls = self._urls(opened, is_named=not unnamed)
        self.reached = self._reached(at, urls, opened)
        troubles += [leaves.trouble, leaves.owners.trouble if at else "", unnamed]
        told = [each for each in troubles if each]
        self._tell(PageAddress(leaves.host, urls, tuple(dict.fromkeys(told))))

    def close(self) -> None:
        """Publish and ask no more; the doors are the server's to close."""
        self._parts.publisher.close()
        self._parts.asking.close()

    def _attached(self) -> tuple[Sequence[Attached], list[str]]:
        """At which addresses the page is to answer, and why not at others."""
        interfaces = self._plan.interfaces
        try:
            found = self._parts.own_addresses()
        except OSError as error:  # loopback goes on whatever the kernel says
            return (), [_unseen(error)]
        at = chosen(found, interfaces)
        return at, list(_without_network(found, at, interfaces))

    def _asked(self, at: Sequence[Attached]) -> list[str]:
        """Ask for certificates where one may be due; what is wrong with that."""
        if not at:
            return []
        clock = self._parts.clock
        now_s, recorded = clock.monotonic_s(), clock.recorded_now()
        has_stepped = self._steps.look(recorded.at_ms, recorded.boottime_ms or 0) is not None
        troubles = [self._ask(at, now_s, has_stepped=has_stepped)]
        if recorded.at_ms is None:
            troubles.append(
                "The clock of this device is not set, so phones may take its certificates for "
                "expired. Connect it to the internet once, or set the clock with `sudo date`."
            )
        if self.context is None and now_s - self._asked_s > _PATIENCE_S:
            troubles.append(
                "There is no certificate yet, so phones cannot reach the page. "
                + self._parts.asking.log
            )
        return troubles

    def _ask(self, at: Sequence[Attached], now_s: float, *, has_stepped: bool) -> str:
        leaves, asking = self._parts.leaves, self._parts.asking
        is_broken = leaves.trouble != self._mended
        is_old = now_s - self._asked_s >= ASK_EVERY_S
        try:
            if frozenset(at) != self._asked_for or has_stepped or is_broken or is_old:
                self._asked_for, self._asked_s, self._mended = None, now_s, leaves.trouble
                asking.ask([each.ip for each in at])
                self._asked_for = frozenset(at)
            return asking.trouble()
        except OSError as error:
            return f"No certificate can be requested ({error.strerror}). Free some space."

    def _move_doors(self, at: Sequence[Attached]) -> list[str]:
        """Close the doors of addresses that are gone, open those of new ones; what is wrong."""
        ports = self._plan.ports if self.context else ()
        certified = [each for each in at if self._is_certified(each)]
        wanted = [(each, port) for each in certified for port in ports]
        for place in [each for each in self._doors if each not in wanted]:
            self._doors.pop(place).close()
        troubles = []
        for each, port in [each for each in wanted if each not in self._doors]:
            try:
                self._doors[each, port] = self._parts.open_door(self, each, port)
            except OSError as error:
                troubles.append(_no_door(each, port, error))
        return troubles

    def _is_certified(self, at: Attached) -> bool:
        """True where a certificate is for this address; after a while it is not waited for.

        Who comes before it is there meets a warning, but by the name there is a good one.
        """
        waits_s = self._parts.clock.monotonic_s() - self._asked_s
        return self._parts.leaves.covers(at.ip) or waits_s > _PATIENCE_S

    def _is_open(self, at: Attached) -> bool:
        return (at, self._plan.tls_port) in self._doors

    def _urls(self, at: Sequence[Attached], *, is_named: bool) -> tuple[str, ...]:
        if not at:
            return ()
        port = "" if self.tls_port == HTTPS else f":{self.tls_port}"
        leaves = self._parts.leaves
        names = [*leaves.owners.names[:1]] if leaves.owners.context else []
        names += [leaves.host] if leaves.host and is_named else []
        hosts = [str(each.ip) if each.ip.version == 4 else f"[{each.ip}]" for each in at]  # noqa: PLR2004
        return tuple(f"https://{each}{port}" for each in dict.fromkeys([*names, *hosts]))

    def _reached(
        self, at: Sequence[Attached], urls: Sequence[str], opened: Sequence[Attached]
    ) -> Reached:
        leaves = self._parts.leaves
        owners = frozenset(leaves.owners.names if at else ())
        own = {leaves.host, *(str(each.ip) for each in at)} - {""} if at else set()
        return Reached(
            hosts=owners | own,
            address=urls[0] if urls else "",
            fingerprint=leaves.fingerprint,
            host=leaves.host,
            owners=owners,
            by_number=urls[-len(opened)] if opened else "",  # names come first
        )


def _without_network(
    found: Sequence[Attached], at: Sequence[Attached], interfaces: str | None
) -> Iterator[str]:
    for name in missing(found, interfaces):
        yield (
            f"There is no network interface {name}, or it has no address. "
            "`ip address` lists them; name another in the settings."
        )
    if not at and interfaces is None:
        yield (
            "This machine has no local address, so phones cannot reach the page. "
            "Connect it to your Wi-Fi. On this machine the page still works."
        )


def _unseen(error: OSError) -> str:
    return (
        f"The addresses of this machine cannot be read ({error.strerror}), so phones cannot "
        "reach the page. Restart it if that lasts. On this machine the page still works."
    )


def _no_door(at: Attached, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRNOTAVAIL:  # an address of IPv6 is tried by the kernel first
        return ""
    if error.errno == errno.EADDRINUSE:
        taken = (
            f"Another program uses port {port} of {at.ip}, so phones cannot reach the page there."
        )
        if port < _ANYBODYS:
            return f"{taken} Stop it; `sudo ss -ltnp` shows which one it is."
        return f"{taken} Stop it, or name another port with --tls-port."
    return (
        f"The page cannot listen on port {port} of {at.ip} ({error.strerror}). "
        "Name another with --tls-port or --redirect-port."
    )
