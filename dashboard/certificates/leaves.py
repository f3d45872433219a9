"""The server's own certificates: one for the name, one for the addresses of now. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from core.network.local_addresses import Address, is_local
from dashboard.certificates.authority import Authority, sign
from dashboard.certificates.places import der_of
from dashboard.network.names import SHARED

RELEASED = date(2026, 11, 29)
"""Of this version. No clock that says an earlier day is right."""

LASTS = timedelta(days=397)
"""Apple and Chromium take no longer ones."""

_CLOCKS_DIFFER = timedelta(days=1)
"""A phone's clock may be behind ours by as much, and the certificate still be good."""

_RENEWED_AFTER = LASTS - _CLOCKS_DIFFER - timedelta(days=30)
"""A month before its end."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A server's certificate with the intermediate behind it, and its key, as PEM."""

    chain: bytes
    key: bytes

    @property
    def certificate(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.chain)


def known_time(at_ms: int | None) -> datetime:
    """The clock's time; the day of the release where the clock is unset or says an earlier one."""
    released = datetime.combine(RELEASED, time(), UTC)
    return released if at_ms is None else max(released, datetime.fromtimestamp(at_ms / 1000, UTC))


def make_leaf(authority: Authority, names: Iterable[x509.GeneralName], now: datetime) -> Leaf:
    """A leaf for these names, with a new key, good from now on for 397 days."""
    key = ec.generate_private_key(ec.SECP256R1())
    since = now - _CLOCKS_DIFFER
    certificate = sign(authority, key.public_key(), list(names), since, since + LASTS)
    return Leaf(
        chain=_pem(certificate) + _pem(authority.intermediate),
        key=pem_of(key),
    )


def pem_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A key as files have it."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def is_due(leaf: Leaf, names: Iterable[x509.GeneralName], now: datetime) -> bool:
    """True where another one must be made.

    For other names, a month before its end, and where its clock was wrong or there was none.
    """
    certificate = leaf.certificate
    if set(names) != set(_names_of(certificate)):
        return True
    made = certificate.not_valid_before_utc + _CLOCKS_DIFFER
    had_no_clock = made == known_time(None) != now
    return had_no_clock or now < made - _CLOCKS_DIFFER or now >= made + _RENEWED_AFTER


def good_until(pem: bytes) -> datetime:
    """The end of the first certificate of this text. Raises ValueError where there is none."""
    return x509.load_der_x509_certificate(der_of(pem)).not_valid_after_utc


def name_of_device(host: str) -> list[x509.GeneralName]:
    """What the leaf for the name is for: its own, and the shared one, which sends on to it."""
    return [x509.DNSName(host), x509.DNSName(SHARED)]


def addresses_of_device(addresses: Iterable[Address]) -> list[x509.GeneralName]:
    """What the leaf for the addresses is for: those that the authority may sign, in order."""
    private = [each for each in set(addresses) if is_local(each)]
    return [x509.IPAddress(each) for each in sorted(private, key=lambda each: each.packed)]


def _names_of(certificate: x509.Certificate) -> list[x509.GeneralName]:
    return list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
