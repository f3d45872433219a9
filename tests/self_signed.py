"""Certificates that no authority of ours has signed: the owner's own, or a stranger's."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_PEM = serialization.Encoding.PEM


@dataclass(frozen=True, slots=True)
class SelfSigned:
    """A certificate and its key, as PEM."""

    certificate: bytes
    key: bytes

    def key_with(self, passphrase: bytes) -> bytes:
        key = serialization.load_pem_private_key(self.key, None)
        how = serialization.BestAvailableEncryption(passphrase)
        return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, how)


def self_signed(
    names: Sequence[str], until: datetime | None = None, addresses: Sequence[str] = ()
) -> SelfSigned:
    """One for these names and addresses, good for a year where nothing else is said."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "somebody's own")])
    until = until or datetime.now(UTC) + timedelta(days=365)
    builder = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(until - timedelta(days=400))
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    named: list[x509.GeneralName] = [x509.DNSName(each) for each in names]
    named += [x509.IPAddress(ipaddress.ip_address(each)) for each in addresses]
    if named:
        builder = builder.add_extension(x509.SubjectAlternativeName(named), critical=False)
    made = builder.sign(key, hashes.SHA256())
    plain = serialization.NoEncryption()
    return SelfSigned(
        made.public_bytes(_PEM),
        key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, plain),
    )
