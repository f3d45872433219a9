"""What this install remembers of meeting its peers: where they were, when, and how it went.

No secret, and nothing that counts: who belongs to the archive, its journal says. A file that is
lost or damaged is begun anew.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from core.access.peers import Address
from core.access.private import for_us_alone
from core.files import make_folder, read_small, write_durably
from core.log import get_log
from core.sync.status import FOLDER, PEERS_FILE

MOST_ADDRESSES = 8
"""The newest ones: at home, at work, by a phone's hotspot."""

_NONE = (ValueError, TypeError, AttributeError, KeyError, RecursionError)


def address_text(address: Address) -> str:
    """An address as people read and type it."""
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@dataclass(frozen=True, slots=True)
class Known:
    """Where a peer was met, the newest first; when that was; and how it went, as a sentence.

    `state` is empty where there is nothing to say.
    """

    addresses: tuple[Address, ...] = ()
    met_ms: int | None = None
    state: str = ""

    def at(self, address: Address) -> "Known":
        """The same, once it is known to be at this address."""
        others = (each for each in self.addresses if each != address)
        return replace(self, addresses=(address, *others)[:MOST_ADDRESSES])


class AddressBook:
    """The file `sync/peers.json` in a home. Any process of ours may read and change it."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER
        self._path = self._folder / PEERS_FILE

    def read(self) -> dict[str, Known]:
        """By key (64 hex digits); empty where nothing is known."""
        try:
            told = json.loads(read_small(self._path))
            return {str(key): _known(each) for key, each in told.items()}
        except FileNotFoundError:
            return {}
        except (OSError, *_NONE) as error:
            get_log().warning("sync_addresses_unreadable", fault=type(error).__name__)
            return {}

    def change(self, key: str, change: Callable[[Known], Known]) -> None:
        """Remember something of this peer. Raises OSError."""
        with self._alone():
            known = self.read()
            self._write({**known, key: change(known.get(key, Known()))})

    def drop(self, key: str) -> None:
        """Remember nothing of this peer any more. Raises OSError."""
        with self._alone():
            known = self.read()
            if known.pop(key, None) is not None:
                self._write(known)

    def drop_all(self) -> bool:
        """The same of every peer; True where there was one. Raises OSError."""
        with self._alone():
            was_there = self._path.exists()
            self._write({})
        return was_there

    def _write(self, known: Mapping[str, Known]) -> None:
        """The file is there only while somebody is known: while it is, the service runs."""
        if not known:
            self._path.unlink(missing_ok=True)
            return
        told = {key: asdict(each) for key, each in known.items()}
        with for_us_alone():
            write_durably(self._path, [json.dumps(told).encode() + b"\n"])

    @contextmanager
    def _alone(self) -> Iterator[None]:
        make_folder(self._folder)
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def known_addresses(home: Path, key: str) -> list[Address]:
    """Where the peer with this key was met or introduced, the newest first."""
    return [*AddressBook(home).read().get(key, Known()).addresses]


def note_address(home: Path, key: str, address: Address) -> None:
    """From now on the peer is looked for there first. Raises OSError."""
    if known_addresses(home, key)[:1] != [address]:
        AddressBook(home).change(key, lambda known: known.at(address))


def _known(told: Mapping[str, Any]) -> Known:
    """Raises TypeError, ValueError, KeyError for what is none."""
    met_ms, state = told.get("met_ms"), told.get("state", "")
    if not (met_ms is None or type(met_ms) is int) or not isinstance(state, str):
        raise TypeError
    addresses = tuple((str(host), int(port)) for host, port in told["addresses"])
    return Known(addresses[:MOST_ADDRESSES], met_ms, state)
