"""The server's certificates in use: the name's for who asks for the name, else the addresses'."""

import hashlib
import ssl
from pathlib import Path

from core.files import read_small
from dashboard.certificates.places import CertificatePlaces
from dashboard.network.ranges import Address

_IP_ADDRESS = 0x87

_Seen = tuple[int, int, int] | None


class LeafContexts:
    """TLS with the certificates that lie in a folder now. Its methods are the loop's thread's."""

    def __init__(self, places: CertificatePlaces) -> None:
        self._places = places
        self._seen: tuple[_Seen, ...] = ()
        self._by_path: dict[Path, ssl.SSLContext] = {}
        self._host: str | None = None
        self._certificates: dict[Path, bytes] = {}
        self.fingerprint = ""
        """The SHA-256 of the authority's own certificate, in hex; empty where there is none."""
        self.trouble = ""
        """Why the newest certificate is not in use, with the next step; empty where it is."""

    @property
    def host(self) -> str:
        """The device's own name; empty before it has one."""
        return self._host or ""

    def look(self) -> bool:
        """Take what is new in the folder; True where something was.

        A certificate that cannot be used leaves the one before it in use.
        """
        places = self._places
        watched = (places.name_leaf, places.address_leaf, places.root, places.host_file)
        seen = tuple(map(_seen, watched))
        if seen == self._seen:
            return False
        self._seen, self.trouble = seen, ""
        self._host = places.host()
        self.fingerprint = _fingerprint(places.root)
        for leaf in (places.name_leaf, places.address_leaf):
            self._load(leaf)
        return True

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
        made = _context()
        try:
            made.load_cert_chain(leaf)
        except FileNotFoundError:
            self._by_path.pop(leaf, None)
            self._certificates.pop(leaf, None)
            return
        except OSError as error:  # ssl.SSLError is one
            self.trouble = (
                f"The certificate in {leaf} cannot be used ({_reason(error)}). "
                "Remove that file and start the page again: it is made anew."
            )
            return
        made.sni_callback = self._choose
        self._by_path[leaf], self._certificates[leaf] = made, _der(leaf)

    def _choose(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> int | None:
        """Called in a handshake, with the name that the other side asked for."""
        leaf = self._places.name_leaf if name == self._host else self._places.address_leaf
        if leaf in self._by_path:
            connection.context = self._by_path[leaf]
        return None


def _context() -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.options |= ssl.OP_NO_RENEGOTIATION
    made.set_alpn_protocols(["http/1.1"])
    return made


def _seen(path: Path) -> _Seen:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_ino, state.st_mtime_ns, state.st_size


def _fingerprint(root: Path) -> str:
    der = _der(root)
    return hashlib.sha256(der).hexdigest() if der else ""


def _der(file: Path) -> bytes:
    """The first certificate of a file; nothing where there is none."""
    try:
        _, begin, rest = read_small(file).decode("ascii").partition(ssl.PEM_HEADER)
        pem, end, _ = rest.partition(ssl.PEM_FOOTER)
        return ssl.PEM_cert_to_DER_cert(begin + pem + end)
    except (OSError, ValueError):
        return b""


def _named(address: Address) -> bytes:
    """An address as a certificate names it: tag, length, bytes (RFC 5280, iPAddress)."""
    return bytes([_IP_ADDRESS, len(address.packed)]) + address.packed


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        is_anothers = error.reason == "KEY_VALUES_MISMATCH"
        return "its key is another's" if is_anothers else "it is no certificate with its key"
    return error.strerror or type(error).__name__
