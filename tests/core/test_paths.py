"""Where things lie: one home has one folder of each kind, and nobody else a hand in it."""

import hashlib
import os
import shutil
import socket
from pathlib import Path

import pytest

from core import paths
from core.errors import ArchiveUnusable
from core.paths import Home, home_at, older_state_folders, runtime_folder, state_folder


@pytest.fixture
def lone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home, from a folder beside it, where the system has no folder for sockets."""
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "beside").mkdir()
    (tmp_path / "link").symlink_to(home)
    (tmp_path / "temporary").mkdir(mode=0o700)
    monkeypatch.chdir(tmp_path / "beside")
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "temporary"))
    return home


def spellings(home: Path) -> list[str]:
    beside = home.parent
    return [str(home), f"{home}/", f"{beside}/link", "../home", f"{beside}/beside/../home/."]


def test_a_folder_whose_name_is_too_long_for_a_socket_is_a_sentence(
    lone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    longest = paths.LONGEST_ADDRESS - len("/afterthought/0123456789ab/capture.sock")
    for length, fits in ((longest, True), (longest + 1, False)):
        base = Path("/tmp") / f"{os.getpid():0>{length - len('/tmp/')}}"
        base.mkdir(mode=0o700)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(base))
        try:
            if fits:
                with socket.socket(socket.AF_UNIX) as listening:
                    listening.bind(str(Home(lone).capture_socket))
            else:
                with pytest.raises(ArchiveUnusable, match="too long"):
                    Home(lone).capture_socket  # noqa: B018 - it is looked at when it is asked for
        finally:
            shutil.rmtree(base)


def test_however_a_home_is_spelled_it_is_one(lone: Path) -> None:
    homes = [home_at(each) for each in spellings(lone)]

    assert {home.path for home in homes} == {lone}
    assert len({runtime_folder(home.path) for home in homes}) == 1
    assert len({state_folder(home.path) for home in homes}) == 1


def test_a_home_that_does_not_exist_yet_is_known_by_the_same_name_later(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "disk")
    before = state_folder(home_at(str(tmp_path / "link" / "home")).path)
    (tmp_path / "disk" / "home").mkdir(parents=True)

    assert state_folder(home_at(str(tmp_path / "disk" / "home")).path) == before


def test_a_home_that_is_spelled_by_somebody_else_is_one_too(lone: Path) -> None:
    assert runtime_folder(lone.parent / "link") == runtime_folder(lone)


def test_what_an_older_version_remembered_under_a_spelling_is_found(
    lone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spelled = lone.parent / "link"
    name = hashlib.sha256(os.fsencode(spelled)).hexdigest()[:12]
    older = state_folder(lone).parent / name
    older.mkdir()

    assert older_state_folders(home_at(str(spelled))) == [older]
    monkeypatch.setenv("AFTERTHOUGHT_HOME", str(spelled))
    assert older_state_folders(home_at(str(lone))) == [older]
    assert older_state_folders(Home(lone.parent / "another")) == []


def test_the_services_home_may_be_a_link_to_another_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("disk", "run", "state"):
        (tmp_path / name).mkdir()
    (tmp_path / "var").symlink_to(tmp_path / "disk")
    monkeypatch.setattr(paths, "SERVICE_HOME", tmp_path / "var")
    monkeypatch.setattr(paths, "_SERVICE_RUNTIME", tmp_path / "run")
    monkeypatch.setattr(paths, "_SERVICE_STATE", tmp_path / "state")

    for spelled in ("disk", "var"):
        home = home_at(str(tmp_path / spelled)).path
        assert (runtime_folder(home), state_folder(home)) == (tmp_path / "run", tmp_path / "state")


@pytest.mark.parametrize("part", ["afterthought-{uid}", "afterthought-{uid}/afterthought"])
def test_a_folder_for_sockets_that_somebody_else_may_swap_is_not_used(
    lone: Path, part: str
) -> None:
    runtime_folder(lone)
    part = part.format(uid=os.getuid())
    swapped = lone.parent / "temporary" / part
    swapped.chmod(0o777)

    with pytest.raises(ArchiveUnusable, match="not this user's alone"):
        runtime_folder(lone)


def test_a_link_in_place_of_the_folder_for_sockets_is_not_followed(lone: Path) -> None:
    folder = runtime_folder(lone).parent
    folder.rename(lone.parent / "elsewhere")
    folder.symlink_to(lone.parent / "elsewhere")

    with pytest.raises(ArchiveUnusable, match="not this user's alone"):
        runtime_folder(lone)


def test_a_temporary_folder_without_the_sticky_bit_is_not_used(lone: Path) -> None:
    (lone.parent / "temporary").chmod(0o777)
    with pytest.raises(ArchiveUnusable, match="not this user's alone"):
        runtime_folder(lone)

    (lone.parent / "temporary").chmod(0o1777)
    assert runtime_folder(lone).is_dir()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder to another user")
def test_another_users_folder_for_sockets_is_not_ours_after_sudo(
    lone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = lone.parent / "theirs"
    theirs.mkdir(mode=0o700)
    os.chown(theirs, 65534, 65534)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(theirs))

    assert theirs not in runtime_folder(lone).parents


def test_a_parent_that_an_older_version_left_open_to_readers_is_shut(lone: Path) -> None:
    parent = runtime_folder(lone).parent
    parent.chmod(0o755)

    runtime_folder(lone)

    assert parent.stat().st_mode & 0o077 == 0
