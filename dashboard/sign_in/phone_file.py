"""`phones.json`: the phones that are let in, in the private folder outside the home."""

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from core.errors import UserError
from core.files import Seen, read_small, seen, write_durably
from core.paths import state_folder
from dashboard.sentences import say

from .phones import Phones, from_json

FILE_NAME = "phones.json"


class PhonesUnreadable(UserError):
    """The file is there, and is not what was written, or the disk does not give it."""

    code = "phones_unreadable"


class PhoneFile:
    """The file, for any number of processes: a change is made under a lock, durably, and whole."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def seen(self) -> Seen | None:
        """How the file is now; None where there is none. Raises PhonesUnreadable."""
        try:
            return seen(self.path)
        except OSError as error:
            raise self._unreadable(error.strerror or "") from error

    def read(self) -> Phones:
        """All that is in it; nobody where there is no file. Raises PhonesUnreadable."""
        try:
            return from_json(json.loads(read_small(self.path)))
        except FileNotFoundError:
            return Phones("")
        except OSError as error:
            raise self._unreadable(error.strerror or "") from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise self._unreadable(say("phones.damaged")) from error

    def change(self, change: Callable[[Phones], Phones]) -> Phones:
        """What this makes of it, durable on return. Raises PhonesUnreadable, and what it raises."""
        with self._locked():
            before = self.read()
            after = change(before)
            if after != before:
                write_durably(self.path, [json.dumps(after.as_json()).encode()])
        return after

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        with os.fdopen(os.open(self.path.with_suffix(".lock"), flags, 0o600), "wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _unreadable(self, why: str) -> PhonesUnreadable:
        sentence = say("phones.unreadable", why=why, path=self.path)
        return PhonesUnreadable(sentence, advice=say("phones.unreadable_advice"))


def phone_file(home: Path) -> PhoneFile:
    """The list of this home."""
    return PhoneFile(state_folder(home) / FILE_NAME)
