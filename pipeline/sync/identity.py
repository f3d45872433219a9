"""The key that an install is known by, and signs with, on this machine.

It lies in the home, bound to the machine as the origin is: a cloned card or a copied home is
another install, with a key of its own. It is in no backup.
"""

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

from core.access.private import for_us_alone
from core.errors import UserError
from core.files import make_folder, read_small, write_durably
from core.log import get_log
from core.sync.status import FOLDER

from .keys.certificates import certificate_of, key_of_private, verify
from .keys.ed25519 import KEY_BYTES, new_private, sign

Reason = Literal["first", "machine", "damaged"]
"""Why a key was made: there was none, it was another machine's, its file could not be read."""

_FILE = "identity.json"
_SALT_BYTES = 16


class IdentityUnusable(UserError):
    """The disk does not give or take the key of this install."""

    code: ClassVar[str] = "identity_unusable"


@dataclass(frozen=True, slots=True)
class Identity:
    """An install as its peers know it. `key` is 64 hex digits; `certificate` is DER.

    `made` says why the key is new; None where it was here.
    """

    key: str
    certificate: bytes
    private: bytes = field(repr=False)
    made: Reason | None = None

    def sign(self, message: bytes) -> bytes:
        """64 bytes, the same for the same message."""
        return sign(self.private, message)

    def verify(self, key: str, signature: bytes, message: bytes) -> bool:
        """True where the key of this name has signed this. Never raises."""
        return verify(key, signature, message)


def open_identity(home: Path, machine: bytes) -> Identity:
    """The identity of this home on this machine, made where there is none. Two who ask get one.

    Raises IdentityUnusable where the disk fails: a key is never replaced because of that.
    """
    folder = home / FOLDER
    try:
        with _alone(folder):
            found = _read(folder / _FILE, machine)
            if isinstance(found, bytes):
                return identity_of(found)
            return _make(folder / _FILE, machine, found)
    except OSError as error:
        raise IdentityUnusable(
            f"The key of this install, in {folder / _FILE}, cannot be used ({error.strerror}).",
            advice="Check that the disk can be read and written, then try again.",
        ) from error


def why_no_key(home: Path, machine: bytes) -> Reason | None:
    """Why this home's key would be made anew on this machine; None where it would not.

    Changes nothing. Raises IdentityUnusable where the disk does not give it.
    """
    path = home / FOLDER / _FILE
    try:
        found = _read(path, machine)
    except OSError as error:
        raise IdentityUnusable(
            f"The key of this install, in {path}, cannot be read ({error.strerror}).",
            advice="Check that the disk can be read, then try again.",
        ) from error
    return None if isinstance(found, bytes) else found


def identity_of(private: bytes, made: Reason | None = None) -> Identity:
    """The identity that has this key."""
    return Identity(key_of_private(private), certificate_of(private), private, made)


def new_identity() -> Identity:
    """One that is remembered nowhere."""
    return identity_of(new_private())


def why_new(made: Reason) -> str:
    """What the wearer is told of a new key."""
    if made == "first":
        return ""
    why = {
        "machine": "This archive was on another machine before",
        "damaged": "The file with the key of this install was damaged",
    }[made]
    return (
        f"{why}, so it has a new key: introduce it to its peers again by `afterthought peers add`."
    )


def _make(path: Path, machine: bytes, reason: Reason) -> Identity:
    private = new_private()
    salt = secrets.token_bytes(_SALT_BYTES)
    stored = {
        "version": 1,
        "private": private.hex(),
        "salt": salt.hex(),
        "machine": _fingerprint(salt, machine).hex(),
    }
    with for_us_alone():
        write_durably(path, [json.dumps(stored).encode() + b"\n"])
    made = identity_of(private, reason)
    get_log().info("sync_key_made", key=made.key[:16], reason=reason)
    return made


def _read(path: Path, machine: bytes) -> bytes | Reason:
    """The key in this file, or why there must be another. Raises OSError."""
    try:
        content = read_small(path)
    except FileNotFoundError:
        return "first"
    try:
        stored = json.loads(content)
        private = bytes.fromhex(stored["private"])
        salt, known = bytes.fromhex(stored["salt"]), bytes.fromhex(stored["machine"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return "damaged"
    if len(private) != KEY_BYTES:
        return "damaged"
    return private if _fingerprint(salt, machine) == known else "machine"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else makes a key meanwhile. Raises OSError."""
    make_folder(folder)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _fingerprint(salt: bytes, machine: bytes) -> bytes:
    return hashlib.sha256(salt + machine).digest()
