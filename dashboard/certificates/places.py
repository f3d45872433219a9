"""Where the certificates of an install lie: what the server reads of them, without their makers."""

import hashlib
import ssl
from dataclasses import dataclass
from pathlib import Path

from core.files import read_small


@dataclass(frozen=True, slots=True)
class CertificatePlaces:
    """The names of the files that everybody may read who serves the page."""

    path: Path

    @property
    def root(self) -> Path:
        """What a phone is asked to trust."""
        return self.path / "root.pem"

    @property
    def name_leaf(self) -> Path:
        """For who comes by the name."""
        return self.path / "name.pem"

    @property
    def address_leaf(self) -> Path:
        """For who comes by an address."""
        return self.path / "addresses.pem"

    @property
    def host_file(self) -> Path:
        """The device's own name."""
        return self.path / "host"

    def host(self) -> str | None:
        """The device's own name, like `afterthought-bcdf.local`; None before there is one."""
        try:
            return read_small(self.host_file).decode("ascii", "replace").strip() or None
        except OSError:
            return None

    def authority(self) -> bytes | None:
        """The certificate that a phone is asked to trust, as PEM; None before there is one.

        Raises OSError.
        """
        try:
            return read_small(self.root)
        except FileNotFoundError:
            return None


def fingerprint_of(pem: bytes) -> str:
    """The SHA-256 of a certificate, in hex. Raises ValueError where this is none."""
    return hashlib.sha256(der_of(pem)).hexdigest()


def der_of(pem: bytes) -> bytes:
    """The first certificate of this text, as bytes. Raises ValueError where there is none."""
    _, begin, rest = pem.decode("ascii").partition(ssl.PEM_HEADER)
    certificate, end, _ = rest.partition(ssl.PEM_FOOTER)
    return ssl.PEM_cert_to_DER_cert(begin + certificate + end)
