"""How things stand with the other machines that have a copy of this archive.

The sync service writes it down in the home's folder `sync`; the page and the commands read it.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

from core.clock import as_datetime, local_offset_min
from core.files import make_folder, read_small
from core.text.counting import counted

FOLDER = "sync"
"""In the home: what this install knows of itself and its peers."""

STATE_FILE = "state.json"
PEERS_FILE = "peers.json"
"""Where peers were met; one that was introduced is in it from then on."""

_LOCK_FILE = "service.lock"

PeerState = Literal["waiting", "meeting", "met", "away", "refused"]
"""waiting: nobody is called now; away: not met; refused: met, and not all was taken."""

_NOT_RUNNING = (
    "Other machines are not being met: the sync service is not running. "
    "Start everything with `afterthought run`, or it alone with `afterthought sync`."
)


@dataclass(frozen=True, slots=True)
class PeerStatus:
    """How things stand with one peer. `sentence` says why, and is empty where all is well.

    `met_ms` is when it was last there, `next_try_ms` when it is called again; either may be None.
    `name` is empty until it has come here.
    """

    key: str
    state: PeerState
    sentence: str = ""
    met_ms: int | None = None
    next_try_ms: int | None = None
    name: str = ""

    @property
    def is_there(self) -> bool:
        """True where it is met now, or was the last time that it was called."""
        return self.state in {"meeting", "met", "refused"}

    def told(self) -> dict[str, Any]:
        """As docs/commands.md has it."""
        return {
            "peer": self.key[:16],
            "name": self.name,
            "state": self.state,
            "sentence": self.sentence,
            "met": _told(self.met_ms),
            "next_try": _told(self.next_try_ms),
        }


def read_peer_statuses(home: Path) -> dict[str, PeerStatus]:
    """By key, as the service last wrote it; empty where it never did, or nothing of ours is there.

    Raises OSError where the disk does not give it.
    """
    try:
        told = json.loads(read_small(home / FOLDER / STATE_FILE))
        return {str(key): _read(str(key), each) for key, each in told.items()}
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def has_peers(home: Path) -> bool:
    """True once another machine was introduced: only then is there anything to do for sync."""
    try:
        told = json.loads(read_small(home / FOLDER / PEERS_FILE))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(told, dict) and bool(told)


@contextlib.contextmanager
def only_service(home: Path) -> Iterator[bool]:
    """Hold the lock of the one sync service of a home; False where another one holds it.

    The kernel gives it back when its process dies. Raises OSError.
    """
    folder = make_folder(home / FOLDER)
    with (folder / _LOCK_FILE).open("a", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def is_service_running(home: Path) -> bool:
    """True while the sync service of this home runs."""
    try:
        descriptor = os.open(home / FOLDER / _LOCK_FILE, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def sync_status(home: Path) -> dict[str, Any] | None:
    """What `status` tells of sync; None where there is no other machine."""
    if not has_peers(home):
        return None
    with contextlib.suppress(OSError):
        peers = [each.told() for each in read_peer_statuses(home).values()]
        return {"running": is_service_running(home), "peers": peers}
    return {"running": is_service_running(home), "peers": []}


def sync_sentences(status: Mapping[str, Any] | None) -> list[str]:
    """The same for people."""
    if status is None:
        return []
    told = [] if status["running"] else [_NOT_RUNNING]
    peers = status["peers"]
    if met := sum(each["state"] == "met" for each in peers):
        told.append(f"Last time, {counted(met, 'other machine', 'other machines')} had the same.")
    return [*told, *(_reason(each) for each in peers if each["sentence"])]


def _reason(peer: Mapping[str, Any]) -> str:
    """Why things stand so with a peer, and when it is called again."""
    told = f"The other machine {peer['name'] or peer['peer']}: {peer['sentence']}"
    if peer["next_try"] is None:
        return told
    return f"{told} Next try at {datetime.fromisoformat(peer['next_try']):%H:%M}."


def unmet_sentence(home: Path, key: str, name: str) -> str:
    """Why nothing comes from this peer now, by its name; empty where it is there, or not known."""
    if not is_service_running(home):
        return _NOT_RUNNING
    with contextlib.suppress(OSError):
        status = read_peer_statuses(home).get(key)
        if status is not None and not status.is_there:
            since = _told(status.met_ms)
            met = "has not been met yet" if since is None else f"was last there at {since}"
            return f"{name} {met}: it comes once that machine is there."
    return ""


def _read(key: str, told: Mapping[str, Any]) -> PeerStatus:
    """Raises KeyError, TypeError or ValueError for what is none."""
    state, sentence = told["state"], told["sentence"]
    met_ms, next_ms, name = told.get("met_ms"), told.get("next_try_ms"), told.get("name", "")
    if state not in get_args(PeerState) or not isinstance(sentence, str):
        raise ValueError
    numbers = (met_ms, next_ms)
    if any(each is not None and type(each) is not int for each in numbers):
        raise TypeError
    if not isinstance(name, str):
        raise TypeError
    return PeerStatus(key, state, sentence, met_ms, next_ms, name)


def _told(at_ms: int | None) -> str | None:
    if at_ms is None:
        return None
    return as_datetime(at_ms, local_offset_min(at_ms)).isoformat(timespec="seconds")
