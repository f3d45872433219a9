"""Making a backup: one file, of one instant, read back before it counts."""

import contextlib
import fcntl
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core.clock import SystemClock, as_datetime
from core.errors import ArchiveBusy, NotFound, UserError
from core.files import SMALL_BYTES, read_small, sync_folder, why_no_file
from core.paths import Home
from core.text.sizes import size_in_words
from pipeline.exchange import manifest as manifests
from pipeline.exchange.comparing import why_it_is_better, why_it_knows_more
from pipeline.exchange.looking_through import (
    BackupUnusable,
    look_through,
    manifest_of,
    opened,
)
from pipeline.exchange.manifest import Manifest
from pipeline.exchange.packing import Packing
from pipeline.store.sound_files import sound_files, sound_path
from pipeline.store.sqlite.copies import snapshot
from pipeline.store.sqlite.copies.snapshot import Snapshot
from pipeline.store.sqlite.reader import SqliteReader, open_archive_to_read
from pipeline.store.tombstones import read_tombstones, tombstone_lines

ATTEMPTS = 5
"""A forget that comes meanwhile has it begin anew, so that nothing forgotten is in the file."""

_SPARE_BYTES = 4 * SMALL_BYTES
_OVERHEAD_BYTES = 1024
"""Of each file in the tar, at most."""

Progress = Callable[[int, int], None]


class BackupRefused(UserError):
    """There is no place for it, or a better one is there."""

    code = "backup_refused"


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was written, read back and found whole."""

    file: Path
    bytes: int
    manifest: Manifest


class _Forgotten(Exception):
    """Something was forgotten meanwhile."""


async def back_up(home: Home, file: Path, progress: Progress, *, replace: bool = False) -> Made:
    """A backup of this home in that file; nothing has to stop for it.

    A better one, one of another archive, or anything else that is there stays, unless it is to be
    replaced. Raises UserError, and then everything is as it was.
    """
    _must_have_a_place(home, file)
    copy = file.with_name(f"{file.name}.db.part")
    with _understood(home, file), _only_one(file) as to:
        try:
            return await _Backup(home, file, to, copy, progress).made(replace=replace)
        finally:
            for each in (Path(to.name), copy, copy.with_name(f"{copy.name}-journal")):
                each.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class _Backup:
    """One that is being made: for `file`, in `to`; the copy of the database lies beside it."""

    home: Home
    file: Path
    to: BinaryIO
    copy: Path
    progress: Progress

    async def made(self, *, replace: bool) -> Made:
        """Write it, read it back, and give it its name."""
        old = None if replace else self._old()
        for _ in range(ATTEMPTS):
            with contextlib.suppress(_Forgotten):
                forgotten = read_tombstones(self.home.path)
                manifest = await self._written(old)
                self._must_still_be(forgotten)
                self._must_read_as_written(manifest)
                self._must_still_be(forgotten)
                return self._named(manifest)
        raise BackupRefused(
            "No backup was made, for each time something was forgotten before it was finished.",
            advice="Try again.",
        )

    async def _written(self, old: Manifest | None) -> Manifest:
        """The whole tar.

        In this order, so that what goes from one part into the next meanwhile is in both.
        """
        async with open_archive_to_read(self.home.path) as reader:
            with _understood(self.home, self.file):
                await _must_have_something(reader, self.home)
                if old is not None:
                    origins = (await snapshot.described(reader)).lines
                    held = await snapshot.held(reader, old.lines)
                    self._refuse(why_it_knows_more(old, origins, held))
                doubt = await reader.doubt()
                packing = await self._packed(reader, all_sounds=doubt is not None)
                found = await _add_database(reader, packing, self.copy)
        packing.add_bytes(manifests.TOMBSTONES, [_lines(tombstone_lines(self.home.path))])
        with contextlib.suppress(FileNotFoundError):
            packing.add_bytes(manifests.SETTINGS, [read_small(self.home.settings)])
        packing.problems += (await snapshot.check_copy(self.copy)).problems
        packing.problems += [f"The sound {each}.mp4 is missing." for each in packing.missing]
        manifest = _manifest(packing, found, None if doubt is None else doubt.sentence)
        if old is not None:
            self._refuse(why_it_is_better(manifest, old))
        packing.tar.add(manifests.NAME, [manifests.written(manifest)])
        packing.tar.end()
        return manifest

    async def _packed(self, reader: SqliteReader, *, all_sounds: bool) -> Packing:
        """The sounds that some moment names, or all that are there; and what waits."""
        sounds = await snapshot.named_sounds(reader)
        if all_sounds or sounds is None:
            sounds = frozenset({*sound_files(self.home.path), *(sounds or ())})
        needed = await self._must_have_room(reader, sounds)
        self.to.seek(0)
        self.to.truncate()
        packing = Packing(self.home, self.to, _Sum(self.progress, 2 * needed).add)
        packing.add_sounds(sounds)
        packing.add_spool()
        return packing

    async def _must_have_room(self, reader: SqliteReader, sounds: Iterable[str]) -> int:
        """How many bytes it is going to have, at most."""
        sizes = [_size(sound_path(self.home.path, each)) for each in sounds]
        sizes += [_size(path) for path in self.home.spool.rglob("*") if path.is_file()]
        database = await snapshot.size_of(reader)
        needed = database + sum(sizes) + len(sizes) * _OVERHEAD_BYTES + _SPARE_BYTES
        disk = os.statvfs(self.file.parent)
        free = disk.f_bavail * disk.f_frsize
        if free < needed + database:
            raise BackupRefused(
                f"It takes {size_in_words(needed + database)}, and {self.file.parent} has "
                f"{size_in_words(free)} free.",
                advice="Free some space there, or choose another disk. Nothing was written.",
            )
        return needed

    def _old(self) -> Manifest | None:
        """What the file that is there says of itself; None where none is."""
        if not self.file.exists():
            return None
        try:
            with opened(self.file) as backup:
                return manifest_of(backup)
        except BackupUnusable as error:
            raise _is_there(self.file, "is no backup, or none that is whole") from error

    def _refuse(self, why: str | None) -> None:
        if why is not None:
            raise _is_there(self.file, why)

    def _must_read_as_written(self, manifest: Manifest) -> None:
        """Read all of it back: from the disk, where the system does as it is told."""
        os.posix_fadvise(self.to.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        try:
            with opened(Path(self.to.name)) as backup:
                found = look_through(backup, lambda done, of: self.progress(of + done, 2 * of))
        except BackupUnusable as error:
            raise _reads_otherwise(self.file) from error
        if manifests.written(found.manifest) != manifests.written(manifest):
            raise _reads_otherwise(self.file)

    def _must_still_be(self, forgotten: list[str]) -> None:
        if read_tombstones(self.home.path) != forgotten:
            raise _Forgotten

    def _named(self, manifest: Manifest) -> Made:
        size = os.fstat(self.to.fileno()).st_size
        Path(self.to.name).replace(self.file)
        sync_folder(self.file.parent)
        return Made(self.file, size, manifest)


async def _add_database(reader: SqliteReader, packing: Packing, copy: Path) -> Snapshot:
    """A copy of it, and the sounds that it names and that came meanwhile."""
    while True:
        copy.unlink(missing_ok=True)
        await snapshot.copy_database(reader, copy)
        async with snapshot.reading(copy) as copied:
            found = await snapshot.described(copied)
        packing.missing.clear()
        packing.add_sounds(found.sounds or ())
        packing.elsewhere = packing.missing & (found.to_come | found.away.keys())
        packing.missing -= packing.elsewhere
        now = await snapshot.named_sounds(reader)
        if now is None or packing.missing <= now:  # else one was taken out since the copy
            break
    packing.add(manifests.ARCHIVE, copy)
    return found


def _manifest(packing: Packing, found: Snapshot, doubt: str | None) -> Manifest:
    now_ms = SystemClock().now_ms()
    return Manifest(
        id=secrets.token_hex(16),
        made="" if now_ms is None else as_datetime(now_ms, 0).isoformat(timespec="seconds"),
        archive_version=found.archive_version,
        lines=found.lines,
        moments=found.moments,
        events=found.events,
        sounds=len(packing.sounds),
        sound_bytes=packing.sound_bytes,
        files=packing.files,
        missing=tuple(sorted(packing.missing)),
        altered=packing.altered,
        problems=tuple(packing.problems),
        doubt=doubt,
        away={each: found.away[each] for each in packing.elsewhere & found.away.keys()},
        to_come=tuple(sorted(packing.elsewhere - found.away.keys())),
    )


def _reads_otherwise(file: Path) -> BackupRefused:
    sentence = f"What was written for {file} reads otherwise than it was written."
    return BackupRefused(sentence, advice="Use another disk. What was there is as it was.")


def _is_there(file: Path, why: str) -> BackupRefused:
    return BackupRefused(
        f"{file} is there already, and {why}.",
        advice="It was left as it is. Choose another name, or add --replace.",
    )


def _must_have_a_place(home: Home, file: Path) -> None:
    folder = file.parent
    if not folder.is_dir():
        raise BackupRefused(f"There is no folder {folder}.", advice="Make it, or check its name.")
    what = why_no_file(file)
    if what is not None:
        raise BackupRefused(f"No backup can be {file}: {what}.", advice="Name a file.")
    if folder.resolve().is_relative_to(home.path):
        raise BackupRefused(
            f"{folder} is in the archive's own folder.",
            advice="Choose a place that is not lost with it, on another disk.",
        )


async def _must_have_something(reader: SqliteReader, home: Home) -> None:
    if await reader.is_stand_in():
        raise NotFound(
            f"There is no archive in {home.path} yet.",
            advice="Keep something first; what waits is taken in by `afterthought process --once`.",
        )


@contextlib.contextmanager
def _only_one(file: Path) -> Iterator[BinaryIO]:
    """The file that it is written into until it has its name. Raises ArchiveBusy, OSError."""
    part = file.with_name(f"{file.name}.part")
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with open(part, "r+b", opener=lambda name, _: os.open(name, flags, 0o600)) as to:
        try:
            fcntl.flock(to, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_ours = os.path.samestat(os.fstat(to.fileno()), part.stat())
        except (BlockingIOError, FileNotFoundError):
            is_ours = False
        if not is_ours:  # or it was, and has its name now
            sentence = f"Another backup is just being written to {file}."
            raise ArchiveBusy(sentence, advice="Wait for it, and try again.")
        yield to


@contextlib.contextmanager
def _understood(home: Home, file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.filename is not None and Path(error.filename).is_relative_to(home.path):
            raise BackupRefused(
                f"{error.filename} cannot be read ({error.strerror}).",
                advice="Check that its disk is well; `dmesg` may say more.",
            ) from error
        raise BackupRefused(
            f"{file} cannot be written ({error.strerror}).",
            advice="Free some space there, or choose another disk. What was there is as it was.",
        ) from error


class _Sum:
    """Adds up bytes, and tells how many of how many they are."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def add(self, count: int) -> None:
        self._done += count
        self._progress(min(self._done, self._total), self._total)


def _lines(moments: list[str]) -> bytes:
    return "".join(f"{each}\n" for each in moments).encode("ascii", "replace")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
