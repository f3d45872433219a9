"""Sound lies at its hash, and goes when nothing names it."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from core.clock import FakeClock
from pipeline.forget import finish_forgetting, forget
from pipeline.spool.spool import Spool
from pipeline.store.format import drafts
from pipeline.store.format.events import Draft
from pipeline.store.port import Forgotten
from pipeline.store.sound_files import (
    ASIDE_FOR_MS,
    MadeSound,
    erase_old_sounds_aside,
    erase_sound,
    set_sound_aside,
    sound_files,
    sound_path,
    sounds_aside,
)
from pipeline.store.sqlite.archive import SqliteArchive
from tests.pipeline.spool.odd_things import NO_FILES

KeepSound = Callable[[bytes], Awaitable[Path]]
Typed = Callable[[str], Awaitable[str]]


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


def put_a_sound(home: Path) -> str:
    """Put a sound there that nothing names; its hash."""
    sha256 = "ab" * 32
    path = sound_path(home, sha256)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"left behind")
    return sha256


async def test_sound_that_nothing_names_is_set_aside_and_erased_after_thirty_days(
    archive: SqliteArchive, home: Path
) -> None:
    sha256 = put_a_sound(home)
    spool = Spool(home / "spool")

    await finish_forgetting(archive, spool)
    assert sound_files(home) == []
    assert sounds_aside(home) == [sha256]
    assert (await archive.check()).aside == [sha256]

    now_ms = FakeClock().now_ms()
    assert now_ms is not None
    erase_old_sounds_aside(home, now_ms + ASIDE_FOR_MS - 1)
    assert sounds_aside(home) == [sha256]
    erase_old_sounds_aside(home, now_ms + ASIDE_FOR_MS)
    assert sounds_aside(home) == []


@pytest.mark.parametrize("set_aside_at_ms", [None, 2_000_000_000_000])
def test_the_days_begin_anew_where_the_clock_was_not_known_or_is_set_back(
    home: Path, set_aside_at_ms: int | None
) -> None:
    sha256 = put_a_sound(home)
    set_sound_aside(home, sha256, set_aside_at_ms)
    now_ms = 1_900_000_000_000

    erase_old_sounds_aside(home, None)
    erase_old_sounds_aside(home, now_ms)
    erase_old_sounds_aside(home, now_ms + ASIDE_FOR_MS - 1)
    assert sounds_aside(home) == [sha256]
    erase_old_sounds_aside(home, now_ms + ASIDE_FOR_MS)
    assert sounds_aside(home) == []


async def test_sound_that_is_named_again_comes_back(
    archive: SqliteArchive, keep_sound: KeepSound, home: Path
) -> None:
    path = await keep_sound(b"sound")
    set_sound_aside(home, path.stem, 5)

    await archive.erase_remains()

    assert path.read_bytes() == b"sound"
    assert sounds_aside(home) == []


async def test_sound_that_was_made_again_meanwhile_lies_there_once(
    archive: SqliteArchive, keep_sound: KeepSound, home: Path
) -> None:
    path = await keep_sound(b"sound")
    set_sound_aside(home, path.stem, 5)
    await keep_sound(b"sound")

    await archive.erase_remains()

    assert path.read_bytes() == b"sound"
    assert sounds_aside(home) == []


async def test_what_was_forgotten_is_erased_although_it_was_set_aside(
    archive: SqliteArchive, keep_sound: KeepSound, home: Path
) -> None:
    path = await keep_sound(b"sound")
    set_sound_aside(home, path.stem, 5)

    await forget(archive, Spool(home / "spool"), [(await archive.moments())[0].id])

    assert [each for each in (home / "sound").rglob("*") if each.is_file()] == []


async def test_the_sound_of_a_damaged_moment_is_erased_by_what_is_left_of_its_rows(
    archive: SqliteArchive, keep_sound: KeepSound, home: Path
) -> None:
    path = await keep_sound(b"sound")
    moment = (await archive.moments())[0].id
    await archive.connection.execute("UPDATE belonging SET content = CAST('no json' AS BLOB)")

    await forget(archive, Spool(home / "spool"), [moment])

    assert not path.exists()
    assert sounds_aside(home) == []


async def test_sound_whose_event_never_came_is_erased(archive: SqliteArchive, home: Path) -> None:
    part = home / "sound" / "a.part"
    part.parent.mkdir()
    part.write_bytes(b"sound")
    broken = Draft("moment_hidden", "00aa-0", "wearer", {"not": object()})
    with pytest.raises(TypeError):
        await archive.append(broken, sound=MadeSound(part, "ab" * 32))
    assert sound_files(home) == ["ab" * 32]

    await archive.erase_remains()

    assert [each for each in (home / "sound").rglob("*") if each.is_file()] == []


async def test_the_sound_of_a_moment_that_was_forgotten_meanwhile_is_not_taken_in(
    archive: SqliteArchive, typed: Typed, home: Path
) -> None:
    moment = await typed("the siren")
    await archive.begin_forgetting([moment])
    part = home / "sound" / "a.part"
    part.parent.mkdir()
    part.write_bytes(b"sound")

    with pytest.raises(Forgotten):
        await archive.append(
            drafts.moment_hidden(moment, author="wearer"), sound=MadeSound(part, "ab" * 32)
        )

    assert sound_files(home) == []


@pytest.mark.parametrize("name", ["song.mp4", "so/song.mp4", f"ab/{'cd' * 32}.mp4", "aside/a.mp4"])
async def test_what_is_not_named_as_our_sound_is_left_alone(
    archive: SqliteArchive, home: Path, name: str
) -> None:
    foreign = home / "sound" / name
    foreign.parent.mkdir(parents=True)
    foreign.write_bytes(b"a song")

    await archive.erase_remains()
    erase_old_sounds_aside(home, 4_000_000_000_000)

    assert foreign.read_bytes() == b"a song"


@pytest.mark.parametrize("kind", NO_FILES)
@pytest.mark.parametrize("folder", ["ab", "aside"])
async def test_what_is_named_as_our_sound_and_is_no_file_is_left_alone(
    archive: SqliteArchive, home: Path, folder: str, kind: str
) -> None:
    odd = home / "sound" / folder / f"{'ab' * 32}.mp4"
    odd.parent.mkdir(parents=True)
    NO_FILES[kind](odd)
    before = odd.lstat()

    await archive.erase_remains()
    erase_old_sounds_aside(home, 4_000_000_000_000)

    assert (odd.lstat().st_ino, odd.lstat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_sound_that_is_gone_already_is_erased_without_a_word(home: Path) -> None:
    erase_sound(home, "ab" * 32)

    assert sound_files(home) == []


def test_what_is_no_hash_names_no_file(home: Path) -> None:
    outside = home / "sound" / ".." / ".mp4"
    outside.parent.parent.mkdir(exist_ok=True)
    outside.write_bytes(b"outside")

    erase_sound(home, "../")

    assert outside.read_bytes() == b"outside"
