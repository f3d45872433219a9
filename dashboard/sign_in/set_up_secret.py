"""The set-up secret: it lets the first phone of a device without a screen show that it may wait.

It is made and shown by `install.sh` or `pair --set-up`; here lies its hash alone, beside the list
of phones. 130 bits by chance: nobody guesses them, so guesses need not be counted. Like sign-ins
it is bound to the authority: on a cloned card it is worth nothing. Once a phone is in it is worth
nothing, either: the browser that opened its link remembers it, and so may a picture.
"""

import hashlib
import hmac
import json
import threading
from pathlib import Path
from typing import Any, Literal

from core.files import read_small, write_durably
from core.log import get_log

from .secrets_of_pairing import as_read, new_letters
from .sign_ins import Authority

FILE_NAME = "set-up-secret.json"

_LETTERS = 26

_LIKE_LETTERS = range(23, 31)
"""How long it may be with a letter too many, or too few: longer than any other code of ours."""

Shown = Literal["good", "used", "other"]
"""The set-up secret of now; the same, once a phone is in; and whatever else was shown."""


class SetUpSecret:
    """The one of this device. Any thread may ask."""

    def __init__(self, path: Path, authority: Authority) -> None:
        self._path = path
        self._authority = authority
        self._used: set[str] = set()
        self._writing = threading.Lock()

    def new(self) -> str:
        """Another one in place of the one before, durable on return. Raises OSError."""
        letters = new_letters(_LETTERS)
        told = {"version": 1, "authority": self._authority(), "hash": _hash_of(letters)}
        with self._writing:
            write_durably(self._path, [json.dumps(told).encode()])
        return letters

    def is_made(self) -> bool:
        """True where there is one, used or not; another machine's is none."""
        told = self._read()
        return told is not None and told["authority"] == self._authority()

    def look(self, shown: str) -> Shown:
        """What this is, however it is spelled. Anything of another length costs nothing."""
        letters = as_read(shown)
        if len(letters) != _LETTERS or not (authority := self._authority()):
            return "other"
        told = self._read()
        if told is None or told["authority"] != authority:
            return "other"
        kept = told["hash"].encode(errors="replace")
        if not hmac.compare_digest(kept, _hash_of(letters).encode()):
            return "other"
        return "used" if told["used"] or told["hash"] in self._used else "good"

    def use_up(self) -> None:
        """A phone is in: it counts no more. Where the disk refuses, until this process ends."""
        with self._writing:
            told = self._read()
            if told is None or told["used"]:
                return
            self._used.add(told["hash"])
            try:
                write_durably(self._path, [json.dumps({**told, "used": True}).encode()])
            except OSError as error:
                get_log().error("set_up_secret_not_used_up", reason=error.strerror)

    def _read(self) -> dict[str, Any] | None:
        """What is kept of it; None where there is none, or none that can be read."""
        try:
            told = json.loads(read_small(self._path))
            if told["version"] != 1:
                return None
            texts = {name: str(told[name]) for name in ("authority", "hash")}
            return {"version": 1, **texts, "used": bool(told.get("used"))}
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            get_log().error("set_up_secret_unreadable", fault=type(error).__name__)
            return None


def is_like_one(shown: str) -> bool:
    """True for what can only have been meant for a set-up secret, mistyped or not."""
    return len(as_read(shown)) in _LIKE_LETTERS


def _hash_of(letters: str) -> str:
    return hashlib.sha256(letters.encode()).hexdigest()
