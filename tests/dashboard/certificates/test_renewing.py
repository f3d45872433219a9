"""The process that alone reads the key of the authority, and how it is asked."""

import os
import ssl
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from ipaddress import ip_address, ip_interface
from pathlib import Path

import pytest

from core.clock import FakeClock
from core.network.choosing import Attached
from dashboard.certificates import renewing
from dashboard.certificates.asked import AskedUnreadable, read_asked, write_asked
from dashboard.certificates.asking import Asking, ByProcess, ByUnit
from dashboard.certificates.folder import CertificateFolder
from tests.dashboard.running import TREE

OWN, ANOTHERS = ip_address("192.168.1.7"), ip_address("192.168.1.8")


@pytest.fixture
def folder(tmp_path: Path) -> CertificateFolder:
    return CertificateFolder(tmp_path / "certificates")


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    return tmp_path / "addresses"


@pytest.fixture
def _here(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In this process, on a machine with one address; what it does to its process is undone."""
    own = [Attached("wlan0", 2, ip_interface("192.168.1.7/24"))]
    monkeypatch.setattr(renewing, "own_addresses", lambda: own)
    monkeypatch.setattr(renewing, "close_memory", lambda: None)
    before = os.umask(0)
    yield
    os.umask(before)


def names_in(leaf: Path) -> list[str]:
    decoded = subprocess.run(
        ["openssl", "x509", "-noout", "-ext", "subjectAltName", "-in", str(leaf)],
        capture_output=True,
        text=True,
        check=True,
    )
    return decoded.stdout.splitlines()[1].strip().split(", ")


@pytest.mark.usefixtures("_here")
def test_a_certificate_is_made_only_for_addresses_that_this_machine_has(
    folder: CertificateFolder, asked: Path
) -> None:
    write_asked(asked, [OWN, ANOTHERS])

    assert renewing.main([str(folder.path), str(asked)]) == 0

    assert names_in(folder.address_leaf) == [f"IP Address:{OWN}"]
    device = folder.device()
    assert device is not None
    assert names_in(folder.name_leaf) == [f"DNS:{device.host}", "DNS:afterthought.local"]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("_here")
@pytest.mark.parametrize(("folders", "leaves"), [(0o700, 0o600), (0o750, 0o640)])
def test_leaves_are_for_the_group_where_the_folder_is_and_the_key_of_the_authority_never(
    folder: CertificateFolder, asked: Path, folders: int, leaves: int
) -> None:
    folder.path.mkdir()
    folder.path.chmod(folders)
    write_asked(asked, [OWN])

    renewing.main([str(folder.path), str(asked)])

    assert {mode(each) for each in folder.path.glob("*.*")} == {leaves}
    assert mode(folder.path / "authority") == 0o700
    assert {mode(each) for each in (folder.path / "authority").iterdir()} == {0o600}


def test_as_a_process_it_makes_them_and_ends(folder: CertificateFolder, asked: Path) -> None:
    write_asked(asked, [])

    done = renewed(folder, asked)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(folder.name_leaf)


@pytest.mark.parametrize("content", [None, "", "nonsense", '["x"]', "7", '{"a": 1}', "[[]]"])
def test_a_file_that_is_none_is_a_sentence(
    folder: CertificateFolder, asked: Path, content: str | None
) -> None:
    if content is not None:
        asked.write_text(content, encoding="utf-8")

    with pytest.raises(AskedUnreadable):
        read_asked(asked)


def test_what_fails_is_a_sentence_on_standard_error(folder: CertificateFolder, asked: Path) -> None:
    write_asked(asked, [])
    folder.path.write_text("a file", encoding="utf-8")

    done = renewed(folder, asked)

    assert done.returncode == 1
    assert done.stderr == (
        f"The certificates cannot be written (File exists): {folder.path}. "
        "Check that disk and folder can be written.\n"
    )


def renewed(folder: CertificateFolder, asked: Path) -> "subprocess.CompletedProcess[str]":
    command = [
        sys.executable,
        "-m",
        "dashboard.certificates.renewing",
        str(folder.path),
        str(asked),
    ]
    return subprocess.run(command, cwd=TREE, capture_output=True, text=True, check=False)


def until_it_ended(asking: Asking, folder: CertificateFolder, *, well: bool) -> None:
    while asking.trouble() == "" and not (well and folder.name_leaf.exists()):
        time.sleep(0.02)  # another process has no event of ours to set


def test_a_process_is_started_and_its_failure_told_until_another_goes_well(
    folder: CertificateFolder, asked: Path
) -> None:
    asking = ByProcess(folder.path, asked)
    folder.path.write_text("a file", encoding="utf-8")
    asking.ask([])
    until_it_ended(asking, folder, well=False)
    told = asking.trouble()

    folder.path.unlink()
    asking.ask([])
    while asking.trouble():
        time.sleep(0.02)
    asking.close()

    assert "cannot be written" in told
    assert folder.name_leaf.exists()


def test_who_asks_while_one_runs_is_not_forgotten(
    folder: CertificateFolder, asked: Path, tmp_path: Path
) -> None:
    starts = tmp_path / "starts"
    slow = f"import pathlib, time; open({str(starts)!r}, 'a').write('x'); time.sleep(0.3)"
    asking = ByProcess(folder.path, asked)
    vars(asking)["_command"] = [sys.executable, "-c", slow]

    for _ in range(3):
        asking.ask([])
    while not starts.exists() or starts.read_text(encoding="ascii") != "xx":
        assert asking.trouble() == ""
        time.sleep(0.02)
    asking.close()


def test_a_unit_is_asked_by_a_file_alone_and_once_more_when_it_has_ended(asked: Path) -> None:
    clock = FakeClock()
    asking = ByUnit(asked, clock)
    asking.ask([OWN])
    first = asked.stat().st_ino
    assert asking.trouble() == ""
    same = asked.stat().st_ino
    clock.advance(21)
    assert asking.trouble() == ""

    assert read_asked(asked) == [OWN]
    assert first == same != asked.stat().st_ino
