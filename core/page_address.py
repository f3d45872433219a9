"""Where the page is reached by network: the dashboard tells it, other processes read it.

A file in the folder for sockets, which its writer keeps locked while it lives: one that is not
locked was left behind by a process that is gone.
"""

import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from core.files import open_at_once

FILE_NAME = "page.json"


@dataclass(frozen=True, slots=True)
class PageAddress:
    """`host` is the device's own name, empty before it has one. `urls` has the name's first.

    `troubles` are sentences, each with its next step.
    """

    host: str = ""
    urls: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()

    @property
    def by_number(self) -> str:
        """The first with a number for the name, which not every phone resolves; or empty."""
        return next((url for url in self.urls if _is_number(urlsplit(url).hostname or "")), "")

    @property
    def sentences(self) -> tuple[str, ...]:
        """The same for people."""
        if not self.urls:
            return self.troubles
        first, *others = self.urls
        also = f" (also {', '.join(others)})" if others else ""
        return f"On your network the page is at {first}{also}.", *self.troubles

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "urls": list(self.urls), "troubles": list(self.troubles)}


class PageAddressFile:
    """The writer's end. Of two dashboards of a home the first is read, as long as it lives."""

    def __init__(self, runtime: Path) -> None:
        self._path = runtime / FILE_NAME
        self._held: BinaryIO | None = None
        self._told: PageAddress | None = None

    def tell(self, address: PageAddress) -> None:
        """Have this read from now on, unless another dashboard is. Raises OSError.

        It costs next to nothing where that is so already: to be called again and again, so that
        the file is there again once the other has ended, or somebody took it away.
        """
        is_own = self._is_own()
        if address == self._told if is_own else _is_locked(self._path):
            return
        part = self._path.with_name(f"{FILE_NAME}.{os.getpid()}.part")
        file = part.open("wb")
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(json.dumps(address.as_json()).encode())
            file.flush()
            part.replace(self._path)
        except BaseException:
            file.close()
            part.unlink(missing_ok=True)
            raise
        self.close()
        self._held, self._told = file, address

    def _is_own(self) -> bool:
        """Whether what lies there was written here."""
        if self._held is None:
            return False
        try:
            return os.path.samestat(os.fstat(self._held.fileno()), self._path.stat())
        except FileNotFoundError:
            return False

    def close(self) -> None:
        """Nothing is told any more."""
        if self._held is not None:
            self._held.close()
            self._held = None


def _is_locked(path: Path) -> bool:
    """Whether a living process holds this file."""
    try:
        with open_at_once(path) as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def read_page_address(runtime: Path) -> PageAddress | None:
    """What the dashboard told; None where none runs."""
    try:
        with open_at_once(runtime / FILE_NAME) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return _from_json(json.loads(file.read()))
    except (OSError, ValueError, KeyError, TypeError):  # none, or another version's
        return None
    return None


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _from_json(told: Mapping[str, Any]) -> PageAddress:
    return PageAddress(str(told["host"]), tuple(told["urls"]), tuple(told["troubles"]))
