"""Root steps down: on a home of another user's, a command acts as that user.

What root makes there its owner cannot read, and the service that lives there stops.
"""

import ctypes
import grp
import os
import pwd
import sys
from pathlib import Path

from core.errors import UserError

_ROOT = 0
_PR_GET_DUMPABLE, _PR_SET_DUMPABLE = 3, 4


class HomeAnothers(UserError):
    """The home is another user's, and this one may not enter it."""

    code = "home_anothers"


class ProgramUnreadable(UserError):
    """The owner of the home may not read the program that root has started."""

    code = "program_unreadable"


def act_as_owner(home: Path) -> None:
    """Root becomes the owner of this home of another user's: for good, before anything is opened.

    Raises HomeAnothers where we are not root, and ProgramUnreadable.
    """
    if os.getuid() != _ROOT:
        sentence = f"This user may not enter the home {home}."
        raise HomeAnothers(sentence, advice="With sudo the command acts as the home's owner.")
    owner = home.stat()
    name, group, folder = _known(owner.st_uid) or (str(owner.st_uid), owner.st_gid, str(home))
    kernel = ctypes.CDLL(None)
    dumpable = kernel.prctl(_PR_GET_DUMPABLE, 0, 0, 0, 0)
    os.setgroups(_groups(name, group))
    os.setgid(group)
    os.setuid(owner.st_uid)
    # Who changed its user can no longer be dumped, nor look into its own folder of /proc.
    kernel.prctl(_PR_SET_DUMPABLE, dumpable, 0, 0, 0)
    _live_at(Path(folder), owner.st_uid)
    _may_read_program(name)


def _known(uid: int) -> tuple[str, int, str] | None:
    try:
        user = pwd.getpwuid(uid)
    except KeyError:
        return None
    return user.pw_name, user.pw_gid, user.pw_dir


def _groups(name: str, group: int) -> list[int]:
    return [group, *(each.gr_gid for each in grp.getgrall() if name in each.gr_mem)]


def _live_at(folder: Path, uid: int) -> None:
    """Name the owner's own folders, and no more root's: sockets and states lie there."""
    os.environ["HOME"] = str(folder)
    for name in ("XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        os.environ.pop(name, None)
    runtime = Path(f"/run/user/{uid}")
    if runtime.is_dir():
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)


def _may_read_program(name: str) -> None:
    tree = Path(__file__).parents[2]
    if os.access(sys.executable, os.X_OK) and os.access(__file__, os.R_OK):
        return
    raise ProgramUnreadable(
        f"The home is {name}'s, who may not read this program in {tree}.",
        advice="Use the one that is installed (/opt/afterthought), or one that everybody may read.",
    )
