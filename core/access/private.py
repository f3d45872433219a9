"""What is ours stays ours: the umask of every process, and who else could reach a folder.

Whoever may read the home may read everything that was kept, and whoever may write beside a
socket may sit at its place.
"""

import contextlib
import os
import resource
import stat
from collections.abc import Iterator
from pathlib import Path

_OTHERS = 0o077
_ROOT = 0


def keep_to_ourselves() -> None:
    """Let nobody else read or write what this process makes; every entry calls it first.

    A core dump is made, too, and by the kernel: there is none.
    """
    os.umask(_OTHERS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def is_ours_or_roots(uid: int) -> bool:
    """True where this user may do here what we may: we ourselves, or root, who may anyway."""
    return uid in {os.getuid(), _ROOT}


def make_private(folder: Path) -> None:
    """Make a folder and the parents that it lacks, for this user alone whatever the umask."""
    with for_us_alone():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)


@contextlib.contextmanager
def for_us_alone() -> Iterator[None]:
    """What is made meanwhile is this user's alone, whatever the umask."""
    before = os.umask(_OTHERS)
    try:
        yield
    finally:
        os.umask(before)


def is_anothers(folder: Path) -> bool:
    """True where a folder is another user's and we are root, or may not enter it."""
    try:
        owner = folder.stat().st_uid
    except PermissionError:
        return True
    except OSError:  # nothing is there, so it is nobody's
        return False
    may_enter = os.getuid() != _ROOT and os.access(folder, os.R_OK | os.X_OK)
    return owner != os.getuid() and not may_enter


def enter_home(home: Path) -> bool:
    """Go on as the owner of the home where we are root, and it is another's; whether that was so.

    Raises UserError where it is another's and we are not root, or its owner cannot go on.
    """
    if not is_anothers(home):
        return False
    from core.access.owner import act_as_owner  # noqa: PLC0415 - 10 ms that few need

    act_as_owner(home)
    return True


def is_private(folder: Path) -> bool:
    """True where this is a folder of ours, no link to one, and nobody else may look into it."""
    state = folder.lstat()
    is_own = stat.S_ISDIR(state.st_mode) and state.st_uid == os.getuid()
    return is_own and not state.st_mode & _OTHERS


def close_to_readers(folder: Path) -> None:
    """Shut a folder of ours that others may look into; one that they may write in stays as it is.

    What lies in such a one is not to be trusted, whatever its mode is from now on.
    """
    state = folder.lstat()
    is_own = stat.S_ISDIR(state.st_mode) and state.st_uid == os.getuid()
    if is_own and state.st_mode & _OTHERS and not _others_may_write(state):
        folder.chmod(0o700)


def swappable_part(folder: Path) -> Path | None:
    """The first part of this path that somebody else could put another in place of, if any.

    Safe is what only root or we may write in, and a folder like /tmp, in which everybody may
    make things and nobody may move another's.
    """
    for part in (folder, *folder.parents):
        state = part.lstat()
        if stat.S_ISLNK(state.st_mode) or not is_ours_or_roots(state.st_uid):
            return part
        if _others_may_write(state) and not state.st_mode & stat.S_ISVTX:
            return part
    return None


def close_home(home: Path) -> None:
    """Shut a home of ours that an earlier version left open to others.

    Only what is known to be a home is touched, and never the user's own folder.
    """
    try:
        state = home.stat()
        if not state.st_mode & _OTHERS or state.st_uid != os.getuid():
            return
        if _is_home(home) and not home.samefile(Path("~").expanduser()):
            home.chmod(stat.S_IMODE(state.st_mode) & ~_OTHERS)
    except (OSError, RuntimeError):  # what cannot be mended here, `doctor` tells
        return


def others_may_enter(folder: Path) -> bool:
    """True where other users may look into a folder, or write in it. Raises OSError."""
    return bool(folder.stat().st_mode & _OTHERS)


def _is_home(folder: Path) -> bool:
    return any((folder / name).exists() for name in ("archive.db", "spool"))


def _others_may_write(state: os.stat_result) -> bool:
    """A group of the user's own name is no other: some systems give each user one."""
    by_group = state.st_mode & stat.S_IWGRP and state.st_gid not in {os.getgid(), _ROOT}
    return bool(by_group or state.st_mode & stat.S_IWOTH)
