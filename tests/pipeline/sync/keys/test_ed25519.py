"""Signatures by the OpenSSL of TLS and by the package: the same contract, the same bytes."""

from collections.abc import Callable

import pytest

from pipeline.sync.keys import ed25519
from pipeline.sync.keys.ed25519 import new_private, public_of, sign, verify

PRIVATE = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
PUBLIC = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
SIGNATURE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)
"""The second example of RFC 8032, 7.1; its message is one byte, 0x72."""


@pytest.fixture(params=["the OpenSSL of TLS", "the package"], autouse=True)
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "the package":
        nothing: Callable[[], None] = lambda: None  # noqa: E731 - in place of a function
        monkeypatch.setattr(ed25519, "_library", nothing)
    else:
        assert ed25519._library() is not None


def test_the_example_of_the_standard_is_signed_as_it_says() -> None:
    assert public_of(PRIVATE) == PUBLIC
    assert sign(PRIVATE, b"\x72") == SIGNATURE
    assert verify(PUBLIC, SIGNATURE, b"\x72")


@pytest.mark.parametrize("message", [b"", b"\0", b"a\0b", bytes(100_000)])
def test_a_message_of_any_bytes_is_signed_whole(message: bytes) -> None:
    private = new_private()
    signature = sign(private, message)

    assert verify(public_of(private), signature, message)
    assert not verify(public_of(private), signature, message + b"\0")
    assert not verify(public_of(new_private()), signature, message)


@pytest.mark.parametrize("public", [b"", bytes(31), bytes(32), b"\xff" * 32, bytes(33)])
@pytest.mark.parametrize("signature", [b"", bytes(63), bytes(64), b"\xff" * 64, bytes(65)])
def test_rubbish_has_signed_nothing(public: bytes, signature: bytes) -> None:
    assert not verify(public, signature, b"\x72")
