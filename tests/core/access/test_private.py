"""That what is made belongs to this user alone, by whichever door a process comes in."""

import ast
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from core.access.private import close_home, make_private, swappable_part
from core.paths import Home
from deploy.checks import checks
from tests.imports import TREE, sources

FOR_EVERYBODY = {
    "deploy/build_models.py",  # the machine's models, which every user of it reads
    "deploy/lock.py",
    "dashboard/demo/make_recordings.py",
    "deploy/demo_words.py",
}
"""Programs that make a part of the product, not of a home."""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def start(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command, from a shell that lets everybody read what is made."""
    return subprocess.run(
        [sys.executable, "-m", "afterthought", *arguments],
        cwd=TREE,
        capture_output=True,
        text=True,
        check=False,
        umask=0o022,
    )


def test_a_home_whose_first_act_is_a_note_is_nobody_elses(tmp_path: Path) -> None:
    home = tmp_path / "parent" / "home"

    start("note", "a word", "--home", str(home))

    made = [tmp_path / "parent", home, *home.rglob("*")]
    assert (home / "archive.db").exists()
    assert [str(path) for path in made if mode(path) & 0o077] == []


def test_every_program_of_ours_keeps_to_itself_first() -> None:
    open_to_all = [
        path
        for path in sources(TREE)
        if not path.startswith(("bench/", "tests/"))
        and path not in FOR_EVERYBODY
        and _is_program(TREE / path)
        and not _sets_the_umask(TREE / path)
    ]

    assert open_to_all == []


def test_a_folder_and_its_parents_are_made_for_this_user_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        make_private(tmp_path / "a" / "b")
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)

    assert [mode(tmp_path / "a"), mode(tmp_path / "a" / "b")] == [0o700, 0o700]


def test_an_older_home_is_shut(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o755)
    (home / "archive.db").touch()

    close_home(home)

    assert mode(home) == 0o700


def test_a_folder_that_is_no_home_is_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o755)
    close_home(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "archive.db").touch()
    close_home(tmp_path)  # the user's own folder, which others may have their reasons to enter
    close_home(tmp_path / "nowhere")

    assert mode(tmp_path) == 0o755


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder to another user")
def test_doctor_tells_of_a_home_that_others_may_enter_and_that_is_not_ours(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o755)
    (home / "archive.db").touch()
    os.chown(home, 65534, 65534)

    (told,) = (each for each in checks(Home(home)) if each.name == "home")

    assert mode(home) == 0o755
    assert "Other users of this machine may enter the home" in told.sentence
    assert "chmod 700" in told.advice


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder to another user")
def test_what_another_user_owns_or_may_write_in_can_be_swapped(tmp_path: Path) -> None:
    shared, theirs = tmp_path / "shared", tmp_path / "theirs"
    for folder in (shared, theirs):
        make_private(folder / "ours")
    assert swappable_part(shared / "ours") is None

    shared.chmod(0o777)
    os.chown(theirs, 65534, 65534)
    assert swappable_part(shared / "ours") == shared
    assert swappable_part(theirs / "ours") == theirs

    shared.chmod(0o1777)  # like /tmp: nobody may move another's
    (tmp_path / "link").symlink_to(shared)
    assert swappable_part(shared / "ours") is None
    assert swappable_part(tmp_path / "link" / "ours") == tmp_path / "link"


def _is_program(path: Path) -> bool:
    return 'if __name__ == "__main__":' in path.read_text(encoding="utf-8")


def _sets_the_umask(path: Path) -> bool:
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    }
    # The command itself goes through the main of core/command_line.py.
    return bool(called & {"keep_to_ourselves", "umask"}) or path.name == "afterthought.py"
