"""The authority of one install: a root that signs once, and an intermediate that signs leaves.

A phone that trusts the root trusts it for names that end in `.local` and for private addresses,
and for nothing else: whoever steals the intermediate's key can play this device on this
network, and no bank. What a certificate must hold for that is RFC 5280, 4.2.1.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from core.network.local_addresses import PRIVATE_NETWORKS

SINCE = datetime(2020, 1, 1, tzinfo=UTC)
UNTIL = datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC)
"""Whatever the clock says: a Pi may start in 2019. Later years are written in another form."""

_NOBODY = "none.invalid"
"""A host that never is (RFC 6761). Permitted and excluded at once it leaves no name at all; to
exclude the empty one, as RFC 5280 has it, is not understood by OpenSSL 3.0 (tried)."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Both certificates, and the key of the intermediate. Nobody has the key of the root."""

    root: x509.Certificate
    intermediate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def make_authority(device: str) -> Authority:
    """A new authority, named after the device. The key of its root is gone on return."""
    root_key, key = _new_key(), _new_key()
    root_name = _name(f"Afterthought authority of {device}")
    root = _authority_certificate(root_name, root_key.public_key(), root_name, root_key, below=1)
    intermediate = _authority_certificate(
        _name(f"Afterthought on {device}"), key.public_key(), root_name, root_key, below=0
    )
    return Authority(root, intermediate, key)


def sign(
    authority: Authority,
    key: ec.EllipticCurvePublicKey,
    names: Sequence[x509.GeneralName],
    since: datetime,
    until: datetime,
) -> x509.Certificate:
    """A server's certificate for these names and addresses, valid for this time."""
    issuer = authority.intermediate
    usage = _usage(digital_signature=True)
    return (
        _builder(x509.Name([]), key, issuer.subject, authority.key.public_key())
        .not_valid_before(since)
        .not_valid_after(until)
        # Critical, because the subject is empty: the names are all that it is for.
        .add_extension(x509.SubjectAlternativeName(names), critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(_SERVERS_ONLY, critical=False)
        .sign(authority.key, hashes.SHA256())
    )


def _authority_certificate(
    name: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    below: int,
) -> x509.Certificate:
    """One that may sign; `below` it there may be so many more that may."""
    return (
        _builder(name, key, issuer, issuer_key.public_key())
        .not_valid_before(SINCE)
        .not_valid_after(UNTIL)
        .add_extension(x509.BasicConstraints(ca=True, path_length=below), critical=True)
        .add_extension(_LOCAL_ONLY, critical=True)
        .add_extension(_usage(key_cert_sign=True), critical=True)
        .add_extension(_SERVERS_ONLY, critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePublicKey,
) -> x509.CertificateBuilder:
    own_id = x509.SubjectKeyIdentifier.from_public_key(key)
    issuer_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key)
    return (
        x509.CertificateBuilder(issuer, subject, key)
        .serial_number(x509.random_serial_number())
        .add_extension(own_id, critical=False)
        .add_extension(issuer_id, critical=False)
    )


def _local_only() -> x509.NameConstraints:
    """Names under `local` and private addresses.

    Of the subject's own name nothing is said: to constrain that breaks verification on phones.
    """
    networks = [x509.IPAddress(ipaddress.ip_network(each)) for each in PRIVATE_NETWORKS]
    nobody = [x509.RFC822Name(_NOBODY), x509.UniformResourceIdentifier(_NOBODY)]
    return x509.NameConstraints([x509.DNSName("local"), *networks, *nobody], nobody)


def _usage(*, digital_signature: bool = False, key_cert_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


_LOCAL_ONLY = _local_only()
_SERVERS_ONLY = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
