"""Puts together what reaches the page on this machine's own network."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from core.clock import Clock, SystemClock
from core.log import get_log
from core.machine import machine_name
from core.network.interfaces import own_addresses
from core.page_address import PageAddress, PageAddressFile
from core.paths import Home, certificate_folder, runtime_folder
from dashboard.certificates import asked
from dashboard.certificates.asking import Asking, ByProcess, ByUnit
from dashboard.certificates.places import CertificatePlaces
from dashboard.network.publishing import BothNames, ByChild
from dashboard.reach.doors import Door, Server
from dashboard.reach.leaf_contexts import LeafContexts
from dashboard.reach.owners_leaf import OwnersLeaf
from dashboard.reach.reach import Parts, Plan, Reach


def reach_of(home: Home, server: Server, plan: Plan, say: Callable[[str], None]) -> Reach:
    """What keeps the page of this home reached. `say` gets each sentence that is new."""
    runtime, clock = runtime_folder(home.path), SystemClock()
    folder = certificate_folder(home.path)
    parts = Parts(
        own_addresses=own_addresses,
        open_door=partial(Door, server),
        leaves=LeafContexts(
            CertificatePlaces(folder), OwnersLeaf(plan.owners, clock), machine_name()
        ),
        asking=_asking(folder, runtime / asked.FILE_NAME, clock),
        publisher=BothNames(ByChild(clock), ByChild(clock)),
        clock=clock,
    )
    return Reach(plan, parts, Telling(PageAddressFile(runtime), say))


class Telling:
    """Tells where the page is reached: other processes by a file, people by what is new."""

    def __init__(self, file: PageAddressFile, say: Callable[[str], None]) -> None:
        self._file, self._say = file, say
        self._said: tuple[str, ...] = ()
        self._is_untold = False

    def __call__(self, address: PageAddress) -> None:
        for sentence in address.sentences:
            if sentence not in self._said:
                self._say(sentence)
        self._said = address.sentences
        try:
            self._file.tell(address)
        except OSError as error:  # a full disk closes no door; said once, for it is tried each time
            if not self._is_untold:
                get_log().warning("address_not_told", reason=error.strerror)
            self._is_untold = True
        else:
            self._is_untold = False


def _asking(folder: Path, file: Path, clock: Clock) -> Asking:
    """By a unit where the folder is another user's: only that one may sign."""
    is_other_users = folder.is_dir() and folder.stat().st_uid != os.getuid()
    return ByUnit(file, clock) if is_other_users else ByProcess(folder, file)
