"""A backup: all of the archive in one file, whole, whatever happens meanwhile."""

import json
import os
import tarfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from core.errors import ArchiveBusy, NotFound, UserError
from core.paths import Home
from pipeline.exchange import backup as making
from pipeline.exchange.backup import BackupRefused, Made, back_up
from pipeline.exchange.looking_through import look_through, opened
from pipeline.exchange.manifest import Manifest
from pipeline.exchange.packing import Packing
from pipeline.exchange.restore import restore
from pipeline.store.sound_files import aside_folder, sound_files, sound_path
from pipeline.store.sqlite.archive import open_archive
from tests.journeys.disks import disk_of
from tests.journeys.flips.filled_home import Filled
from tests.pipeline.exchange.homes import (
    contents,
    forgotten,
    letters,
    meanwhile,
    note,
    revise,
    rows,
    unwatched,
)


async def made_again(home: Path, file: Path, *, replace: bool = False) -> Made:
    return await back_up(Home(home), file, unwatched, replace=replace)


async def refused(home: Path, file: Path) -> str:
    """The sentence with which it is refused; what was there is as it was."""
    before = contents(file.parent)
    with pytest.raises(UserError) as error:
        await made_again(home, file)
    assert contents(file.parent) == before
    return str(error.value)


def members(file: Path) -> list[str]:
    with tarfile.open(file) as tar:
        return tar.getnames()


async def test_any_program_reads_it_and_finds_the_archive(
    made: Made, home: Path, file: Path, tmp_path: Path
) -> None:
    with tarfile.open(file) as tar:
        tar.extractall(tmp_path / "out", filter="data")

    assert await rows(tmp_path / "out") == await rows(home)
    for sha256 in sound_files(home):
        copied = sound_path(tmp_path / "out", sha256)
        assert copied.read_bytes() == sound_path(home, sha256).read_bytes()
    assert made.manifest.sounds == len(sound_files(home))
    assert not made.manifest.problems
    assert not made.manifest.missing
    assert file.stat().st_mode & 0o777 == 0o600
    assert not list(file.parent.glob("*.part*"))


async def test_it_has_what_waits_and_what_was_set_aside_and_nothing_that_is_not_meant_to_stay(
    filled: Filled, home: Path, file: Path
) -> None:
    letters(home)
    (home / "settings.toml").write_text("[models]\nthreads = 1\n")
    (home / "sync").mkdir()
    (home / "sync" / "identity.json").write_text("a key")
    (home / "models").mkdir()
    (home / "models" / "weights.bin").write_text("weights")

    made = await made_again(home, file)

    others = [each for each in members(file) if not each.startswith("sound/")]
    assert others == [
        *[each for each in others if each.startswith("spool/")],
        "archive.db",
        "tombstones",
        "settings.toml",
        "manifest.json",
    ]
    waiting = sorted(each for each in others if each.startswith("spool/"))
    assert waiting == [
        "spool/00000000000000aa-0.0.clip",
        "spool/aside/dddddddddddddddd.0.texts",
        "spool/aside/dddddddddddddddd.0.texts.why",
        "spool/cccccccccccccccc.0.texts",
    ]
    assert made.manifest.waiting == 4


async def test_a_clip_that_is_still_being_written_is_in_it_as_far_as_it_is(
    filled: Filled, home: Path, file: Path
) -> None:
    spool = letters(home)
    (clip,) = spool.folder.glob("*.clip")
    clip.rename(clip.with_suffix(".open"))

    await made_again(home, file)

    assert "spool/00000000000000aa-0.0.open" in members(file)


async def test_what_is_kept_while_it_is_made_is_in_it_or_comes_later_and_it_is_whole(
    filled: Filled, home: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_spool = Packing.add_spool

    def keeping(self: Packing) -> None:
        add_spool(self)
        meanwhile(note(home, "said meanwhile"))

    monkeypatch.setattr(Packing, "add_spool", keeping)

    made = await made_again(home, file)

    assert made.manifest.moments == len(await rows(home))
    assert not made.manifest.problems


@pytest.mark.parametrize("before", ["the copy of the database", "its sounds"])
async def test_a_sound_that_a_revision_takes_away_meanwhile_is_no_damage(
    filled: Filled, home: Path, file: Path, monkeypatch: pytest.MonkeyPatch, before: str
) -> None:
    """Its moment is in it with the sound that it has by then."""
    (moment, *_) = [row.id for row in await rows(home) if row.sound and not row.revision]
    part = Packing.add_spool if before == "the copy of the database" else Packing.add_sounds
    times = 0

    def revising(self: Packing, *names: Iterable[str]) -> None:
        nonlocal times
        times += 1
        if times == 1:
            meanwhile(revise(home, moment))
        part(self, *names)

    monkeypatch.setattr(Packing, part.__name__, revising)

    made = await made_again(home, file)

    assert not made.manifest.problems
    (row,) = [row for row in await rows(home) if row.id == moment]
    assert f"sound/{str(row.sound)[:2]}/{row.sound}.mp4" in members(file)


async def test_nothing_that_is_forgotten_while_it_is_made_is_in_it(
    filled: Filled, home: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = await note(home, "zanzibarmarker")
    times = 0

    def forgetting(*arguments: object) -> object:
        nonlocal times
        times += 1
        if times == 1:
            meanwhile(forgotten(home, moment))
        return look_through(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(making, "look_through", forgetting)

    await made_again(home, file)

    assert times == 2
    assert b"zanzibarmarker" not in file.read_bytes()
    assert moment.encode() in file.read_bytes()


async def test_where_something_is_forgotten_all_the_time_it_gives_up(
    filled: Filled, home: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = iter(range(1000))
    monkeypatch.setattr(making, "read_tombstones", lambda _: [f"{next(count)}-0"])

    assert "forgotten" in await refused(home, file)


async def test_one_that_goes_on_takes_the_place_of_the_one_before(
    made: Made, home: Path, file: Path
) -> None:
    await note(home, "one more")

    again = await made_again(home, file)

    with opened(file) as backup:
        assert look_through(backup, unwatched).manifest == again.manifest
    assert again.manifest.moments == made.manifest.moments + 1


async def test_one_that_knows_more_or_is_of_another_archive_stays(
    made: Made, home: Path, file: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    await note(other, "somebody else's")
    assert "another archive" in await refused(other, file)

    await note(home, "one more")
    later = tmp_path / "later.tar"
    await made_again(home, later)
    with tarfile.open(file) as tar:
        tar.extract("archive.db", home, filter="data")
    for beside in ("archive.db-wal", "archive.db-shm", "journal.json"):
        (home / beside).unlink(missing_ok=True)
    assert "knows events" in await refused(home, later)

    await made_again(home, later, replace=True)
    with opened(later) as backup:
        assert look_through(backup, unwatched).manifest.moments == made.manifest.moments


async def test_a_whole_one_stays_where_sound_is_missing_now_and_a_new_one_says_so(
    made: Made, home: Path, file: Path, tmp_path: Path
) -> None:
    gone, altered = sound_files(home)[:2]
    sound_path(home, gone).unlink()
    sound_path(home, altered).write_bytes(b"otherwise")

    assert "missing or damaged" in await refused(home, file)

    damaged = (await made_again(home, tmp_path / "damaged.tar")).manifest
    assert damaged.missing == (gone,)
    assert list(damaged.altered) == [altered]
    assert len(damaged.problems) == 2
    await made_again(home, tmp_path / "damaged.tar")


async def test_sound_that_is_still_to_come_from_a_peer_is_not_missing(
    filled: Filled, home: Path, file: Path, tmp_path: Path
) -> None:
    sha256 = sound_files(home)[0]
    sound_path(home, sha256).unlink()
    async with open_archive(home) as archive:
        await archive.connection.execute(
            "INSERT INTO wanted_sound VALUES (?, 400, 0, 1)", (sha256,)
        )

    manifest = (await made_again(home, file)).manifest
    done = await restore(Home(tmp_path / "new"), file, unwatched, yes=False)

    assert (manifest.missing, manifest.problems, done.problems) == ((), (), ())
    async with open_archive(tmp_path / "new") as archive:
        query = "SELECT sha256 FROM wanted_sound"
        assert [row[0] for row in await archive.connection.execute_fetchall(query)] == [sha256]


async def test_sound_that_was_set_aside_and_is_named_is_in_it(
    filled: Filled, home: Path, file: Path
) -> None:
    sha256 = sound_files(home)[0]
    aside_folder(home).mkdir(exist_ok=True)
    sound_path(home, sha256).rename(aside_folder(home) / f"{sha256}.mp4")

    assert not (await made_again(home, file)).manifest.missing
    assert f"sound/{sha256[:2]}/{sha256}.mp4" in members(file)


async def test_a_damaged_database_is_copied_as_it_is_and_told(
    filled: Filled, home: Path, file: Path
) -> None:
    async with open_archive(home) as archive:
        await archive.connection.execute("UPDATE belonging SET content = x'00' WHERE seq = 4")

    damaged = (await made_again(home, file)).manifest

    assert damaged.problems
    assert damaged.moments == len(await rows(home))


async def test_an_archive_in_doubt_is_copied_with_all_of_its_sound(
    filled: Filled, home: Path, file: Path
) -> None:
    stray = "5" * 64
    path = sound_path(home, stray)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"of another journal")
    record = home / "journal.json"
    record.write_text(json.dumps({**json.loads(record.read_text()), "seq": 999, "hash": "00"}))

    doubted = (await made_again(home, file)).manifest

    assert doubted.doubt is not None
    assert f"sound/55/{stray}.mp4" in members(file)


@pytest.mark.parametrize("what", ["folder", "pipe", "link to nothing", "text", "in the home"])
async def test_what_else_has_the_name_stays(
    filled: Filled, home: Path, file: Path, what: str
) -> None:
    if what == "folder":
        file.mkdir()
    elif what == "pipe":
        os.mkfifo(file)
    elif what == "link to nothing":
        file.symlink_to(file.parent / "nothing")
    elif what == "text":
        file.write_text("my diary")
    told = home / "backup.tar" if what == "in the home" else file

    with pytest.raises(BackupRefused):
        await made_again(home, told)

    assert what != "text" or file.read_text() == "my diary"
    assert not list(file.parent.glob("*.part"))


async def test_without_a_folder_or_an_archive_there_is_none(
    home: Path, file: Path, tmp_path: Path
) -> None:
    with pytest.raises(NotFound, match="no archive"):
        await made_again(home, file)
    await note(home, "one")
    with pytest.raises(BackupRefused, match="no folder"):
        await made_again(home, tmp_path / "nowhere" / "backup.tar")


async def test_what_a_killed_one_left_is_in_nobodys_way_and_one_that_goes_on_is_not_disturbed(
    filled: Filled, home: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.with_name("backup.tar.part").write_bytes(b"half" * 9999)
    file.with_name("backup.tar.db.part").write_bytes(b"half" * 9999)
    add_spool = Packing.add_spool
    second: list[str] = []

    def beside(self: Packing) -> None:
        with pytest.raises(ArchiveBusy) as busy, making._only_one(file):
            pass
        second.append(str(busy.value))
        add_spool(self)

    monkeypatch.setattr(Packing, "add_spool", beside)

    await made_again(home, file)

    assert "Another backup" in second[0]
    assert [path.name for path in file.parent.iterdir() if path.is_file()] == ["backup.tar"]


async def test_a_disk_without_room_is_told_before_anything_is_written(
    filled: Filled, home: Path, tmp_path: Path
) -> None:
    with disk_of(1, tmp_path / "small") as disk:
        with pytest.raises(BackupRefused, match="free"):
            await made_again(home, disk / "backup.tar")
        assert list(disk.iterdir()) == []


async def test_a_disk_that_is_full_before_it_is_done_leaves_the_one_before(
    filled: Filled, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def enough(*_: object) -> int:
        return 1 << 30

    monkeypatch.setattr(making._Backup, "_must_have_room", enough)
    with disk_of(1, tmp_path / "small") as disk:
        (disk / "something").write_bytes(bytes(900_000))
        with pytest.raises(BackupRefused, match="No space left"):
            await made_again(home, disk / "backup.tar")
        assert [path.name for path in disk.iterdir()] == ["something"]


async def test_what_reads_otherwise_than_it_was_written_is_no_backup(
    made: Made, home: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_bytes()

    def flipped(self: making._Backup, manifest: Manifest) -> None:
        self.to.seek(700)
        self.to.write(b"\x01")
        self.to.flush()
        real(self, manifest)

    real = making._Backup._must_read_as_written
    monkeypatch.setattr(making._Backup, "_must_read_as_written", flipped)

    with pytest.raises(BackupRefused, match="reads otherwise"):
        await made_again(home, file)
    assert file.read_bytes() == before
