"""A journal that was lost, emptied, set back or exchanged: nothing is erased on its word.

Each test does with the files what people do with them, by real commands.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.command import PILL_BOX, Ran, afterthought, as_anybody, is_one_sentence

pytestmark = pytest.mark.long

PATCHED = """
import os, signal, sys
import afterthought
from pipeline.store.sqlite import archive

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

{patch}
sys.exit(afterthought.main())
"""
"""The real command with one function exchanged."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a recording and a note, and beside it how its database was before the note."""
    folder = tmp_path_factory.mktemp("kept")
    home = folder / "home"
    for act in (["keep", PILL_BOX], ["note", "the first note"]):
        assert afterthought("--home", home, *act).status == 0
        shutil.copy(home / "archive.db", folder / f"{act[0]}.db")
    return folder


@pytest.fixture
def archive(kept: Path, home: Path) -> Path:
    """The database of a copy of that home; the home of this test."""
    shutil.copytree(kept / "home", home, dirs_exist_ok=True)
    return home / "archive.db"


def sounds(home: Path) -> list[str]:
    """Every sound file, and where it lies in its folder."""
    return sorted(str(path.relative_to(home)) for path in home.rglob("*.mp4"))


def texts() -> list[str]:
    return [row["text"] for row in afterthought("--json", "list").value]


def refused(ran: Ran, *said: str) -> str:
    """The command that the refusal names as the next step."""
    assert ran.status == 1
    assert is_one_sentence(ran.err), ran.err
    assert all(each in ran.err for each in said), ran.err
    found = re.findall(r"`afterthought (.*?)`", ran.err)
    return str(found[-1]) if found else ""


@pytest.mark.parametrize("how", ["emptied", "moved away", "moved away, its record too"])
def test_a_note_beside_a_lost_journal_waits_and_no_sound_goes(
    archive: Path, kept: Path, how: str
) -> None:
    before = sounds(archive.parent)
    if how == "emptied":
        os.truncate(archive, 0)
    else:
        archive.rename(archive.with_name("away.db"))
    if "record" in how:
        archive.with_name("journal.json").unlink(missing_ok=True)

    for act in (["note", "the second note"], ["check"], ["process", "--once"], ["rebuild"]):
        refused(afterthought(*act), str(archive), "rebuild --as-it-is")
    assert sounds(archive.parent) == before
    assert not archive.exists() or archive.stat().st_size == 0
    listed = afterthought("list")
    assert (listed.status, "Nothing has been kept here yet" in listed.err) == (0, False)

    shutil.copy(kept / "note.db", archive)
    assert afterthought("process", "--once").status == 0
    assert sounds(archive.parent) == before
    assert {"the first note", "the second note"} < set(texts())
    assert afterthought("check").status == 0


def test_who_goes_on_without_the_lost_journal_keeps_the_sound_for_a_month(archive: Path) -> None:
    (before,) = sounds(archive.parent)
    archive.unlink()
    told = refused(afterthought("note", "the second note"))

    went_on = afterthought("--json", *shlex.split(told))
    assert (went_on.status, went_on.value["was_in_doubt"]) == (0, True)
    assert afterthought("process", "--once").status == 0

    assert texts() == ["the second note"]
    assert sounds(archive.parent) == [f"sound/aside/{Path(before).name}"]
    checked = afterthought("--json", "check")
    assert (checked.status, checked.value["aside"]) == (0, [Path(before).stem])
    assert "sound/aside" in checked.err
    looked = {each["name"]: each for each in afterthought("--json", "doctor").value}
    assert "sound/aside" in looked["sound"]["sentence"]

    again = afterthought("--json", "keep", archive.parent / sounds(archive.parent)[0])
    assert again.status == 0
    assert "pill" in again.value["text"].lower()


def test_the_right_journal_that_turns_up_later_has_its_sound_again(
    archive: Path, kept: Path
) -> None:
    before = sounds(archive.parent)
    archive.rename(archive.with_name("away.db"))
    afterthought("rebuild", "--as-it-is")
    assert afterthought("note", "meanwhile").status == 0
    assert sounds(archive.parent) != before

    archive.with_name("away.db").replace(archive)
    told = refused(afterthought("note", "the second note"), "another archive")
    assert afterthought(*shlex.split(told)).status == 0
    assert afterthought("process", "--once").status == 0

    assert sounds(archive.parent) == before
    assert {"the first note", "the second note"} < set(texts())
    assert afterthought("check").status == 0


def test_the_advice_beside_a_file_that_is_no_archive_is_right(archive: Path, kept: Path) -> None:
    before = sounds(archive.parent)
    archive.write_bytes(b"no archive at all" * 999)

    told = refused(afterthought("note", "the second note"), "not an archive", "put a backup in")
    archive.rename(archive.with_name("away"))
    shutil.copy(kept / "note.db", archive)
    assert afterthought("process", "--once").status == 0
    assert {"the first note", "the second note"} < set(texts())

    archive.rename(archive.with_name("away"))
    assert afterthought(*shlex.split(told)).status == 0
    assert afterthought("note", "the third note").status == 0
    assert texts() == ["the third note"]
    assert len(sounds(archive.parent)) == len(before)


def test_an_older_journal_is_not_gone_on_with_unasked(archive: Path, kept: Path) -> None:
    before = sounds(archive.parent)
    shutil.copy(kept / "keep.db", archive)

    told = refused(afterthought("note", "the second note"), "older", "rebuild --as-it-is")
    assert afterthought(*shlex.split(told)).status == 0
    assert afterthought("process", "--once").status == 0

    assert "the first note" not in texts()
    assert "the second note" in texts()
    assert sounds(archive.parent) == before
    assert afterthought("check").status == 0
    assert "after a backup was restored" in afterthought("log").out


def test_the_journal_of_another_home_is_not_gone_on_with_unasked(
    archive: Path, tmp_path: Path
) -> None:
    before = sounds(archive.parent)
    afterthought("--home", tmp_path / "other", "note", "somebody else's")
    shutil.copy(tmp_path / "other" / "archive.db", archive)

    refused(afterthought("note", "the second note"), "another archive")

    assert sounds(archive.parent) == before
    listed = afterthought("list")
    assert (listed.status, "another archive" in listed.err) == (0, True)
    assert "another archive" in afterthought("search", "siren").err


def test_files_of_others_in_the_folder_of_sound_are_left_alone(archive: Path) -> None:
    foreign = archive.parent / "sound" / "so" / "song.mp4"
    foreign.parent.mkdir(exist_ok=True)
    foreign.write_bytes(b"a song")

    afterthought("process", "--once")
    afterthought("forget", "--all", "--yes")

    assert foreign.read_bytes() == b"a song"


def test_a_kill_between_the_event_and_its_record_is_no_doubt(archive: Path) -> None:
    killed = patched("archive.write_record = die", "note", "the second note")
    assert killed.returncode == -signal.SIGKILL

    assert afterthought("process", "--once").status == 0

    assert "the second note" in texts()
    assert afterthought("check").status == 0


def test_in_a_home_that_cannot_be_written_reading_goes_on_and_tells_of_the_doubt(
    archive: Path, kept: Path
) -> None:
    shutil.copy(kept / "keep.db", archive)
    files = sorted(archive.parent.rglob("*"))
    before = {path: path.read_bytes() for path in files if path.is_file()}
    for path in (*files, archive.parent):
        path.chmod(0o555 if path.is_dir() else 0o444)
    archive.parent.parent.chmod(0o755)

    listed = afterthought("list", preexec_fn=as_anybody)
    noted = afterthought("note", "the second note", preexec_fn=as_anybody)

    assert listed.status == 0
    assert "older" in listed.err
    refused(noted, "cannot be written")
    assert {path: path.read_bytes() for path in before} == before


def test_nothing_is_forgotten_by_a_journal_in_doubt_and_all_of_it_afterwards(
    archive: Path, kept: Path
) -> None:
    before = sounds(archive.parent)
    moment = afterthought("--json", "list").value[0]["id"]
    shutil.copy(kept / "keep.db", archive)

    told = refused(afterthought("forget", moment, "--yes"), "older")
    assert sounds(archive.parent) == before
    assert not (archive.parent / "tombstones").exists()

    assert afterthought(*shlex.split(told)).status == 0
    assert afterthought("forget", moment, "--yes").status == 0
    assert sounds(archive.parent) == []


def test_a_copy_of_the_home_on_another_machine_is_no_doubt(archive: Path) -> None:
    noted = patched("archive.machine_name = lambda: b'another'", "note", "the second note")

    assert noted.returncode == 0
    assert "the second note" in texts()
    assert "because this is another machine" in afterthought("log").out
    record = json.loads(archive.with_name("journal.json").read_bytes())
    origins = {row["event"].partition(":")[0] for row in afterthought("--json", "log").value}
    assert len(origins) == 2
    assert record["origin"] in origins


def patched(patch: str, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [sys.executable, "-c", PATCHED.format(patch=patch), *arguments],
        capture_output=True,
        check=False,
    )


def test_a_backup_of_the_whole_folder_is_believed(archive: Path, kept: Path) -> None:
    assert afterthought("note", "what came after the backup").status == 0
    shutil.rmtree(archive.parent)
    shutil.copytree(kept / "home", archive.parent)

    assert afterthought("note", "the second note").status == 0

    assert {"the first note", "the second note"} < set(texts())
    assert afterthought("check").status == 0
