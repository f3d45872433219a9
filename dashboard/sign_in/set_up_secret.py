"""The set-up secret: it lets the first phone of a device without a screen show that it may wait.

It is made once and shown once, by `install.sh`; here lies its hash alone, beside the list of
phones. 130 bits by chance: nobody guesses them, so guesses need not be counted. Like sign-ins it
is bound to the authority: on a cloned card it is worth nothing.
"""

import hashlib
import hmac
import json
from pathlib import Path

from core.files import read_small, write_durably
from core.log import get_log

from .secrets_of_pairing import as_read, new_letters
from .sign_ins import Authority

FILE_NAME = "set-up-secret.json"
"""`deploy/install.sh` looks whether it is there."""

_LETTERS = 26


class SetUpSecret:
    """The one of this device. Any thread may ask."""

    def __init__(self, path: Path, authority: Authority) -> None:
        self._path = path
        self._authority = authority

    def new(self) -> str:
        """Another one in place of the one before, durable on return. Raises OSError."""
        letters = new_letters(_LETTERS)
        told = {"version": 1, "authority": self._authority(), "hash": _hash_of(letters)}
        write_durably(self._path, [json.dumps(told).encode()])
        return letters

    def is_it(self, shown: str) -> bool:
        """True for this one, however it is spelled. Anything of another length costs nothing."""
        letters = as_read(shown)
        if len(letters) != _LETTERS or not (authority := self._authority()):
            return False
        try:
            told = json.loads(read_small(self._path))
            is_ours = told["authority"] == authority and told["version"] == 1
            return is_ours and hmac.compare_digest(str(told["hash"]), _hash_of(letters))
        except FileNotFoundError:
            return False
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            get_log().error("set_up_secret_unreadable", fault=type(error).__name__)
            return False


def _hash_of(letters: str) -> str:
    return hashlib.sha256(letters.encode()).hexdigest()
