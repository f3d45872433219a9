"""How the page is reached over TLS: a value that whoever opens the network hands in."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reached:
    """How the page is reached at this instant.

    `hosts` are the names and addresses that a request may name, in lower case and without a port,
    an IPv6 address without brackets. `address` is the page's address for people, as
    `https://afterthought-bcdf.local`; empty while nobody on the network could come.
    `fingerprint` is the SHA-256 of the authority's certificate in hex; sign-ins are bound to it.
    `host` is the device's own name, empty before it has one; `owners` those of the hosts that
    are named in a certificate of the owner's.
    `by_number` is the address with a number for the name, which not everybody resolves.
    """

    hosts: frozenset[str] = frozenset()
    address: str = ""
    fingerprint: str = ""
    host: str = ""
    owners: frozenset[str] = frozenset()
    by_number: str = ""

    @property
    def device(self) -> str:
        """The device's own name, as `afterthought-bcdf`; empty before it has one."""
        return self.host.removesuffix(".local")


ReachedNow = Callable[[], Reached]
"""Asked at every request over TLS, by any thread: it answers from memory."""


def from_nowhere() -> Reached:
    """Where no network is open: nobody may come by TLS."""
    return Reached()
