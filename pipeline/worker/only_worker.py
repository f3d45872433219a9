"""The lock of the one worker of a home."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from core.errors import ArchiveBusy
from core.files import make_way
from core.paths import Home


@contextlib.contextmanager
def only_worker(home: Home) -> Iterator[None]:
    """Hold the lock while the worker lives; the kernel gives it back when its process dies.

    Raises ArchiveBusy where another one holds it.
    """
    home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    with make_way(home.worker_lock).open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _busy(home.worker_lock) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _busy(lock: Path) -> ArchiveBusy:
    process = lock.read_text(encoding="ascii").strip() or "unknown"
    sentence = f"Another worker (process {process}) works on this archive already."
    return ArchiveBusy(
        sentence, advice="Leave it to that one, stop it first, or name another --home."
    )
