"""The certificate of a key, and what keys sign. Pure.

An install's certificate says nothing but its key, which it is a pure function of: whoever has the
one has the other. It is put together here byte by byte (RFC 5280, RFC 8410), so that no version
of a library makes another one, and nothing that strangers send is read by a parser.
"""

from . import ed25519
from .ed25519 import KEY_BYTES, SIGNATURE_BYTES

_SEQUENCE, _SET, _BIT_STRING, _OCTET_STRING = 0x30, 0x31, 0x03, 0x04
_VERSION, _EXTENSIONS = 0xA0, 0xA3
_THREE = b"\x02\x01\x02"
_ONE = b"\x02\x01\x01"
_TRUE = b"\x01\x01\xff"
_ED25519 = b"\x30\x05\x06\x03\x2b\x65\x70"
_COMMON_NAME = b"\x06\x03\x55\x04\x03"
_BASIC_CONSTRAINTS = b"\x06\x03\x55\x1d\x13"
_NO_PADDING = b"\x00"
_VALIDITY = b"\x17\x0d700101000000Z\x18\x0f99991231235959Z"
"""Whatever a clock says, and a Pi has none: dates are ignored anyway."""


def key_of_private(private: bytes) -> str:
    """The public half, 64 hex digits: what the install is known by."""
    return ed25519.public_of(private).hex()


def certificate_of(private: bytes) -> bytes:
    """The certificate (DER) of this key, signed by itself: the same bytes every time."""
    to_sign = _to_sign(ed25519.public_of(private))
    return _whole(to_sign, ed25519.sign(private, to_sign))


def key_of_certificate(certificate: bytes) -> str | None:
    """The key whose certificate this is, byte for byte; None where it is no key's. Never raises."""
    key = certificate[_KEY_AT : _KEY_AT + KEY_BYTES]
    if len(certificate) != _LENGTH:
        return None
    to_sign, signature = _to_sign(key), certificate[-SIGNATURE_BYTES:]
    if certificate != _whole(to_sign, signature) or not verify(key.hex(), signature, to_sign):
        return None
    return key.hex()


def verify(key: str, signature: bytes, message: bytes) -> bool:
    """True where the key of this name (64 hex digits) has signed this. Never raises."""
    try:
        public = bytes.fromhex(key)
    except ValueError:
        return False
    return ed25519.verify(public, signature, message)


def _to_sign(key: bytes) -> bytes:
    """All of the certificate but its signature."""
    called = b"\x0c" + _with_length(key.hex().encode())
    name = _der(_SEQUENCE, _der(_SET, _der(_SEQUENCE, _COMMON_NAME, called)))
    public = _der(_SEQUENCE, _ED25519, _der(_BIT_STRING, _NO_PADDING, key))
    signs_none = _der(_SEQUENCE, _BASIC_CONSTRAINTS, _TRUE, _der(_OCTET_STRING, _der(_SEQUENCE)))
    return _der(
        _SEQUENCE,
        _der(_VERSION, _THREE),
        _ONE,
        _ED25519,
        name,
        _der(_SEQUENCE, _VALIDITY),
        name,
        public,
        _der(_EXTENSIONS, _der(_SEQUENCE, signs_none)),
    )


def _whole(to_sign: bytes, signature: bytes) -> bytes:
    return _der(_SEQUENCE, to_sign, _ED25519, _der(_BIT_STRING, _NO_PADDING, signature))


def _der(tag: int, *parts: bytes) -> bytes:
    return bytes([tag]) + _with_length(b"".join(parts))


def _with_length(content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:  # noqa: PLR2004 - as DER has it, and below
        return bytes([length]) + content
    if length < 0x100:  # noqa: PLR2004
        return bytes([0x81, length]) + content
    return bytes([0x82]) + length.to_bytes(2, "big") + content


_BLANK = _whole(_to_sign(bytes(KEY_BYTES)), bytes(SIGNATURE_BYTES))
_LENGTH = len(_BLANK)
_KEY_AT = _BLANK.index(_der(_BIT_STRING, _NO_PADDING, bytes(KEY_BYTES))) + 3
