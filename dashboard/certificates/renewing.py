"""The process that makes and renews this device's certificates, and ends.

No other process reads the key of the authority. `python -m` starts it with the folder of the
certificates and the file in which the server asks; the certificate for the addresses names those
that were asked for and that this machine has.
"""

import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

from core.access.memory import close_memory
from core.access.private import keep_to_ourselves, make_private
from core.clock import SystemClock
from core.command_line import Screen
from core.errors import UserError
from core.machine import machine_name
from core.network.interfaces import own_addresses
from dashboard.certificates.asked import read_asked
from dashboard.certificates.folder import CertificateFolder
from dashboard.certificates.leaves import known_time

_GROUP_READS = 0o027
"""Leaves that the group of the folder may read: the server's, which is another user."""


def main(arguments: Sequence[str]) -> int:
    """Renew what is due. The exit status; what failed is a sentence on standard error."""
    keep_to_ourselves()
    close_memory()
    screen = Screen(as_json=False)
    folder, asked = map(Path, arguments)
    try:
        _renew(folder, asked)
    except UserError as error:
        screen.say(str(error))
        return error.exit_status
    except OSError as error:
        told = f"The certificates cannot be written ({error.strerror}): {error.filename or folder}."
        screen.say(f"{told} Check that disk and folder can be written.")
        return 1
    return 0


def _renew(folder: Path, asked: Path) -> None:
    wanted = read_asked(asked)
    own = {each.ip for each in own_addresses()}
    make_private(folder)
    if stat.S_IMODE(folder.stat().st_mode) & stat.S_IRGRP:
        os.umask(_GROUP_READS)
    now = known_time(SystemClock().now_ms())
    CertificateFolder(folder).renew(machine_name(), own.intersection(wanted), now)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
