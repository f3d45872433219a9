"""What a phone that trusts the authority trusts it for, as OpenSSL and Python see it."""

import ipaddress
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from dashboard.certificates.authority import Authority, make_authority, sign

HOST = "afterthought-wxyz.local"
SINCE, UNTIL = datetime(2026, 11, 29, tzinfo=UTC), datetime(2027, 12, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return make_authority("afterthought-wxyz")


def leaf(authority: Authority, name: x509.GeneralName) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    return sign(authority, key.public_key(), [name], SINCE, UNTIL)


def verdict(authority: Authority, certificate: x509.Certificate, folder: Path) -> str:
    """What `openssl verify` says of it, for a server, in 2027."""
    for name, each in {
        "root": authority.root,
        "intermediate": authority.intermediate,
        "leaf": certificate,
    }.items():
        (folder / f"{name}.pem").write_bytes(each.public_bytes(serialization.Encoding.PEM))
    in_2027 = str(int(datetime(2027, 6, 1, tzinfo=UTC).timestamp()))
    command = [
        *("openssl", "verify", "-purpose", "sslserver", "-x509_strict", "-attime", in_2027),
        *("-CAfile", "root.pem", "-untrusted", "intermediate.pem", "leaf.pem"),
    ]
    ran = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    return ran.stdout + ran.stderr


def address(text: str) -> x509.IPAddress:
    return x509.IPAddress(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "name",
    [
        x509.DNSName(HOST),
        *map(address, ["192.168.178.20", "10.1.2.3", "172.31.0.1", "169.254.7.7"]),
        *map(address, ["fe80::1", "fd12:3456::1"]),
    ],
    ids=str,
)
def test_what_is_local_is_believed(
    authority: Authority, name: x509.GeneralName, tmp_path: Path
) -> None:
    assert verdict(authority, leaf(authority, name), tmp_path) == "leaf.pem: OK\n"


@pytest.mark.parametrize(
    "name",
    [
        *map(x509.DNSName, ["example.com", "local.example.com", "notlocal"]),
        *map(address, ["8.8.8.8", "172.32.0.1", "2001:4860:4860::8888"]),
        *map(x509.RFC822Name, ["somebody@example.com", "somebody@none.invalid"]),
        *map(x509.UniformResourceIdentifier, ["https://example.com/", "https://none.invalid/"]),
    ],
    ids=str,
)
def test_everything_else_is_refused(
    authority: Authority, name: x509.GeneralName, tmp_path: Path
) -> None:
    said = verdict(authority, leaf(authority, name), tmp_path)

    assert "subtree violation" in said


def test_nothing_below_the_intermediate_may_sign(authority: Authority, tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    below = Authority(
        authority.root, sign(authority, key.public_key(), [x509.DNSName(HOST)], SINCE, UNTIL), key
    )
    certificate = leaf(below, x509.DNSName(HOST))
    both = [authority.intermediate, below.intermediate]
    chain = b"".join(each.public_bytes(serialization.Encoding.PEM) for each in both)
    verdict(below, certificate, tmp_path)
    (tmp_path / "intermediate.pem").write_bytes(chain)
    command = ["openssl", "verify", "-CAfile", "root.pem", "-untrusted", "intermediate.pem"]

    ran = subprocess.run(
        [*command, "leaf.pem"], cwd=tmp_path, check=False, capture_output=True, text=True
    )

    assert ran.returncode != 0
    assert "invalid CA certificate" in ran.stderr


@pytest.mark.parametrize(("which", "below"), [("root", 1), ("intermediate", 0)])
def test_an_authority_says_what_it_is_for_and_lasts_whatever_the_clock_says(
    authority: Authority, which: str, below: int
) -> None:
    certificate: x509.Certificate = getattr(authority, which)
    extensions = certificate.extensions

    basic = extensions.get_extension_for_class(x509.BasicConstraints)
    assert (basic.critical, basic.value.ca, basic.value.path_length) == (True, True, below)
    assert extensions.get_extension_for_class(x509.NameConstraints).critical
    usage = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert certificate.not_valid_before_utc == datetime(2020, 1, 1, tzinfo=UTC)
    assert certificate.not_valid_after_utc.year == 2049
    assert "afterthought-wxyz" in certificate.subject.rfc4514_string()


def test_two_installs_have_nothing_in_common(authority: Authority) -> None:
    other = make_authority("afterthought-wxyz")

    assert other.root.public_key() != authority.root.public_key()
    assert other.key.public_key() != authority.key.public_key()
    assert other.root.public_key() != other.key.public_key()
