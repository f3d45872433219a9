"""Opening what lies in the spool: files alone, and never by waiting for anybody."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

_NO_FILE = {
    stat.S_IFDIR: "it is a folder",
    stat.S_IFIFO: "it is a pipe",
    stat.S_IFSOCK: "it is a socket",
    stat.S_IFCHR: "it is a device",
    stat.S_IFBLK: "it is a device",
    stat.S_IFLNK: "it is a link",
}
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


def what_it_is(state: os.stat_result) -> str | None:
    """Why this is no letter, whatever its name: it is no file; None for a file."""
    if stat.S_ISREG(state.st_mode):
        return None
    return _NO_FILE.get(stat.S_IFMT(state.st_mode), "it is no file")


def _has_no_name(path: Path) -> bool:
    return path.parent.name == "fd" and path.parts[:2] == ("/", "proc")
