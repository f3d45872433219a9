"""`pair --authority`: the authority's certificate as a file, without the page."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.paths import certificate_folder
from dashboard.certificates.folder import CertificateFolder
from dashboard.certificates.leaves import known_time
from tests.dashboard.sign_in.test_phone_commands import section

Done = subprocess.CompletedProcess[str]


@pytest.fixture
def root(home: Path) -> Path:
    folder = CertificateFolder(certificate_folder(home))
    folder.renew(b"", [], known_time(SystemClock().now_ms()))
    return folder.root


def authority(home: Path, to: str | Path, *more: str) -> Done:
    command = [sys.executable, "-m", "afterthought", "pair", "--authority", str(to), *more]
    told = ["--home", str(home)]
    return subprocess.run([*command, *told], capture_output=True, text=True, check=False)


def shown_by_openssl(certificate: Path) -> str:
    command = ["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", str(certificate)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    return told.stdout.strip().partition("=")[2]


def test_it_is_written_with_its_fingerprint_as_phones_show_it(
    home: Path, root: Path, tmp_path: Path
) -> None:
    carried = tmp_path / "authority.crt"
    done = authority(home, carried)
    again = authority(home, carried)

    assert carried.read_bytes() == root.read_bytes()
    assert f"SHA-256 of the authority: {shown_by_openssl(carried)}\n" in done.stdout
    assert re.search("(?:[0-9A-F]{2}:){31}[0-9A-F]{2}\n", done.stdout)
    assert (done.returncode, done.stderr, again.returncode) == (0, "", 0)


def test_printed_it_is_the_certificate_alone(home: Path, root: Path) -> None:
    done = authority(home, "-")

    assert done.stdout == root.read_text("ascii")
    assert shown_by_openssl(root) in done.stderr


def test_as_json_it_is_what_the_document_promises(home: Path, root: Path, tmp_path: Path) -> None:
    carried = tmp_path / "authority.crt"
    written = json.loads(authority(home, carried, "--json").stdout)
    printed = json.loads(authority(home, "-", "--json").stdout)

    promised = json.loads(re.findall(r"```json\n(.*)\n```", section("pair"))[-1])
    assert list(promised) == list(written)
    assert written["file"] == str(carried)
    assert written["shown"] == shown_by_openssl(root)
    assert written["shown"].replace(":", "").lower() == written["fingerprint"]
    assert printed == {**written, "file": None}
    assert written["certificate"] == root.read_text("ascii")


def refused(done: Done) -> str:
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_before_there_is_one_a_sentence_says_how_there_will_be(home: Path, tmp_path: Path) -> None:
    told = refused(authority(home, tmp_path / "authority.crt"))

    assert told == (
        "This device has no authority yet. "
        "Start the page once on a network, which makes one: `afterthought run`.\n"
    )
    assert not (tmp_path / "authority.crt").exists()


def test_a_damaged_one_is_not_handed_over(home: Path, root: Path, tmp_path: Path) -> None:
    root.write_text("nonsense")

    assert str(root) in refused(authority(home, tmp_path / "authority.crt"))
    assert not (tmp_path / "authority.crt").exists()


@pytest.mark.usefixtures("root")
def test_another_file_stays_as_it_is(home: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("words of mine")

    assert "There is something else already" in refused(authority(home, mine))
    assert mine.read_text() == "words of mine"
    assert "There is something else already" in refused(authority(home, tmp_path))


@pytest.mark.usefixtures("root")
def test_a_place_that_takes_none_is_a_sentence(home: Path, tmp_path: Path) -> None:
    told = refused(authority(home, tmp_path / "no folder" / "authority.crt"))

    assert "(No such file or directory)" in told
    assert "--authority - > FILE" in told
