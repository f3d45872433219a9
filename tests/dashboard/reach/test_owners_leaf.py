"""A certificate of the owner's own: chosen for its names, followed, and never the end of a page."""

import os
import re
import ssl
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from core.clock import FakeClock
from dashboard.certificates.owners import OwnersFiles
from dashboard.reach.owners_leaf import OwnersLeaf
from tests.dashboard.reach.doors import ADDRESS, Served, opened
from tests.dashboard.running import TREE
from tests.self_signed import SelfSigned, self_signed

NAMES = "memory.example.com", "other.example.com"
NOBODY = 65534
END = datetime(2027, 3, 1, tzinfo=UTC)


def end_ms(days: int = 0) -> int:
    return round(END.timestamp() * 1000) + days * 86_400_000


@pytest.fixture
def files(tmp_path: Path) -> OwnersFiles:
    made = OwnersFiles(tmp_path / "fullchain.pem", tmp_path / "privkey.pem")
    own = self_signed(NAMES, END)
    made.certificate.write_bytes(own.certificate)
    made.key.write_bytes(own.key)
    made.key.chmod(0o600)
    return made


def looked(files: OwnersFiles | None, now_ms: int | None = None) -> OwnersLeaf:
    leaf = OwnersLeaf(files, FakeClock(now_ms or end_ms(-100)))
    leaf.look()
    return leaf


def test_it_is_used_for_its_names_in_their_order(files: OwnersFiles) -> None:
    leaf = looked(files)

    assert leaf.names == NAMES
    assert leaf.context is not None
    assert leaf.trouble == ""


def test_without_one_there_is_nothing_to_say() -> None:
    leaf = looked(None)

    assert (leaf.names, leaf.context, leaf.trouble) == ((), None, "")


def test_the_key_may_lie_in_the_same_file(files: OwnersFiles) -> None:
    both = files.key.read_bytes() + files.certificate.read_bytes()
    files.certificate.write_bytes(both)

    assert looked(OwnersFiles(files.certificate, files.certificate)).context is not None


def without_a_name(files: OwnersFiles) -> None:
    put(files, self_signed([]))


def with_an_asterisk(files: OwnersFiles) -> None:
    put(files, self_signed(["*.example.com"]))


def put(files: OwnersFiles, own: SelfSigned) -> None:
    files.certificate.write_bytes(own.certificate)
    files.key.write_bytes(own.key)


def of_another_key(files: OwnersFiles) -> None:
    files.key.write_bytes(self_signed(NAMES).key)


def with_a_passphrase(files: OwnersFiles) -> None:
    own = self_signed(NAMES)
    files.certificate.write_bytes(own.certificate)
    files.key.write_bytes(own.key_with(b"secret"))


def no_certificate(files: OwnersFiles) -> None:
    files.certificate.write_bytes(b"nonsense")


def half_a_certificate(files: OwnersFiles) -> None:
    files.certificate.write_bytes(files.certificate.read_bytes()[:300])


def without_a_key(files: OwnersFiles) -> None:
    files.key.write_bytes(files.certificate.read_bytes())


def a_pipe(files: OwnersFiles) -> None:
    files.certificate.unlink()
    os.mkfifo(files.certificate)


def a_folder(files: OwnersFiles) -> None:
    files.key.unlink()
    files.key.mkdir()


def gone(files: OwnersFiles) -> None:
    files.key.unlink()


BAD: dict[Callable[[OwnersFiles], None], str] = {
    without_a_name: "has no name that a phone could open",
    with_an_asterisk: "has no name that a phone could open",
    of_another_key: "does not fit your certificate",
    with_a_passphrase: "has a passphrase",
    no_certificate: "There is no certificate with its key",
    half_a_certificate: "There is no certificate with its key",
    without_a_key: "There is no certificate with its key",
    a_pipe: "cannot be read (it is a pipe)",
    a_folder: "cannot be read (it is a folder)",
    gone: "is not there",
}


@pytest.mark.parametrize("spoil", BAD, ids=lambda each: each.__name__)
def test_one_that_cannot_be_used_is_a_sentence_with_the_next_step(
    files: OwnersFiles, spoil: Callable[[OwnersFiles], None]
) -> None:
    spoil(files)
    leaf = looked(files)

    assert leaf.context is None
    assert BAD[spoil] in leaf.trouble
    assert str(files.certificate.parent) in leaf.trouble
    assert re.search(r"\. (Put|Let|Have|Write|Both) ", leaf.trouble)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be another user")
def test_where_this_user_may_not_read_it_the_sentence_says_who_must(files: OwnersFiles) -> None:
    for folder in files.key.parents:
        folder.chmod(folder.stat().st_mode | 0o011)  # the run's own folder, too, is closed
    files.certificate.chmod(0o644)
    os.seteuid(NOBODY)
    try:
        leaf = looked(files)
    finally:
        os.seteuid(0)

    assert leaf.context is None
    assert f"(Permission denied): {files.key}. Let the user " in leaf.trouble


def test_a_key_that_everybody_may_read_is_told_and_used(files: OwnersFiles) -> None:
    files.key.chmod(0o644)
    leaf = looked(files)
    told = leaf.trouble
    files.key.chmod(0o640)
    leaf.look()

    assert leaf.context is not None
    assert f"chmod o= {files.key}" in told
    assert leaf.trouble == ""


def test_one_that_became_readable_is_used_though_nothing_was_written(files: OwnersFiles) -> None:
    leaf = looked(files)
    before = leaf.context
    leaf.look()
    same = leaf.context
    files.key.chmod(0o640)
    leaf.look()

    assert same is before
    assert leaf.context is not before


def test_a_renewed_one_is_taken_and_a_spoilt_one_leaves_it_in_use(files: OwnersFiles) -> None:
    leaf = looked(files)
    first = leaf.context
    put(files, self_signed(["renewed.example.com"]))
    leaf.look()
    second = leaf.context
    of_another_key(files)
    leaf.look()

    assert first is not second
    assert leaf.context is second
    assert leaf.names == ("renewed.example.com",)
    assert "does not fit" in leaf.trouble


def test_one_that_is_taken_away_is_used_no_more(files: OwnersFiles) -> None:
    leaf = looked(files)
    gone(files)
    leaf.look()

    assert (leaf.context, leaf.names) == (None, ())


def test_once_it_has_ended_the_devices_own_goes_on_and_its_names_are_still_ours(
    files: OwnersFiles,
) -> None:
    ended = looked(files, end_ms(1))

    assert ended.context is None
    assert ended.names == NAMES
    assert "ended on 2027-03-01. Renew it" in ended.trouble


def test_without_a_clock_nobody_says_that_it_has_ended(files: OwnersFiles) -> None:
    clock = FakeClock(end_ms(1))
    clock.set(None)
    leaf = OwnersLeaf(files, clock)
    leaf.look()

    assert leaf.context is not None
    assert leaf.trouble == ""


@pytest.mark.parametrize(
    ("asked_for", "is_owners"),
    [(NAMES[0], True), (NAMES[1], True), (str(ADDRESS), False), (None, False)],
)
def test_who_asks_for_one_of_its_names_gets_it_and_nobody_else(
    files: OwnersFiles, tmp_path: Path, asked_for: str | None, *, is_owners: bool
) -> None:
    put(files, self_signed(NAMES))  # by the clock of today
    app = Flask("small")
    app.config["MAX_CONTENT_LENGTH"] = 1024
    with opened(app, tmp_path / "certificates", owners=files) as served:
        shown = certificate_for(served, asked_for or served.host)

    assert (shown == files.certificate.read_bytes()) is is_owners


def certificate_for(served: Served, name: str) -> bytes:
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    with anybody.wrap_socket(served.plain(), server_hostname=name) as line:
        shown = line.getpeercert(binary_form=True)
        assert shown is not None
        return ssl.DER_cert_to_PEM_cert(shown).encode()


def test_without_one_the_page_does_not_load_what_reads_it() -> None:
    code = (
        "import sys; import dashboard.app, dashboard.reach.assembly, dashboard.server;"
        "print('cryptography' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=TREE, capture_output=True, text=True, check=True
    )

    assert done.stdout == "False\n"
