"""Putting a backup in the place of what is there: looked through first, and whole or not at all."""

import contextlib
import errno
import fcntl
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.access.private import make_private
from core.errors import ArchiveBusy, UserError, WrongUsage
from core.files import make_folder, make_way, nearest_folder
from core.paths import Home
from core.sockets import socket_client
from core.sync.status import is_service_running
from core.text.counting import counted
from core.text.sizes import size_in_words
from pipeline.exchange import manifest as manifests
from pipeline.exchange.looking_through import (
    LookedThrough,
    look_through,
    opened,
)
from pipeline.exchange.manifest import Manifest
from pipeline.exchange.tar_file import Member, TarBroken, members, pieces, sha256_of
from pipeline.forget import finish_forgetting
from pipeline.spool.lying import lying
from pipeline.spool.spool import Spool
from pipeline.store import restoring
from pipeline.store.restoring import PutInPlace
from pipeline.store.sqlite.archive import SqliteArchive, open_archive
from pipeline.store.sqlite.connection import archive_path
from pipeline.store.sqlite.copies import snapshot
from pipeline.store.sqlite.copies.taken_up import begin_anew
from pipeline.store.tombstones import (
    forgotten_here,
    read_tombstones,
    tombstones_path,
    write_tombstones,
)
from pipeline.worker.only_worker import only_worker

_SPARE_BYTES = 16 * 1024 * 1024
"""For the index pages that a forget writes anew, and for the write-ahead log."""

_STOP = (
    "Stop it first: `q` in `afterthought run`, or `sudo systemctl stop 'afterthought-*'`. "
    "Nothing was changed."
)

Progress = Callable[[int, int], None]


class RestoreRefused(UserError):
    """There is no room for it, or the disk refuses."""

    code = "restore_refused"


@dataclass(frozen=True, slots=True)
class Restored:
    """What is in place now, where lies what was there before, and what is wrong with it.

    `forgotten` counts the moments of the backup that were forgotten since it was made.
    """

    manifest: Manifest
    aside: Path | None
    forgotten: int = 0
    problems: tuple[str, ...] = ()


async def restore(home: Home, file: Path, progress: Progress, *, yes: bool) -> Restored:
    """The backup's archive, in this home; its next events begin a new line.

    Raises UserError, and then the archive that was there is there as it was.
    """
    with _alone(home), _understood(home):
        finished = restoring.settle(home.path)
        with opened(file) as backup:
            found = look_through(backup, progress)
            if finished is not None and finished.backup == found.manifest.id:
                return _restored(found.manifest, finished)
            _must_be_meant(home, found.manifest, yes=yes)
            _must_have_room(home, found)
            with restoring.preparing(home.path) as staging:
                forgotten, problems = await _make_ready(home, backup, found, staging)
                restoring.make_ready(home.path, found.manifest.id)
                in_place = restoring.put_in_place(home.path)
    return _restored(found.manifest, in_place, forgotten, problems)


def _restored(
    manifest: Manifest, done: PutInPlace, forgotten: int = 0, problems: tuple[str, ...] = ()
) -> Restored:
    return Restored(manifest, done.aside, forgotten, problems)


async def _make_ready(
    home: Home, backup: BinaryIO, found: LookedThrough, staging: Path
) -> tuple[int, tuple[str, ...]]:
    """The whole archive in a folder, without what was forgotten here or there.

    How many moments that took from it, and what `check` finds. The sound of what was forgotten
    never reaches this disk.
    """
    for folder in ("sound", "spool/aside"):
        make_private(staging / folder)
    for_here = forgotten_here(home.path)
    for_all = [each for each in read_tombstones(home.path) if each not in for_here]
    for member in found.members:
        _extract(backup, member, staging / member.name, found.manifest.files[member.name][1])
    write_tombstones(staging, for_all)
    write_tombstones(staging, for_here, here=True)
    await begin_anew(staging)
    async with open_archive(staging) as archive:
        before = len(await archive.moments(hidden=True))
        await finish_forgetting(archive, Spool(staging / "spool"))
        # Also of what the backup does not know yet: a peer may bring it.
        await _forget(archive, for_all, here=False)
        await _forget(archive, for_here, here=True)
        named = await snapshot.named_sounds(archive)
        _extract_sounds(backup, found.manifest, staging, named)
        await finish_forgetting(archive, Spool(staging / "spool"))
        forgotten = before - len(await archive.moments(hidden=True))
        return forgotten, tuple((await archive.check()).problems)


async def _forget(archive: SqliteArchive, forgotten: Iterable[str], *, here: bool) -> None:
    unknown = [each for each in forgotten if not await archive.is_forgotten(each)]
    if unknown:
        await archive.begin_forgetting(unknown, here=here)


def _extract_sounds(
    backup: BinaryIO, manifest: Manifest, staging: Path, named: frozenset[str] | None
) -> None:
    """Those that some moment names; where the journal may not know them all, all of them."""
    is_believed = named is not None and manifest.doubt is None
    for member in members(backup):
        sound = manifests.SOUND.fullmatch(member.name)
        if sound is None or (is_believed and sound[2] not in (named or ())):
            continue
        make_private(staging / "sound" / sound[1])
        sha256 = manifest.altered.get(sound[2], sound[2])
        _extract(backup, member, staging / member.name, sha256)


def _extract(backup: BinaryIO, member: Member, path: Path, sha256: str) -> None:
    with path.open("xb") as file:
        copied = sha256_of(_written(file, pieces(backup, member)))
    if copied != sha256:
        raise TarBroken("it was changed while it was read")
    if member.mtime_s:  # by it, what waits has its turn
        os.utime(path, (member.mtime_s, member.mtime_s))


def _written(file: BinaryIO, parts: Iterator[bytes]) -> Iterator[bytes]:
    for part in parts:
        file.write(part)
        yield part


@contextlib.contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Nothing of Afterthought runs here meanwhile. Raises ArchiveBusy where something does."""
    make_private(home.path)
    make_private(make_folder(home.spool))
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(only_worker(home))
            lock = make_way(home.spool / "capture.lock").open("a+b")
            fcntl.flock(stack.enter_context(lock), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (ArchiveBusy, BlockingIOError) as error:
            raise _runs(home) from error
        if socket_client.answers(home.page_socket) or is_service_running(home.path):
            raise _runs(home)
        yield


def _runs(home: Home) -> ArchiveBusy:
    return ArchiveBusy(f"Afterthought runs on {home.path}.", advice=_STOP)


def _must_be_meant(home: Home, manifest: Manifest, *, yes: bool) -> None:
    if yes or not _is_used(home):
        return
    made = f"of {manifest.made[:10]} " if manifest.made else ""
    raise WrongUsage(
        f"The archive in {home.path} would be set aside, and the backup {made}"
        f"({counted(manifest.moments, 'moment', 'moments')}) put in its place.",
        advice="Say it again with --yes.",
    )


def _is_used(home: Home) -> bool:
    """Whether anything of a wearer's is there."""
    there = (archive_path(home.path), tombstones_path(home.path), home.sound, home.settings)
    return any(map(os.path.lexists, there)) or bool(lying(home.spool))


def _must_have_room(home: Home, found: LookedThrough) -> None:
    manifest = found.manifest
    needed = manifest.sound_bytes + sum(each.size for each in found.members) + _SPARE_BYTES
    disk = os.statvfs(nearest_folder(home.path))
    free = disk.f_bavail * disk.f_frsize
    if free < needed:
        raise RestoreRefused(
            f"It takes {size_in_words(needed)}, and the disk of {home.path} has "
            f"{size_in_words(free)} free.",
            advice="Free some space there. Nothing was changed.",
        )


@contextlib.contextmanager
def _understood(home: Home) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.EEXIST}:  # a fault of ours
            raise
        raise RestoreRefused(
            f"The backup could not be put into {home.path} ({error.strerror}).",
            advice="Free some space there, and check that both disks are well. Then try again.",
        ) from error
