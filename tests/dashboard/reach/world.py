"""All that follows the network works with, faked; certificates are real, and made at once."""

import errno
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_interface

from core.clock import FakeClock
from core.network.choosing import Attached
from core.network.local_addresses import Address
from core.page_address import PageAddress
from dashboard.certificates.folder import CertificateFolder
from dashboard.certificates.leaves import known_time
from dashboard.certificates.owners import OwnersFiles
from dashboard.reach.doors import Behind
from dashboard.reach.leaf_contexts import LeafContexts
from dashboard.reach.owners_leaf import OwnersLeaf
from dashboard.reach.reach import Parts, Plan, Reach

WIFI = Attached("wlan0", 2, ip_interface("192.168.1.7/24"))
MOVED = Attached("wlan0", 2, ip_interface("192.168.1.8/24"))
CABLE = Attached("eth0", 3, ip_interface("fd00::7/64"))
LOOPBACK = Attached("lo", 1, ip_interface("127.0.0.1/8"), "loopback")


@dataclass
class World:
    """All that Reach works with, faked; certificates are real, and made at once."""

    folder: CertificateFolder
    own: list[Attached]
    owners: OwnersFiles | None = None
    clock: FakeClock = field(default_factory=FakeClock)
    open: set[tuple[str, int]] = field(default_factory=set)
    asked: list[list[str]] = field(default_factory=list)
    published: list[tuple[str, list[str]]] = field(default_factory=list)
    told: list[PageAddress] = field(default_factory=list)
    refuses: dict[int, int] = field(default_factory=dict)
    is_answered: bool = True
    is_blind: bool = False
    is_full: bool = False
    asking_trouble: str = ""
    name_trouble: str = ""

    @property
    def host(self) -> str:
        """The name that the certificates are for; empty before there are any."""
        device = self.folder.device()
        return "" if device is None else device.host

    def own_addresses(self) -> Sequence[Attached]:
        if self.is_blind:
            raise OSError(errno.ENOMEM, "Cannot allocate memory")
        return self.own

    def open_door(self, behind: Behind, at: Attached, port: int) -> "FakeDoor":
        assert behind.context is not None
        if port in self.refuses:
            raise OSError(self.refuses[port], "refused")
        place = str(at.ip), port
        self.open.add(place)
        return FakeDoor(lambda: self.open.remove(place))

    def ask(self, addresses: Iterable[Address]) -> None:
        if self.is_full:
            raise OSError(errno.ENOSPC, "No space left on device")
        wanted = list(addresses)
        self.asked.append([str(each) for each in wanted])
        if self.is_answered:
            self.folder.renew(b"", wanted, known_time(self.clock.now_ms()))

    def tell(self, address: PageAddress) -> None:
        """Only what is news is kept, as whoever is told does it."""
        if self.told[-1:] != [address]:
            self.told.append(address)

    def reach(self, interfaces: str | None = None, redirect_port: int | None = None) -> Reach:
        parts = Parts(
            self.own_addresses,
            self.open_door,
            LeafContexts(self.folder, OwnersLeaf(self.owners, self.clock), b""),
            FakeAsking(self),
            FakePublisher(self),
            self.clock,
        )
        return Reach(Plan(interfaces, 8766, redirect_port), parts, self.tell)


@dataclass
class FakeDoor:
    close: Callable[[], None]


@dataclass
class FakeAsking:
    world: World
    log: str = "The log says why."

    def ask(self, addresses: Iterable[Address]) -> None:
        self.world.ask(addresses)

    def trouble(self) -> str:
        return self.world.asking_trouble

    def close(self) -> None:
        self.world.asked.append(["closed"])


@dataclass
class FakePublisher:
    world: World

    def publish(self, host: str, ips: Iterable[Address]) -> None:
        self.world.published.append((host, [str(each) for each in ips]))

    def trouble(self) -> str:
        return self.world.name_trouble

    def close(self) -> None:
        self.world.published.append(("", []))
