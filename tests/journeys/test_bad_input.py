"""Bad input, bad disks, bad company: a sentence with the next step, and nothing half done."""

import contextlib
import os
import resource
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from core.paths import Home
from tests.journeys.command import (
    COMMAND,
    PILL_BOX,
    Ran,
    afterthought,
    as_anybody,
    is_one_sentence,
)
from tests.journeys.disks import disk_of
from tests.journeys.silence import write_silence
from tests.waiting import PATIENCE_S, waited


def texts(home: Path) -> list[str]:
    return [row["text"] for row in afterthought("--home", home, "list", "--json").value]


def assert_refused(ran: Ran, *parts: str) -> None:
    assert ran.status == 1, ran
    assert ran.out == ""
    assert is_one_sentence(ran.err), ran.err
    for part in parts:
        assert part in ran.err


# Files


def test_an_empty_file_a_folder_and_a_missing_one_are_refused_and_the_rest_is_kept(
    tmp_path: Path,
) -> None:
    empty, folder, missing = tmp_path / "empty.wav", tmp_path / "folder", tmp_path / "missing.wav"
    empty.touch()
    folder.mkdir()

    ran = afterthought("keep", "--json", empty, folder, missing, PILL_BOX)

    assert ran.status == 1
    *refused, kept = ran.lines
    assert [set(each) for each in refused] == [{"file", "error", "code", "advice"}] * 3
    assert [each["file"] for each in refused] == [str(empty), str(folder), str(missing)]
    assert {each["code"] for each in refused} == {"sound_unreadable"}
    assert kept["text"]
    assert "Traceback" not in ran.err


def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "closed.wav"
    path.write_bytes(PILL_BOX.read_bytes())
    path.chmod(0)

    ran = afterthought("keep", "--json", path, preexec_fn=as_anybody)

    assert ran.status == 1
    assert "cannot be opened (Permission denied)" in ran.value["error"]
    assert "ls -l" in ran.value["advice"]


def test_a_name_of_odd_bytes_is_kept_and_told(tmp_path: Path) -> None:
    path = os.path.join(os.fsencode(tmp_path), b"\xff\xfe name\n.opus")  # noqa: PTH118 - bytes
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(PILL_BOX.read_bytes())

    ran = afterthought("keep", "--json", os.fsdecode(path))
    shown = afterthought("keep", os.fsdecode(path))

    assert (ran.status, shown.status) == (0, 0)
    assert os.fsencode(ran.value["file"]) == path
    (moment, _) = afterthought("list", "--json").value
    source = afterthought("show", moment["id"], "--json").value["source"]
    assert source == "\ufffd\ufffd name\n.opus"


def test_a_broken_line_is_named_and_the_others_are_kept(tmp_path: Path, home: Path) -> None:
    lines = tmp_path / "lines.jsonl"
    lines.write_bytes(b'{"text": "one"}\n{"text": \n\n[]\n{"text": "\xff"}\n{"text": "five"}\n')

    ran = afterthought("import", "--json", lines)

    assert ran.status == 1
    refused = [each for each in ran.lines if "error" in each]
    assert [each["line"] for each in refused] == [2, 4, 5]
    assert all(each["error"].startswith(f"Line {each['line']}: ") for each in refused)
    assert texts(home) == ["one", "five"]


@pytest.mark.parametrize("act", [["import", "missing.jsonl"], ["search", "--from", "missing.txt"]])
def test_a_missing_file_of_texts_is_a_sentence(act: list[str]) -> None:
    assert_refused(afterthought(*act), "missing")


# Disks


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 3 MB that a test may fill and turn read-only."""
    with disk_of(3, tmp_path / "disk") as folder:
        yield folder


@pytest.mark.parametrize(
    "free_kb", [200, *(pytest.param(kb, marks=pytest.mark.long) for kb in (0, 40, 90, 330))]
)
def test_on_a_full_disk_nothing_is_half_done_and_what_was_kept_is_intact(
    small_disk: Path, free_kb: int
) -> None:
    home = small_disk / "home"
    assert afterthought("--home", home, "note", "from before").status == 0
    fill(small_disk, free_kb)

    kept = afterthought("--home", home, "keep", PILL_BOX)
    noted = afterthought("--home", home, "note", "too late?")

    for ran in (kept, noted):
        if ran.status:
            assert_refused(ran, "space")
    (small_disk / "filler").unlink()
    assert "from before" in texts(home)
    assert afterthought("--home", home, "process", "--once").status == 0
    assert afterthought("--home", home, "check").status == 0
    assert list((home / "spool").iterdir()) == []
    assert not list(home.rglob("*.part"))
    assert len(texts(home)) >= 1 + (kept.status == 0) + (noted.status == 0)
    assert len(texts(home)) == len(set(texts(home)))


def fill(disk: Path, free_kb: int) -> None:
    with (disk / "filler").open("wb", buffering=0) as file:
        with contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
        file.truncate(max(0, file.tell() - free_kb * 1024))


def test_a_limit_on_file_size_is_as_a_full_disk(home: Path) -> None:
    afterthought("note", "from before")

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    assert_refused(afterthought("keep", PILL_BOX, preexec_fn=limited))
    assert texts(home) == ["from before"]
    assert afterthought("check").status == 0
    assert list((home / "spool").iterdir()) == []


READING = (["list"], ["list", "--hidden"], ["log"], ["search", "before"])
WRITING = (["note", "x"], ["keep", str(PILL_BOX)], ["undo"], ["forget", "--all", "--yes"])


@pytest.mark.long
def test_a_disk_mounted_read_only_can_be_read_and_refuses_to_be_written(small_disk: Path) -> None:
    home = small_disk / "home"
    moment = afterthought("--home", home, "--json", "note", "from before").value["id"]
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)

    assert_reads_and_does_not_write(home, moment)


@pytest.mark.long
def test_a_folder_without_permission_to_write_can_be_read(home: Path) -> None:
    moment = afterthought("--json", "note", "from before").value["id"]
    for path in (*home.rglob("*"), home):
        path.chmod(0o500 if path.is_dir() else 0o400)

    assert_reads_and_does_not_write(home, moment)


def assert_reads_and_does_not_write(home: Path, moment: str) -> None:
    for act in (*READING, ["show", moment]):
        ran = afterthought("--home", home, *act, preexec_fn=as_anybody)
        assert ran.status == 0, (act, ran.err)
        assert ran.out
    for act in (*WRITING, ["hide", moment], ["check"], ["process", "--once"]):
        ran = afterthought("--home", home, *act, preexec_fn=as_anybody)
        assert_refused(ran, "cannot be written", "read-only")


def test_an_archive_of_a_newer_version_is_left_as_it_is(home: Path) -> None:
    afterthought("note", "from before")
    with contextlib.closing(sqlite3.connect(home / "archive.db")) as connection:
        connection.execute("PRAGMA user_version = 999")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = (home / "archive.db").read_bytes()

    for act in (*READING, *WRITING, ["check"], ["process", "--once"]):
        assert_refused(afterthought(*act), "version 999", "Update Afterthought")

    assert (home / "archive.db").read_bytes() == before


def test_a_file_that_is_no_archive_is_a_sentence(home: Path) -> None:
    (home / "archive.db").write_bytes(b"not a database at all" * 999)

    for act in (*READING, *WRITING, ["check"], ["process", "--once"]):
        assert_refused(afterthought(*act), "archive.db is not an archive")


def test_a_home_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    for act in WRITING:
        assert_refused(afterthought("--home", tmp_path / "file", *act))


# Two at once


@contextlib.contextmanager
def service(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The worker as its unit starts it, once it answers."""
    with subprocess.Popen([*COMMAND, "process"], start_new_session=True) as process:
        waited(Home(home).worker_socket.exists)
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(PATIENCE_S)


def test_a_second_worker_leaves_and_names_the_first(home: Path) -> None:
    with service(home) as first:
        for act in (["process"], ["process", "--once"]):
            assert_refused(afterthought(*act), f"process {first.pid}", "Leave it to that one")
        assert first.poll() is None
    assert first.returncode == 0


def test_keep_note_and_import_hand_over_to_a_running_worker(home: Path, tmp_path: Path) -> None:
    (tmp_path / "lines.jsonl").write_text('{"text": "imported"}\n')
    with service(home) as worker:
        assert afterthought("keep", PILL_BOX).status == 0
        assert afterthought("note", "noted").status == 0
        assert afterthought("import", tmp_path / "lines.jsonl").status == 0

        assert len(psutil.Process(worker.pid).children()) == 1, "the models live with the worker"
    assert len(texts(home)) == 3


@pytest.mark.long
def test_a_keep_whose_worker_is_killed_does_the_work_itself(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    write_silence(path, minutes=10)
    with service(home) as worker:
        keeping = subprocess.Popen(
            [*COMMAND, "keep", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        waited(lambda: list(Home(home).spool.glob("*.clip")))
        waited(lambda: list(Home(home).sound.glob("*")))
        os.killpg(worker.pid, signal.SIGKILL)
        _, err = keeping.communicate(timeout=PATIENCE_S)

    assert keeping.returncode == 0, err
    assert len(texts(home)) == 1


def test_without_models_what_is_kept_waits_and_is_finished_once_they_are_there(
    home: Path, tmp_path: Path
) -> None:
    settings = home / "settings.toml"
    settings.write_text(f'[models]\ntranscriber_path = "{tmp_path}/nowhere"\n')

    assert_refused(afterthought("keep", PILL_BOX))
    assert len(list((home / "spool").glob("*.clip"))) == 1

    settings.unlink()
    assert afterthought("process", "--once").status == 0
    (text,) = texts(home)
    assert "siren" in text
    assert list((home / "spool").iterdir()) == []


# Usage


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "dance",
        "keep",
        "note",
        "import",
        "search",
        "search x --from y",
        "search x -n 0",
        "search x -n many",
        "search x --since blursday",
        "list --sinc 2026",
        "show",
        "hide",
        "forget",
        "forget --all",
        "forget --all --since yesterday --yes",
        "note x --at blursday",
        "keep x --at 2026-13-01",
        "log -n x",
        "log -n -1",
    ],
)
def test_wrong_usage_is_one_sentence_and_status_2(wrong: str) -> None:
    ran = afterthought(*wrong.split())

    assert (ran.status, ran.out) == (2, "")
    assert is_one_sentence(ran.err), ran.err


@pytest.mark.parametrize("act", ["show nothing", "hide nothing", "restore nothing", "undo 99"])
def test_what_is_not_there_is_a_sentence(act: str) -> None:
    assert_refused(afterthought(*act.split()))
