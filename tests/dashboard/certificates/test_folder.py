"""The files of the certificates, through clones of the card, kills and damage."""

import contextlib
import ipaddress
import re
import socket
import ssl
import stat
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from core import files
from core.clock import SystemClock
from dashboard.certificates import folder as folder_module
from dashboard.certificates.folder import AuthorityUnusable, CertificateFolder, Renewed
from dashboard.certificates.leaves import known_time

NOW = known_time(SystemClock().now_ms())
ADDRESS = "192.168.1.7"


@pytest.fixture
def folder(tmp_path: Path) -> CertificateFolder:
    return CertificateFolder(tmp_path / "certificates")


def renew(
    folder: CertificateFolder,
    machine: bytes = b"one",
    *,
    days: int = 0,
    address: str = "192.168.1.7",
) -> Renewed:
    return folder.renew(machine, [ipaddress.ip_address(address)], NOW + timedelta(days=days))


def content(folder: CertificateFolder) -> dict[str, bytes]:
    files = (each for each in folder.path.rglob("*") if each.is_file())
    return {str(each.relative_to(folder.path)): each.read_bytes() for each in files}


@contextlib.contextmanager
def server(leaf: Path) -> Iterator[int]:
    """Answers one handshake with this leaf; the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(leaf)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            accepted, _ = listening.accept()
            with accepted, contextlib.suppress(OSError):
                context.wrap_socket(accepted, server_side=True).close()

        answering = threading.Thread(target=answer)
        answering.start()
        yield listening.getsockname()[1]
        answering.join()


def shake_hands(folder: CertificateFolder, leaf: Path, name: str) -> None:
    """As a browser that trusts the root and nothing else. Raises SSLError."""
    trusting = ssl.create_default_context(cafile=str(folder.root))
    with server(leaf) as port, socket.create_connection(("127.0.0.1", port)) as line:
        trusting.wrap_socket(line, server_hostname=name).close()


def test_the_first_start_makes_all_and_the_second_nothing(folder: CertificateFolder) -> None:
    first = renew(folder)
    before = content(folder)
    second = renew(folder, days=1)

    assert re.fullmatch(r"afterthought-[b-z]{4}\.local", first.host)
    assert first.is_new_authority
    assert first.leaves == (folder.name_leaf, folder.address_leaf)
    assert second == Renewed(first.host, is_new_authority=False, leaves=())
    assert content(folder) == before


def test_a_browser_that_trusts_the_root_believes_each_leaf_for_what_it_names(
    folder: CertificateFolder,
) -> None:
    host = renew(folder).host

    shake_hands(folder, folder.name_leaf, host)
    shake_hands(folder, folder.address_leaf, ADDRESS)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(folder, folder.address_leaf, "192.168.1.8")


def test_another_address_renews_its_own_leaf_alone(folder: CertificateFolder) -> None:
    renew(folder)

    assert renew(folder, address="10.0.0.9").leaves == (folder.address_leaf,)


def test_without_an_address_there_is_no_leaf_for_one(folder: CertificateFolder) -> None:
    renew(folder)
    folder.renew(b"one", [], NOW)

    assert folder.name_leaf.exists()
    assert not folder.address_leaf.exists()


def test_leaves_are_renewed_before_they_end_and_the_authority_stays(
    folder: CertificateFolder,
) -> None:
    first = renew(folder)
    root = folder.root.read_bytes()
    later = renew(folder, days=370)

    assert later == Renewed(first.host, is_new_authority=False, leaves=first.leaves)
    assert folder.root.read_bytes() == root


def test_a_cloned_card_makes_everything_anew(folder: CertificateFolder) -> None:
    first = renew(folder)
    before = content(folder)
    clone = renew(folder, b"another")

    assert clone.is_new_authority
    assert clone.host != first.host
    assert not set(content(folder).values()) & set(before.values())


def test_the_key_of_the_root_is_nowhere(folder: CertificateFolder) -> None:
    renew(folder)
    keys = [each for each in content(folder).values() if b"PRIVATE KEY" in each]

    assert len(keys) == 3  # the intermediate's and one in each leaf


def test_nobody_else_reads_a_key(folder: CertificateFolder) -> None:
    renew(folder)

    for path in (folder.path, folder.path / "authority"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700


@pytest.mark.parametrize("after", range(6))
def test_killed_after_any_file_the_next_start_makes_it_whole(
    folder: CertificateFolder, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, written = files.write_durably, list[Path]()

    def write_some(path: Path, chunks: list[bytes]) -> None:
        if len(written) == after:
            raise KeyboardInterrupt
        written.append(path)
        write(path, chunks)

    with monkeypatch.context() as killed:
        killed.setattr(folder_module, "write_durably", write_some)
        with pytest.raises(KeyboardInterrupt):
            renew(folder)
    host = renew(folder).host

    device = folder.device()
    assert device is not None
    assert device.host == host
    assert device.is_on(b"one")
    shake_hands(folder, folder.name_leaf, host)


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"-----BEGIN CERTIFICATE-----\nAAAA"])
def test_a_damaged_leaf_is_made_anew(folder: CertificateFolder, damage: bytes) -> None:
    host = renew(folder).host
    folder.name_leaf.write_bytes(damage)

    assert renew(folder).leaves == (folder.name_leaf,)
    shake_hands(folder, folder.name_leaf, host)


def test_a_leaf_with_the_key_of_another_is_made_anew(folder: CertificateFolder) -> None:
    host = renew(folder).host
    name, address = folder.name_leaf.read_bytes(), folder.address_leaf.read_bytes()
    end = b"-----END PRIVATE KEY-----\n"
    folder.name_leaf.write_bytes(address.partition(end)[0] + end + name.partition(end)[2])

    assert renew(folder).leaves == (folder.name_leaf,)
    shake_hands(folder, folder.name_leaf, host)


@pytest.mark.parametrize("name", ["authority/key.pem", "device.json", "root.pem"])
@pytest.mark.parametrize("damage", [b"", b"nonsense", b"\xff\xfe", b"[]"])
def test_a_damaged_authority_is_a_sentence_and_nothing_is_overwritten(
    folder: CertificateFolder, name: str, damage: bytes
) -> None:
    renew(folder)
    (folder.path / name).write_bytes(damage)
    before = content(folder)

    with pytest.raises(AuthorityUnusable) as refused:
        renew(folder)

    assert str(folder.path) in refused.value.sentence
    assert content(folder) == before
