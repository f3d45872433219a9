"""The steps of an introduction, as values. Pure.

One install waits, the other calls. They are introduced by a code that holds a secret, or by six
words that two people compare.
"""

import hashlib
import hmac
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from core.errors import TextUnreadable, UserError
from core.text.names import person_name
from pipeline.sync.keys.certificates import key_of_certificate

from .words import words_of

PROTOCOL = 1

LASTS_S = 300.0
"""How long one waits to be called, and a code is good."""

PATH = "/v1/introduce"

NONCE_BYTES = 32
SECRET_BYTES = 16
_HASH_BYTES = 32
_WORDS = 6
_MOST_PORT = 65_535

_ORIGIN = re.compile("[0-9a-f]{16}")
_PREFIX = "afterthought-peer"

Side = Literal["waiting", "calling"]
Told = Mapping[str, Any]


class IntroductionFailed(UserError):
    """Two installs were not introduced; nothing is stored on either side."""

    code: ClassVar[str] = "not_introduced"


@dataclass(frozen=True, slots=True)
class Introduced:
    """What an install says of itself. `port` is where it is met later."""

    certificate: bytes
    name: str
    origin: str | None
    port: int

    @property
    def key(self) -> str:
        found = key_of_certificate(self.certificate)
        assert found is not None
        return found

    def told(self) -> dict[str, Any]:
        return {
            "certificate": b64encode(self.certificate).decode(),
            "name": self.name,
            "origin": self.origin,
            "port": self.port,
        }


@dataclass(frozen=True, slots=True)
class Code:
    """Where one waits, the SHA-256 of its certificate, and a secret for one attempt."""

    host: str
    port: int
    fingerprint: bytes
    secret: bytes

    @property
    def text(self) -> str:
        told = (_PREFIX, self.host, str(self.port), self.fingerprint.hex(), self.secret.hex())
        return ":".join(told)

    def is_of(self, certificate: bytes) -> bool:
        return hmac.compare_digest(self.fingerprint, fingerprint(certificate))


def is_code(typed: str) -> bool:
    """True where this is a code, or was meant to be one."""
    return typed.startswith(_PREFIX)


def read_code(typed: str) -> Code:
    """The code that was typed. Raises IntroductionFailed."""
    try:
        prefix, rest = typed.strip().split(":", 1)
        host, port, key, secret = rest.rsplit(":", 3)
        code = Code(host, int(port), bytes.fromhex(key), bytes.fromhex(secret))
    except ValueError:
        raise _no_code() from None
    lengths = (len(code.fingerprint), len(code.secret))
    if prefix != _PREFIX or lengths != (_HASH_BYTES, SECRET_BYTES) or not _is_port(code.port):
        raise _no_code()
    return code


def fingerprint(certificate: bytes) -> bytes:
    return hashlib.sha256(certificate).digest()


def commitment(nonce: bytes, certificate: bytes) -> bytes:
    """What who calls is held to, before it sees the other one's nonce."""
    return hashlib.sha256(nonce + certificate).digest()


def six_words(certificates: tuple[bytes, bytes], nonces: tuple[bytes, bytes]) -> tuple[str, ...]:
    """What people compare: of who waits first, then of who calls."""
    return words_of(hashlib.sha256(b"".join(certificates + nonces)).digest()[:_WORDS])


def proof(secret: bytes, side: Side, waiting: bytes, calling: bytes) -> bytes:
    """That this side knows the secret, and means these certificates."""
    message = side.encode() + waiting + calling
    return hmac.new(secret, message, hashlib.sha256).digest()


def is_proven(told: object, expected: bytes) -> bool:
    found = read_bytes(told, len(expected))
    return found is not None and hmac.compare_digest(found, expected)


def read_bytes(told: object, length: int) -> bytes | None:
    """So many bytes in hex; None for anything else."""
    try:
        found = bytes.fromhex(told) if isinstance(told, str) else b""
    except ValueError:
        return None
    return found if len(found) == length else None


def read_introduced(told: Told) -> Introduced:
    """What the other side says of itself. Raises IntroductionFailed."""
    match told:
        case {
            "certificate": str(text),
            "name": str(name),
            "origin": str() | None as origin,
            "port": int(port),
        } if (origin is None or _ORIGIN.fullmatch(origin)) and _is_port(port):
            try:
                found = Introduced(b64decode(text, validate=True), person_name(name), origin, port)
            except (ValueError, TextUnreadable):
                raise _not_understood() from None
            if key_of_certificate(found.certificate) is not None:
                return found
    raise _not_understood()


def read_message(content: bytes) -> dict[str, Any]:
    """The JSON object that came. Raises IntroductionFailed."""
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise _not_understood()
    return told


def must_speak_alike(told: Told) -> None:
    """Raises IntroductionFailed where the other side speaks another version of the protocol."""
    theirs = told.get("protocol")
    if theirs == PROTOCOL:
        return
    is_newer = isinstance(theirs, int) and theirs > PROTOCOL
    older = "This machine's" if is_newer else "The other machine's"
    raise IntroductionFailed(
        f"{older} version is too old for an introduction.", advice="Update it, then try again."
    )


def must_be_another(own: Introduced, other: Introduced) -> None:
    """Raises IntroductionFailed where an install would be introduced to itself."""
    if own.certificate == other.certificate:
        raise IntroductionFailed(
            "This is the same install on both sides.",
            advice="Run `afterthought peers add` on the other machine, and call it from here.",
        )


def _is_port(port: int) -> bool:
    return 0 < port <= _MOST_PORT


def _no_code() -> IntroductionFailed:
    return IntroductionFailed(
        "This is no whole code of an introduction.",
        advice="Copy all of it, from `afterthought-peer:` to its end.",
    )


def _not_understood() -> IntroductionFailed:
    return IntroductionFailed(
        "What the other machine says of itself cannot be understood.",
        advice="Update both machines to the same version, then try again.",
    )
