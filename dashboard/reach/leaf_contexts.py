"""The server's certificates in use: for each name the one that has it, else the addresses'."""

import ssl
from pathlib import Path

from core.files import Seen, read_small, seen
from core.network.local_addresses import Address
from dashboard.certificates.places import CertificatePlaces, der_of, fingerprint_of
from dashboard.network.names import SHARED
from dashboard.reach.owners_leaf import OwnersLeaf
from dashboard.reach.tls import server_context

_IP_ADDRESS = 0x87


class LeafContexts:
    """TLS with the certificates that lie in a folder now, and the owner's for the names in it.

    Its methods are the loop's thread's.
    """

    def __init__(self, places: CertificatePlaces, owners: OwnersLeaf, machine: bytes) -> None:
        """`machine` tells this one from others: what was made for another one is not used."""
        self._places, self._machine = places, machine
        self.owners = owners
        self._seen: tuple[Seen | None, ...] = ()
        self._by_path: dict[Path, ssl.SSLContext] = {}
        self.host = ""
        """The device's own name; empty before it has one."""
        self._certificates: dict[Path, bytes] = {}
        self.fingerprint = ""
        """The SHA-256 of the authority's own certificate, in hex; empty where there is none."""
        self.trouble = ""
        """Why the newest certificate is not in use, with the next step; empty where it is."""

    def look(self) -> bool:
        """Take what is new in the folder; True where something was.

        What cannot be read or used leaves the one before it in use.
        """
        self.owners.look()
        places = self._places
        watched = (places.name_leaf, places.address_leaf, places.root, places.device_file)
        try:
            now = tuple(map(seen, watched))
            if now == self._seen:
                return False
            is_ours = self._read_device()
        except (OSError, ValueError) as error:  # looked at again: phones are bound to what is there
            self.trouble = _unreadable(places, error)
            return False
        self._seen, self.trouble = now, ""
        for leaf in (places.name_leaf, places.address_leaf):
            self._load(leaf) if is_ours else self._drop(leaf)
        return True

    def _read_device(self) -> bool:
        """Take the device's name and its authority; whether they are this machine's."""
        device, authority = self._places.device(), self._places.authority()
        is_ours = device is not None and device.is_on(self._machine)
        self.host = device.host if device is not None and is_ours else ""
        self.fingerprint = fingerprint_of(authority) if authority is not None and is_ours else ""
        return is_ours

    def covers(self, address: Address) -> bool:
        """True where the certificate in use for the addresses is for this one, too."""
        return _named(address) in self._certificates.get(self._places.address_leaf, b"")

    @property
    def context(self) -> ssl.SSLContext | None:
        """For a new connection; None while there is no certificate for the addresses.

        That one is written last, so that nobody meets a half of them.
        """
        return self._by_path.get(self._places.address_leaf)

    def _load(self, leaf: Path) -> None:
        made = server_context()
        try:
            made.load_cert_chain(leaf)
        except FileNotFoundError:
            self._drop(leaf)
            return
        except OSError as error:  # ssl.SSLError is one
            self.trouble = (
                f"The certificate in {leaf} cannot be used ({_reason(error)}). "
                "Remove that file and start the page again: it is made anew."
            )
            return
        made.sni_callback = self._choose
        self._by_path[leaf], self._certificates[leaf] = made, _der(leaf)

    def _drop(self, leaf: Path) -> None:
        self._by_path.pop(leaf, None)
        self._certificates.pop(leaf, None)

    def _choose(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> int | None:
        """Called in a handshake, with the name that the other side asked for."""
        if name in self.owners.names and self.owners.context is not None:
            connection.context = self.owners.context
            return None
        is_named = name in {self.host, SHARED}
        leaf = self._places.name_leaf if is_named else self._places.address_leaf
        if leaf in self._by_path:
            connection.context = self._by_path[leaf]
        return None


def _unreadable(places: CertificatePlaces, error: Exception) -> str:
    why = getattr(error, "strerror", None) or "they are damaged"
    return (
        f"The certificates in {places.path} cannot be read ({why}). The page goes on with those "
        "that it has read before, and looks again. Check that disk and folder can be read."
    )


def _der(file: Path) -> bytes:
    """The first certificate of a file; nothing where there is none."""
    try:
        return der_of(read_small(file))
    except (OSError, ValueError):
        return b""


def _named(address: Address) -> bytes:
    """An address as a certificate names it: tag, length, bytes (RFC 5280, iPAddress)."""
    return bytes([_IP_ADDRESS, len(address.packed)]) + address.packed


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        has_other_key = error.reason == "KEY_VALUES_MISMATCH"
        return "its key is another's" if has_other_key else "it is no certificate with its key"
    return error.strerror or type(error).__name__
