"""Sound lies at its hash, and goes when nothing names it."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from pipeline.forget import finish_forgetting, forget
from pipeline.spool.spool import Spool
from pipeline.store.sound_files import remove_sound, sound_files
from pipeline.store.sqlite.archive import SqliteArchive

KeepSound = Callable[[bytes], Awaitable[Path]]


async def test_sound_goes_with_the_moment_that_is_forgotten(
    archive: SqliteArchive, keep_sound: KeepSound, home: Path
) -> None:
    path = await keep_sound(b"sound")
    moment = (await archive.moments())[0].id
    assert path.read_bytes() == b"sound"
    assert path.parent.stat().st_mode & 0o777 == 0o700

    await forget(archive, Spool(archive.home / "spool"), [moment])

    assert list((home / "sound").rglob("*.mp4")) == []


async def test_sound_that_two_moments_share_stays_for_the_other(
    archive: SqliteArchive, keep_sound: KeepSound
) -> None:
    path = await keep_sound(b"sound")
    await keep_sound(b"sound")
    moments = [row.id for row in await archive.moments()]

    await forget(archive, Spool(archive.home / "spool"), [moments[0]])
    assert path.exists()
    await forget(archive, Spool(archive.home / "spool"), [moments[1]])
    assert not path.exists()


async def test_what_a_kill_left_unnamed_is_swept(archive: SqliteArchive, home: Path) -> None:
    orphan = home / "sound" / "ab" / ("ab" * 32 + ".mp4")
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"left behind")

    await finish_forgetting(archive, Spool(archive.home / "spool"))

    assert not orphan.exists()


def test_sound_that_is_gone_already_is_removed_without_a_word(home: Path) -> None:
    remove_sound(home, "ab" * 32)

    assert sound_files(home) == []
