import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from pipeline.sync.keys.certificates import (
    certificate_of,
    key_of_certificate,
    key_of_private,
    verify,
)
from pipeline.sync.keys.ed25519 import new_private, public_of, sign


def private() -> bytes:
    return bytes(range(32))


def test_a_key_has_one_certificate_whenever_it_is_made() -> None:
    assert certificate_of(private()) == certificate_of(private())


def test_a_library_reads_it_as_what_it_is() -> None:
    read = x509.load_der_x509_certificate(certificate_of(private()))

    read.verify_directly_issued_by(read)
    raw = read.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert raw == public_of(private())
    assert read.subject == read.issuer
    assert key_of_private(private()) in read.subject.rfc4514_string()
    assert (read.not_valid_before_utc.year, read.not_valid_after_utc.year) == (1970, 9999)


def test_the_key_of_a_certificate_is_known_by_its_bytes() -> None:
    assert key_of_certificate(certificate_of(private())) == key_of_private(private())


@given(at=st.integers(0, 346), flipped=st.integers(1, 255))
def test_a_certificate_of_which_a_byte_is_another_is_no_keys(at: int, flipped: int) -> None:
    altered = bytearray(certificate_of(private()))
    altered[at] ^= flipped

    assert key_of_certificate(bytes(altered)) is None


@given(st.binary(max_size=400))
def test_rubbish_is_no_keys_certificate(rubbish: bytes) -> None:
    assert key_of_certificate(rubbish) is None


def test_a_signature_counts_for_its_key_and_message_alone() -> None:
    key, other = key_of_private(private()), key_of_private(new_private())
    signature = sign(private(), b"a line")

    assert verify(key, signature, b"a line")
    assert not verify(key, signature, b"another line")
    assert not verify(other, signature, b"a line")


@pytest.mark.parametrize("key", ["", "no hex", "ab", "f" * 64, "0" * 63, "é" * 64])
@pytest.mark.parametrize("signature", [b"", b"short", bytes(64), bytes(1000)])
def test_rubbish_has_signed_nothing(key: str, signature: bytes) -> None:
    assert not verify(key, signature, b"a line")
