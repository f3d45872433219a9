"""TLS between two installs: certificates are compared byte for byte, and nothing else of them.

TLS 1.3 alone, so that nobody on the network sees whose they are. Dates and names are ignored.
"""

import base64
import os
import ssl
from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .identity import Identity
from .keys.certificates import key_of_certificate

if TYPE_CHECKING:
    from collections.abc import Iterator

_NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of openssl/x509_vfy.h; Python has no name for it."""


class MembersDoor:
    """TLS for whoever is a member at that moment.

    OpenSSL is told of every certificate that was ever a member's; which of them count, `key_of`
    says after the handshake, and again at each request.
    """

    def __init__(self, identity: Identity) -> None:
        self.context = _context(ssl.PROTOCOL_TLS_SERVER, identity)
        self.context.verify_mode = ssl.CERT_REQUIRED
        self.context.num_tickets = 0  # nobody is let in by what was true before
        self._keys: dict[bytes, str] = {}
        self._told: set[bytes] = set()

    def admit(self, certificates: Mapping[str, bytes]) -> None:
        """From now on these count, and no others: certificates (DER) by key.

        One that is not that key's is passed over.
        """
        self._keys = {
            der: key for key, der in certificates.items() if key_of_certificate(der) == key
        }
        for der in self._keys.keys() - self._told:
            self.context.load_verify_locations(cadata=der)
            self._told.add(der)

    def key_of(self, connection: ssl.SSLObject) -> str | None:
        """The member at the other end; None where it is none, or no more."""
        return self._keys.get(connection.getpeercert(True) or b"")  # noqa: FBT003 - as ssl has it


def caller_context(identity: Identity, certificate: bytes) -> ssl.SSLContext:
    """TLS to the one install that has this certificate; any other ends the handshake."""
    made = _context(ssl.PROTOCOL_TLS_CLIENT, identity)
    made.load_verify_locations(cadata=certificate)
    return made


def is_pinned(connection: ssl.SSLObject, certificate: bytes) -> bool:
    """True where exactly this certificate is at the other end."""
    return connection.getpeercert(True) == certificate  # noqa: FBT003 - as ssl has it


def introduction_context(identity: Identity | None) -> ssl.SSLContext:
    """TLS in which nobody is known yet: with our certificate as who waits, without as who calls.

    It keeps others from reading along; who it is, the introduction itself has to show.
    """
    if identity is not None:
        return _context(ssl.PROTOCOL_TLS_SERVER, identity)
    made = _bare(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made


def _context(side: int, identity: Identity) -> ssl.SSLContext:
    made = _bare(side)
    made.check_hostname = False
    made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | _NO_CHECK_TIME
    with _as_file(identity) as path:
        made.load_cert_chain(path)
    return made


def _bare(side: int) -> ssl.SSLContext:
    made = ssl.SSLContext(side)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    return made


@contextmanager
def _as_file(identity: Identity) -> "Iterator[str]":
    """The certificate and its key as ssl takes them: by a path, which leads to no disk."""
    file = os.memfd_create("identity", os.MFD_CLOEXEC)
    try:
        os.write(file, _pem(identity).encode())
        yield f"/proc/self/fd/{file}"
    finally:
        os.close(file)


def _pem(identity: Identity) -> str:
    """The private key (RFC 8410) and the certificate."""
    key = base64.b64encode(_PRIVATE_KEY + identity.private).decode()
    return (
        f"-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----\n"
        + ssl.DER_cert_to_PEM_cert(identity.certificate)
    )


_PRIVATE_KEY = bytes.fromhex("302e020100300506032b657004220420")
"""What stands before the 32 bytes of an Ed25519 key."""
