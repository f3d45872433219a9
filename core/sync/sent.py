"""How many bytes were sent to other copies of this archive: `sync/sent.json` in the home.

Whichever process meets them adds to it; the page and `status` read it.
"""

import fcntl
import json
import os
from pathlib import Path

from core.access.private import for_us_alone
from core.files import make_folder, read_small, write_durably

from .status import FOLDER

SENT_FILE = "sent.json"


def sent_to_peers(home: Path) -> int:
    """So many as were written down; 0 where nothing of ours says it.

    Raises OSError where the disk does not give it.
    """
    try:
        count = json.loads(read_small(home / FOLDER / SENT_FILE))["bytes"]
    except (FileNotFoundError, ValueError, KeyError, TypeError, RecursionError):
        return 0
    return count if type(count) is int and count > 0 else 0


def add_to_peers(home: Path, count: int) -> None:
    """So many bytes more; durable on return. Raises OSError."""
    folder = make_folder(home / FOLDER)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        told = json.dumps({"bytes": sent_to_peers(home) + count}).encode()
        with for_us_alone():
            write_durably(folder / SENT_FILE, [told + b"\n"])
    finally:
        os.close(descriptor)
