"""The checks of `doctor` on the machine itself."""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.access.memory import swaps, swaps_on_disk
from core.access.private import others_may_enter
from core.checks import Check
from core.files import nearest_folder
from core.paths import Home, log_folder

LOW_DISK_BYTES = 500_000_000
"""An hour of kept sound is 15 MB, but a letter of the spool is PCM: two hours are 230 MB."""


def checks(home: Home) -> Iterator[Check]:
    """Python, the home, its disk, the swap, and where the log is."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Check("python", "ok", f"Python {version}.")
    yield _home(home.path)
    yield _disk(home.path)
    yield _swap(swaps(), swaps_on_disk())
    if (log := log_folder(home.path)).is_dir():
        yield Check("log", "ok", f"The log of `afterthought run` is in {log}.")


def _home(home: Path) -> Check:
    if not home.exists():
        return Check("home", "ok", f"The home {home} will be made when something is kept.")
    if not os.access(home, os.W_OK):
        advice = "Check who owns it and whether its disk is mounted read-only."
        return Check("home", "fail", f"The home {home} cannot be written.", advice)
    if others_may_enter(home):
        sentence = f"Other users of this machine may enter the home {home}, and read what is in it."
        return Check("home", "warn", sentence, f"Run `chmod 700 {home}` as its owner.")
    return Check("home", "ok", f"The home is {home}.")


def _disk(home: Path) -> Check:
    free = shutil.disk_usage(nearest_folder(home)).free
    sentence = f"{free / 1e9:.1f} GB are free on the disk of the home."
    if free < LOW_DISK_BYTES:
        return Check("disk", "warn", sentence, "Free some space, or keeps will be refused.")
    return Check("disk", "ok", sentence)


def _swap(all_of_it: Sequence[str], on_disk: Sequence[str]) -> Check:
    """Words and sound in the memory of the worker and the page may be swapped to zram alone."""
    if on_disk:
        sentence = f"This machine swaps to a disk ({', '.join(on_disk)}): words can reach it there."
        advice = "Swap to compressed memory (zram) instead, and `swapoff` the other."
        return Check("swap", "warn", sentence, advice)
    if all_of_it:
        return Check("swap", "ok", "This machine swaps to compressed memory (zram) alone.")
    return Check("swap", "ok", "This machine does not swap.")
