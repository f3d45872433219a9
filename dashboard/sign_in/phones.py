"""The phones that are let in, as values. Pure.

A token is 256 random bits in base64url; only its SHA-256 is kept, so that who reads the list
cannot sign in by it. One hash is enough: a random token cannot be guessed, as a password can.
"""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from core.clock import as_datetime, local_offset_min
from core.errors import NotFound
from dashboard.sentences import say

_TOKEN_BYTES = 32
_TOKEN_LETTERS = 43
"""What 32 bytes are in base64url; anything longer is not even hashed."""

LONGEST_NAME = 40
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\s]+")
_FILLERS = "\u034f\u115f\u1160\u2800\u3164\uffa0"
"""Letters by their category, and blank all the same."""


class TokenTaken(ValueError):
    """A phone signs in by this token already: two that did could not be told apart."""


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone that is let in. Times are ms since 1970, None where the clock was not set.

    `unseen` are the ids of phones that were let in since, and that it has not been shown.
    `knows_authority` is true once it has looked at how it could trust this device's authority.
    """

    id: str
    name: str
    token_hash: str
    paired_ms: int | None = None
    visited_ms: int | None = None
    unseen: tuple[str, ...] = ()
    knows_authority: bool = False


@dataclass(frozen=True, slots=True)
class Phones:
    """All of them, the oldest first. `authority` is the certificate that they were let in under."""

    authority: str
    phones: tuple[Phone, ...] = ()

    def under(self, authority: str) -> "Phones":
        """The phones under this authority: none under another, for then it is another device."""
        return self if authority == self.authority else Phones(authority)

    def by_token(self, token_hash: str) -> Phone | None:
        return next((each for each in self.phones if each.token_hash == token_hash), None)

    def by_id(self, named: str) -> Phone:
        """The one with this id. Raises NotFound."""
        found = next((each for each in self.phones if each.id == named), None)
        if found is None:
            raise NotFound(say("phones.unknown", id=named), advice=say("phones.unknown_advice"))
        return found

    def admitted(self, phone: Phone) -> "Phones":
        """With one more, of which all others are told. Raises TokenTaken."""
        if self.by_token(phone.token_hash) is not None:
            raise TokenTaken
        told = [replace(each, unseen=(*each.unseen, phone.id)) for each in self.phones]
        return replace(self, phones=(*told, phone))

    def revoked(self, named: str) -> "Phones":
        """Without this one, nor any that signs in by its token. Raises NotFound."""
        gone = self.by_id(named)
        left = [each for each in self.phones if each.token_hash != gone.token_hash]
        rest = [replace(each, unseen=_without(each.unseen, gone.id)) for each in left]
        return replace(self, phones=tuple(rest))

    def changed(self, named: str, **fields: Any) -> "Phones":  # noqa: ANN401 - of the value
        """With these fields of one of them; as they are where it is gone."""
        changed = [replace(each, **fields) if each.id == named else each for each in self.phones]
        return replace(self, phones=tuple(changed))

    def as_json(self) -> dict[str, Any]:
        return {"version": 1, **asdict(self)}


def from_json(told: Mapping[str, Any]) -> Phones:
    """What `as_json` gave. Raises ValueError, KeyError or TypeError for anything else."""
    if told["version"] != 1:
        raise ValueError
    return Phones(_text(told["authority"]), tuple(_phone(each) for each in told["phones"]))


def as_json(phone: Phone, visited_ms: int | None) -> dict[str, Any]:
    """A phone as docs/commands.md has it, without what it signs in by."""
    return {
        "id": phone.id,
        "name": phone.name,
        "paired": _iso(phone.paired_ms),
        "visited": _iso(visited_ms),
    }


def new_token() -> str:
    return secrets.token_urlsafe(_TOKEN_BYTES)


def new_id() -> str:
    return secrets.token_hex(4)


def hash_of(token: str) -> str | None:
    """The SHA-256 of a token in hex; None, at no cost, for what can be none."""
    if len(token) != _TOKEN_LETTERS or not token.isascii():
        return None
    return hashlib.sha256(token.encode()).hexdigest()


def clean_name(typed: str) -> str:
    """A name as it may be shown in a line: one space between words, no controls, not too long.

    What is not seen is left out, or two phones could seem to have one name, or one none.
    """
    seen = "".join(each for each in typed if not _is_unseen(each))
    return _CONTROLS.sub(" ", seen).strip()[:LONGEST_NAME].strip()


def _is_unseen(letter: str) -> bool:
    return unicodedata.category(letter) == "Cf" or letter in _FILLERS


def _phone(told: Mapping[str, Any]) -> Phone:
    """What a later version tells beside it is left out: going back a version locks nobody out."""
    known = {field.name: told[field.name] for field in fields(Phone) if field.name in told}
    phone = Phone(**{**known, "unseen": tuple(_text(each) for each in told["unseen"])})
    for each in (phone.id, phone.name, phone.token_hash):
        _text(each)
    if type(phone.knows_authority) is not bool:
        raise TypeError
    for at_ms in (phone.paired_ms, phone.visited_ms):
        if at_ms is not None and type(at_ms) is not int:
            raise TypeError
    return phone


def _iso(at_ms: int | None) -> str | None:
    if at_ms is None:
        return None
    return as_datetime(at_ms, local_offset_min(at_ms)).isoformat(timespec="seconds")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _without(ids: tuple[str, ...], gone: str) -> tuple[str, ...]:
    return tuple(each for each in ids if each != gone)
