"""Where peers were met: the file `sync/peers.json` in the home. Addresses are no secret."""

import fcntl
import json
import os
from pathlib import Path
from typing import Any

from core.files import make_folder, read_small, write_durably
from core.log import get_log

from .identity import FOLDER

MOST_ADDRESSES = 8
"""Of one peer, the newest first."""

Address = tuple[str, int]
"""An IP address, with its zone where it is good on one link alone; and a port."""


def known_addresses(home: Path, key: str) -> list[Address]:
    """Where the peer with this key was met or introduced, the newest first."""
    return _addresses(_read(home).get(key))


def note_address(home: Path, key: str, address: Address) -> None:
    """From now on the peer is looked for there first. Raises OSError."""
    folder = make_folder(home / FOLDER)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        book = _read(home)
        others = [each for each in _addresses(book.get(key)) if each != address]
        if [address, *others] == _addresses(book.get(key)):
            return
        book[key] = {"addresses": [address, *others][:MOST_ADDRESSES]}
        write_durably(_path(home), [json.dumps(book).encode() + b"\n"])
    finally:
        os.close(descriptor)


def _path(home: Path) -> Path:
    return home / FOLDER / "peers.json"


def _read(home: Path) -> dict[str, Any]:
    try:
        book = json.loads(read_small(_path(home)))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        get_log().warning("sync_addresses_unreadable", fault=type(error).__name__)
        return {}
    return book if isinstance(book, dict) else {}


def _addresses(told: object) -> list[Address]:
    listed = told.get("addresses") if isinstance(told, dict) else None
    found = list[Address]()
    for each in listed if isinstance(listed, list) else ():
        match each:
            case [str(host), int(port)]:
                found.append((host, port))
    return found
