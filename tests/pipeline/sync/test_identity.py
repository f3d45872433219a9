import errno
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.sync import identity
from pipeline.sync.identity import IdentityUnusable, open_identity, why_new

HERE, ELSEWHERE = b"serial-number:1", b"serial-number:2"


def file_in(home: Path) -> Path:
    return home / "sync" / "identity.json"


def test_it_is_made_once_and_known_again(tmp_path: Path) -> None:
    first, again = open_identity(tmp_path, HERE), open_identity(tmp_path, HERE)

    assert (first.key, first.certificate) == (again.key, again.certificate)
    assert (first.made, again.made) == ("first", None)


def test_only_this_user_may_read_it(tmp_path: Path) -> None:
    open_identity(tmp_path, HERE)

    assert stat.S_IMODE(file_in(tmp_path).stat().st_mode) == 0o600
    assert stat.S_IMODE(file_in(tmp_path).parent.stat().st_mode) == 0o700


def test_on_another_machine_a_copied_home_gets_a_key_of_its_own(tmp_path: Path) -> None:
    here = open_identity(tmp_path, HERE)

    copied = open_identity(tmp_path, ELSEWHERE)

    assert copied.key != here.key
    assert copied.made == "machine"
    assert "another machine" in why_new("machine")


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "null", "[" * 100_000, '{"private": 5}', '{"private": "ff"}']
)
def test_a_damaged_file_gives_a_new_key_and_says_so(tmp_path: Path, content: str) -> None:
    before = open_identity(tmp_path, HERE)
    file_in(tmp_path).write_text(content)

    found = open_identity(tmp_path, HERE)

    assert found.key != before.key
    assert found.made == "damaged"
    assert "peers add" in why_new("damaged")


def test_a_disk_that_fails_replaces_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = open_identity(tmp_path, HERE)

    def fails(path: Path) -> bytes:
        raise OSError(errno.EIO, "Input/output error", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(identity, "read_small", fails)
        with pytest.raises(IdentityUnusable, match=r"Input/output error"):
            open_identity(tmp_path, HERE)

    assert open_identity(tmp_path, HERE).key == before.key


def test_two_who_ask_at_once_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: open_identity(tmp_path, HERE).key, range(16)))

    assert len(keys) == 1


def test_what_it_signs_is_verified(tmp_path: Path) -> None:
    found = open_identity(tmp_path, HERE)

    assert found.verify(found.key, found.sign(b"a line"), b"a line")


def test_its_private_half_is_in_no_text_of_it(tmp_path: Path) -> None:
    found = open_identity(tmp_path, HERE)

    assert json.loads(file_in(tmp_path).read_text())["private"] not in repr(found)
