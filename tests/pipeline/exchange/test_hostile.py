"""A file that is no backup, a damaged one, or one that somebody made to do harm."""

import hashlib
import io
import json
import random
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import ArchiveUnusable
from pipeline.exchange.backup import Made
from pipeline.store.sqlite.migrations import MIGRATIONS
from tests.pipeline.exchange.homes import contents, put_back, refused


async def test_a_flipped_or_missing_byte_anywhere_is_found_before_anything_is_touched(
    made: Made, home: Path, file: Path
) -> None:
    whole, chance = file.read_bytes(), random.Random(5)
    ends = len(whole) - 1024
    for _ in range(60):
        at = chance.randrange(ends)
        changed = bytearray(whole)
        changed[at] ^= 1 << chance.randrange(8)
        if _is_of_no_meaning(whole, at):
            continue
        file.write_bytes(changed)
        await refused(home, file)
    for _ in range(20):
        file.write_bytes(whole[: chance.randrange(len(whole) - 512)])
        await refused(home, file)


def _is_of_no_meaning(whole: bytes, at: int) -> bool:
    """Whether this byte fills up a block, or lies in the manifest: that is read by its sense."""
    with tarfile.open(fileobj=io.BytesIO(whole)) as tar:
        for member in tar.getmembers():
            begins, ends = member.offset_data, member.offset_data + member.size
            if member.name == "manifest.json" and at >= begins:
                return True
            if ends <= at < ends + -member.size % 512:
                return True
    return False


def _altered(file: Path, change: Callable[[tarfile.TarFile], object]) -> None:
    with tarfile.open(file) as tar:
        files = [(each, tar.extractfile(each)) for each in tar.getmembers()]
        kept = [(each, found.read()) for each, found in files if found]
    with tarfile.open(file, "w", format=tarfile.GNU_FORMAT) as tar:
        change(tar)
        for each, content in kept:
            tar.addfile(each, io.BytesIO(content))


def _entry(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


@pytest.mark.parametrize(
    "entry",
    [
        _entry("../outside"),
        _entry("/etc/outside"),
        _entry("sound/../../outside"),
        _entry("spool/.."),
        _entry("sync/identity.json"),
        _entry("archive.db-wal"),
        _entry("archive.db"),
        _entry("spool/added.0.texts"),
        _entry("sound", tarfile.DIRTYPE),
        _entry("sound", tarfile.SYMTYPE, "/etc"),
        _entry("tombstones", tarfile.LNKTYPE, "archive.db"),
        _entry("spool/pipe.0.clip", tarfile.FIFOTYPE),
        _entry("spool/device.0.clip", tarfile.CHRTYPE),
    ],
    ids=lambda entry: f"{entry.name} {entry.type!r}",
)
async def test_what_belongs_into_no_backup_is_refused(
    made: Made, home: Path, file: Path, entry: tarfile.TarInfo
) -> None:
    _altered(file, lambda tar: tar.addfile(entry))

    await refused(home, file)

    assert not (home.parent / "outside").exists()


async def test_what_is_no_backup_is_refused_in_a_sentence(home: Path, file: Path) -> None:
    assert "is not there" in await refused(home, file)
    for content in (b"", b"no backup", bytes(10_240)):
        file.write_bytes(content)
        assert "cannot be used as a backup" in await refused(home, file)
    file.unlink()
    file.mkdir()
    assert "folder" in await refused(home, file)


async def test_one_of_a_newer_version_is_told_as_that(made: Made, home: Path, file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b'"afterthought_backup": 1', b'"afterthought_backup": 2'))
    assert "Update Afterthought" in await refused(home, file)

    with sqlite3.connect(home / "archive.db") as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    before = contents(home)
    file.write_bytes(_with_database(whole, (home / "archive.db").read_bytes()))
    with pytest.raises(ArchiveUnusable, match="version"):
        await put_back(home, file, yes=True)
    assert contents(home) == before


def _with_database(whole: bytes, database: bytes) -> bytes:
    """The same backup with another database, whose hash it tells."""
    out = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(whole)) as tar,
        tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as other,
    ):
        for each in tar.getmembers():
            found = tar.extractfile(each)
            content = found.read() if found else b""
            if each.name == "archive.db":
                content = database
            if each.name == "manifest.json":
                told: dict[str, Any] = json.loads(content)
                sha256 = hashlib.sha256(database).hexdigest()
                told["files"]["archive.db"] = [len(database), sha256]
                content = json.dumps(told).encode()
            each.size = len(content)
            other.addfile(each, io.BytesIO(content))
    return out.getvalue()
