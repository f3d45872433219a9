"""Ed25519 by the OpenSSL that TLS has loaded already (RFC 8032). A private key is its 32 bytes.

The package `cryptography` brings an OpenSSL of its own: 7.7 of 47 MB (x86, 2026-12). It is asked
where Python's `ssl` is no library that can be opened.
"""

import ctypes
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

KEY_BYTES = 32
SIGNATURE_BYTES = 64

_ED25519 = 1087
"""EVP_PKEY_ED25519 of openssl/evp.h."""

_FUNCTIONS = {
    "EVP_PKEY_new_raw_private_key": (ctypes.c_void_p, "ippn"),
    "EVP_PKEY_new_raw_public_key": (ctypes.c_void_p, "ippn"),
    "EVP_PKEY_get_raw_public_key": (ctypes.c_int, "ppp"),
    "EVP_PKEY_free": (None, "p"),
    "EVP_MD_CTX_new": (ctypes.c_void_p, ""),
    "EVP_MD_CTX_free": (None, "p"),
    "EVP_DigestSignInit": (ctypes.c_int, "ppppp"),
    "EVP_DigestSign": (ctypes.c_int, "pppsn"),
    "EVP_DigestVerifyInit": (ctypes.c_int, "ppppp"),
    "EVP_DigestVerify": (ctypes.c_int, "psnsn"),
    "ERR_clear_error": (None, ""),
}
"""What each gives, and takes: int, pointer, bytes, size."""

_TAKES = {"i": ctypes.c_int, "p": ctypes.c_void_p, "s": ctypes.c_char_p, "n": ctypes.c_size_t}


def new_private() -> bytes:
    """A private key that nobody has."""
    return secrets.token_bytes(KEY_BYTES)


def public_of(private: bytes) -> bytes:
    """The public half, 32 bytes."""
    library = _library()
    if library is None:
        return _packaged_private(private).public_key().public_bytes_raw()  # type: ignore[no-any-return]
    found, size = ctypes.create_string_buffer(KEY_BYTES), ctypes.c_size_t(KEY_BYTES)
    with _key(library, "EVP_PKEY_new_raw_private_key", private) as key:
        _must(library, library.EVP_PKEY_get_raw_public_key(key, found, ctypes.byref(size)))
    return found.raw


def sign(private: bytes, message: bytes) -> bytes:
    """64 bytes, the same for the same message."""
    library = _library()
    if library is None:
        return _packaged_private(private).sign(message)  # type: ignore[no-any-return]
    made, size = ctypes.create_string_buffer(SIGNATURE_BYTES), ctypes.c_size_t(SIGNATURE_BYTES)
    with _key(library, "EVP_PKEY_new_raw_private_key", private) as key, _work(library) as work:
        _must(library, library.EVP_DigestSignInit(work, None, None, None, key))
        signed = library.EVP_DigestSign(work, made, ctypes.byref(size), message, len(message))
        _must(library, signed)
    return made.raw


def verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """True where the private half of this key has signed this. Never raises."""
    if len(public) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    library = _library()
    if library is None:
        return _packaged_verify(public, signature, message)
    try:
        with _key(library, "EVP_PKEY_new_raw_public_key", public) as key, _work(library) as work:
            _must(library, library.EVP_DigestVerifyInit(work, None, None, None, key))
            found = library.EVP_DigestVerify(work, signature, len(signature), message, len(message))
    except ValueError:
        return False
    # What it says about a wrong one must not be taken for a fault of some connection of ours.
    library.ERR_clear_error()
    return bool(found == 1)


@cache
def _library() -> Any:  # noqa: ANN401 - a library in C; None where there is none to open
    import _ssl  # noqa: PLC0415 - which leads to the library

    path = getattr(_ssl, "__file__", None)
    if path is None:  # a Python that has it built in
        return None
    try:
        library = ctypes.CDLL(path)  # what it depends on is looked through, too
        for name, (gives, takes) in _FUNCTIONS.items():
            function = getattr(library, name)
            function.restype = gives
            function.argtypes = [_TAKES[each] for each in takes]
    except (OSError, AttributeError):
        return None
    return library


@contextmanager
def _key(library: Any, made_by: str, content: bytes) -> Iterator[Any]:  # noqa: ANN401 - as above
    key = getattr(library, made_by)(_ED25519, None, content, len(content))
    _must(library, key)
    try:
        yield key
    finally:
        library.EVP_PKEY_free(key)


@contextmanager
def _work(library: Any) -> Iterator[Any]:  # noqa: ANN401 - as above
    work = library.EVP_MD_CTX_new()
    _must(library, work)
    try:
        yield work
    finally:
        library.EVP_MD_CTX_free(work)


def _must(library: Any, outcome: int | None) -> None:  # noqa: ANN401 - as above
    """Raises ValueError where OpenSSL did not do it: 32 bytes that are no key, or no memory."""
    if not outcome or outcome < 0:
        library.ERR_clear_error()
        raise ValueError


def _packaged_private(private: bytes) -> Any:  # noqa: ANN401 - of a library that is seldom loaded
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - see above

    return ed25519.Ed25519PrivateKey.from_private_bytes(private)


def _packaged_verify(public: bytes, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - see above
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415

    try:
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
