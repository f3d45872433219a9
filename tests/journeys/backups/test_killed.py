"""Real commands that are killed, disks that are full, and a worker that writes meanwhile."""

import asyncio
import json
import os
import random
import resource
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.command import COMMAND, afterthought, is_one_sentence
from tests.journeys.flips.filled_home import fill
from tests.journeys.kills.killing import Running

pytestmark = pytest.mark.long

TIMES = 8


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled") / "home"
    asyncio.run(fill(folder))
    return folder


@pytest.fixture
def kept(filled: Path, home: Path) -> Path:
    shutil.copytree(filled, home, dirs_exist_ok=True)
    return home


def listed(home: Path) -> list[Any]:
    ran = afterthought("list", "--hidden", "--ids", "--json", "--home", home)
    assert ran.status == 0, ran.err
    return list(ran.value)


def is_whole(home: Path) -> bool:
    ran = afterthought("check", "--json", "--home", home)
    return ran.status == 0 and bool(ran.value["ok"])


def test_a_backup_killed_at_any_time_leaves_the_one_before_or_the_new_one(
    kept: Path, tmp_path: Path
) -> None:
    file, chance = tmp_path / "backup.tar", random.Random(14)
    took_s = Running(kept, tmp_path, "backup", str(file)).end().took_s
    for number in range(TIMES):
        assert afterthought("note", f"one more, {number}").status == 0
        ended = Running(kept, tmp_path, "backup", str(file)).kill(chance.uniform(0.3, 1) * took_s)
        assert not list(ended.wrong(1))
        copy = tmp_path / f"copy-{number}"
        assert afterthought("restore-backup", file, "--home", copy).status == 0
        assert set(listed(copy)) <= set(listed(kept))

    again = afterthought("backup", file, "--json")

    assert again.status == 0, again.err
    assert again.value["moments"] == len(listed(kept))
    assert not list(tmp_path.glob("*.part*"))


def test_a_restore_killed_at_any_time_leaves_the_old_archive_or_the_new_one(
    kept: Path, tmp_path: Path
) -> None:
    file, chance = tmp_path / "backup.tar", random.Random(15)
    assert afterthought("backup", file).status == 0
    new = listed(kept)
    assert afterthought("note", "what came after the backup").status == 0
    old = listed(kept)
    first = tmp_path / "first"
    shutil.copytree(kept, first)
    took_s = Running(first, tmp_path, "restore-backup", str(file), "--yes").end().took_s
    assert listed(first) == new

    for number in range(TIMES):
        home = tmp_path / f"home-{number}"
        shutil.copytree(kept, home)
        running = Running(home, tmp_path, "restore-backup", str(file), "--yes")
        assert not list(running.kill(chance.uniform(0.3, 1.1) * took_s).wrong(1))

        assert is_whole(home)
        assert listed(home) in (old, new)
        assert not (home / "restoring").exists()
        again = afterthought("restore-backup", file, "--yes", "--home", home)
        assert again.status == 0, again.err
        assert listed(home) == new
        assert is_whole(home)


def test_backups_made_while_a_worker_takes_in_notes_are_whole_each(
    home: Path, tmp_path: Path
) -> None:
    lines = tmp_path / "lines.jsonl"
    lines.write_text(
        "".join(json.dumps({"text": f"Line {n}.", "ref": str(n)}) + "\n" for n in range(300))
    )
    assert afterthought("note", "the first").status == 0
    file, moments = tmp_path / "backup.tar", []
    with subprocess.Popen([*COMMAND, "import", str(lines)], stdout=subprocess.DEVNULL) as importing:
        while importing.poll() is None:
            made = afterthought("backup", file, "--json")
            assert made.status == 0, made.err
            moments.append(made.value["moments"])
    assert importing.returncode == 0
    copy = tmp_path / "copy"

    assert afterthought("restore-backup", file, "--home", copy).status == 0
    assert afterthought("process", "--once", "--home", copy).status == 0

    assert moments == sorted(moments)
    assert is_whole(copy)
    assert set(listed(copy)) <= set(listed(home))


@pytest.mark.parametrize("act", ["backup", "restore-backup"])
def test_a_file_system_that_takes_no_more_is_a_sentence_and_nothing_has_changed(
    kept: Path, tmp_path: Path, act: str
) -> None:
    file = tmp_path / "backup.tar"
    assert afterthought("backup", file).status == 0
    whole, before = file.read_bytes(), listed(kept)
    assert afterthought("note", "what came after").status == 0
    most = (kept / "archive.db").stat().st_size // 2

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    told = afterthought(act, file, *(["--yes"] if act != "backup" else []), preexec_fn=small_files)

    assert told.status == 1
    assert is_one_sentence(told.err), told.err
    assert file.read_bytes() == whole
    assert len(listed(kept)) == len(before) + 1
    assert is_whole(kept)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["backup.tar"]
    assert not os.path.lexists(kept / "restoring")
