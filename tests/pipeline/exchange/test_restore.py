"""A backup put back: looked through first, whole or not at all, and nothing forgotten returns."""

import fcntl
import socket
from pathlib import Path

import pytest

from core.errors import ArchiveBusy, UserError, WrongUsage
from core.paths import Home
from pipeline.exchange import restore as restoring_module
from pipeline.exchange.backup import Made, back_up
from pipeline.store import restoring
from pipeline.store.sound_files import sound_files, sound_path
from pipeline.worker.only_worker import only_worker
from tests.journeys.disks import disk_of
from tests.journeys.flips.filled_home import Filled
from tests.pipeline.exchange.homes import (
    contents,
    events,
    forgotten,
    letters,
    names,
    note,
    problems,
    put_back,
    refused,
    rows,
    unwatched,
)


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return tmp_path / "new"


async def test_into_an_empty_home_it_gives_the_same_archive_and_a_line_of_its_own(
    made: Made, home: Path, file: Path, new: Path
) -> None:
    done = await put_back(new, file)

    assert await rows(new) == await rows(home)
    assert await problems(new) == []
    assert sound_files(new) == sound_files(home)
    before, after = await events(home), await events(new)
    assert after[1:] == before
    assert (after[0].kind, after[0].payload["reason"]) == ("origin_began", "restored")
    assert after[0].payload["parent"] == {"origin": before[0].origin, "seq": before[0].seq}
    assert (done.aside, done.forgotten, done.problems) == (None, 0, ())
    assert new.stat().st_mode & 0o777 == 0o700
    assert not (new / "restoring").exists()


async def test_over_an_archive_it_asks_first_and_sets_aside_what_was_there_whole(
    made: Made, home: Path, file: Path
) -> None:
    expected = await rows(home)
    await note(home, "what came after the backup")
    (home / "settings.toml").write_text("[models]\nthreads = 1\n")
    before = contents(home)
    with pytest.raises(WrongUsage, match="would be set aside"):
        await put_back(home, file)
    assert contents(home) == before

    done = await put_back(home, file, yes=True)

    assert await rows(home) == expected
    assert await problems(home) == []
    assert done.aside is not None
    assert (home / "settings.toml").exists()
    aside = contents(done.aside)
    stays = {"settings.toml"}
    assert aside == {name: before[name] for name in before if name not in stays}


async def test_what_waits_here_is_taken_in_and_what_waited_then_comes_beside_it(
    filled: Filled, home: Path, file: Path, new: Path
) -> None:
    letters(home)
    (home / "settings.toml").write_text("[models]\nthreads = 1\n")
    await back_up(Home(home), file, unwatched)
    spool = new / "spool"
    spool.mkdir(parents=True)
    (spool / "eeeeeeeeeeeeeeee.0.texts").write_text("what waits here")
    (spool / "cccccccccccccccc.0.texts").write_text("the same one, and it is here already")

    await put_back(new, file, yes=True)

    assert names(spool) == [
        "00000000000000aa-0.0.clip",
        "aside/dddddddddddddddd.0.texts",
        "aside/dddddddddddddddd.0.texts.why",
        "capture.lock",
        "cccccccccccccccc.0.texts",
        "eeeeeeeeeeeeeeee.0.texts",
    ]
    clip = spool / "00000000000000aa-0.0.clip"
    assert clip.read_bytes() == (home / "spool" / clip.name).read_bytes()
    assert int(clip.stat().st_mtime) == int((home / "spool" / clip.name).stat().st_mtime)
    assert (spool / "cccccccccccccccc.0.texts").read_text().startswith("the same one")
    assert (new / "settings.toml").read_text() == "[models]\nthreads = 1\n"


async def test_what_was_forgotten_since_stays_forgotten_to_the_last_byte(
    filled: Filled, home: Path, file: Path
) -> None:
    moment = await note(home, "zanzibarmarker")
    spoken = next(row for row in await rows(home) if row.sound and row.text)
    sound = sound_path(home, str(spoken.sound)).read_bytes()
    await back_up(Home(home), file, unwatched)
    await forgotten(home, moment)
    await forgotten(home, spoken.id)

    done = await put_back(home, file, yes=True)

    assert done.forgotten == 2
    assert moment not in [row.id for row in await rows(home)]
    assert await problems(home) == []
    for name, content in contents(home).items():
        assert b"zanzibarmarker" not in content, name
        assert sound not in content, name


async def test_what_was_forgotten_before_the_backup_is_so_in_a_new_home_and_what_waits_too(
    filled: Filled, home: Path, file: Path, new: Path
) -> None:
    await back_up(Home(home), file, unwatched)
    letters(new)
    waiting = "00000000000000aa-0"
    (new / "tombstones").write_text(f"{waiting}\n")

    await put_back(new, file, yes=True)

    told = (new / "tombstones").read_text().split()
    assert {waiting, *filled.forgotten} <= set(told)


async def test_sound_that_the_backup_lacks_is_named_and_the_rest_is_there(
    filled: Filled, home: Path, file: Path, new: Path
) -> None:
    gone, altered = sound_files(home)[:2]
    sound_path(home, gone).unlink()
    sound_path(home, altered).write_bytes(b"otherwise")
    await back_up(Home(home), file, unwatched)

    done = await put_back(new, file)

    assert [gone in each or altered in each for each in done.problems] == [True, True]
    assert sound_path(new, altered).read_bytes() == b"otherwise"
    assert await rows(new) == await rows(home)


async def test_while_anything_of_ours_runs_it_is_refused(
    made: Made, home: Path, file: Path
) -> None:
    with only_worker(Home(home)):
        assert "runs" in await refused(home, file, ArchiveBusy)
    (home / "spool").mkdir(exist_ok=True)
    with (home / "spool" / "capture.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "runs" in await refused(home, file, ArchiveBusy)
    with socket.socket(socket.AF_UNIX) as page:
        page.bind(str(Home(home).page_socket))
        page.listen()
        assert "Stop it first" in await refused(home, file, ArchiveBusy)
    Home(home).page_socket.unlink()


async def test_meanwhile_nobody_writes_here_and_what_was_not_made_ready_is_erased(
    made: Made, home: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []

    async def asking(*_: object) -> tuple[int, tuple[str, ...]]:
        with pytest.raises(ArchiveBusy) as busy:
            await note(home, "meanwhile")
        told.append(str(busy.value))
        assert await rows(home)
        raise RuntimeError

    monkeypatch.setattr(restoring_module, "_make_ready", asking)
    with pytest.raises(RuntimeError):
        await put_back(home, file, yes=True)

    assert "being restored" in told[0]
    assert not (home / "restoring").exists()


async def test_a_disk_without_room_is_told_before_anything_is_written(
    made: Made, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with disk_of(1, tmp_path / "small") as disk:
        assert "free" in await refused(disk, file, restoring_module.RestoreRefused)

        monkeypatch.setattr(restoring_module, "_must_have_room", lambda *_: None)
        (disk / "something").write_bytes(bytes(800_000))
        await refused(disk, file, UserError)
        assert not (disk / "archive.db").exists()


async def test_what_a_killed_one_left_is_erased_by_the_next_who_opens_the_archive(
    made: Made, home: Path, file: Path
) -> None:
    expected = await rows(home)
    (home / "restoring" / "sound").mkdir(parents=True)
    (home / "restoring" / "archive.db").write_bytes(b"half")

    assert await rows(home) == expected  # a reader leaves it alone
    await note(home, "one more")

    assert not (home / "restoring").exists()


async def test_from_the_moment_at_which_it_counts_any_kill_leaves_the_new_one(
    made: Made, home: Path, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before each of its renames; the next who opens it, to read even, finishes it."""
    expected = await rows(home)
    letters(home)
    await note(home, "what came after the backup")
    steps = 0
    for killed_at in range(1, 100):
        steps = await _killed(home, file, killed_at, monkeypatch)
        monkeypatch.undo()
        assert await rows(home) == expected, killed_at
        assert await problems(home) == []
        assert not (home / "restoring").exists()
        if steps < killed_at:
            break
        await note(home, "what came after the backup")
    assert steps >= 8


class _Killed(BaseException):
    pass


async def _killed(home: Path, file: Path, at: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many renames there were until it was killed, or to its end."""
    rename, done = Path.rename, 0

    def renaming(self: Path, target: Path) -> Path:
        nonlocal done
        if not (home / "restoring" / "ready.json").exists():
            return rename(self, target)
        done += 1
        if done == at:
            raise _Killed
        return rename(self, target)

    monkeypatch.setenv("AFTERTHOUGHT_HOME", str(home))
    monkeypatch.setattr(Path, "rename", renaming)
    try:
        await put_back(home, file, yes=True)
    except _Killed:
        return at
    return done


async def test_the_same_command_again_finishes_it(
    made: Made, home: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _killed(home, file, 2, monkeypatch)
    monkeypatch.undo()

    done = await put_back(home, file)

    assert done.aside is not None
    assert len(restoring.aside_folders(home)) == 1
    assert await problems(home) == []
