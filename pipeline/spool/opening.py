"""Opening what lies in the spool: files alone, and never by waiting for anybody."""

import errno
import os
from pathlib import Path
from typing import BinaryIO

from core.files import what_it_is

_REFUSED_FOR_GOOD = {
    errno.ELOOP: "it is a link",
    errno.ENXIO: "it is a socket, or a device that is not there",
    errno.EACCES: "this user may not read it",
    errno.EPERM: "this user may not read it",
    errno.ENAMETOOLONG: "its name is too long",
}
"""What trying again would not change; everything else that the disk says may be otherwise soon."""


class LetterBroken(Exception):
    """A letter that is not what its name says; `reason` is a sentence without its end.

    No reason repeats what lies in the letter: it goes to the log.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def open_letter(path: Path) -> BinaryIO:
    """The file, opened to be read. Raises LetterBroken for anything but a file.

    Raises OSError where trying again may help, FileNotFoundError among them. A link is followed
    only to a file that has no name (`/proc/…/fd`).
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags if _has_no_name(path) else flags | os.O_NOFOLLOW)
    except OSError as error:
        if error.errno in _REFUSED_FOR_GOOD:
            raise LetterBroken(_REFUSED_FOR_GOOD[error.errno]) from error
        raise
    wrong = what_it_is(os.fstat(descriptor))
    if wrong is not None:
        os.close(descriptor)
        raise LetterBroken(wrong)
    return os.fdopen(descriptor, "rb")


def _has_no_name(path: Path) -> bool:
    return path.parent.name == "fd" and path.parts[:2] == ("/", "proc")
