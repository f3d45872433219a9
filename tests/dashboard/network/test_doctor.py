"""What `doctor` says of the network, each failing line with its next step."""

import socket
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_interface
from pathlib import Path

import pytest

from core.checks import Check
from core.network.choosing import Attached
from core.page_address import PageAddress
from core.paths import Home
from dashboard.certificates.folder import CertificateFolder
from dashboard.certificates.leaves import LASTS
from dashboard.checks import (
    certificate_check,
    checks,
    network_check,
    page_checks,
    phones_check,
    port_checks,
)
from dashboard.sign_in.phone_file import PhoneFile

WIFI = Attached("wlan0", 2, ip_interface("192.168.1.7/24"))
HERE = Attached("lo", 1, ip_interface("127.0.0.1/8"))
HOST = "afterthought-bcdf.local"
NAMED = PageAddress(HOST, (f"https://{HOST}:8766", "https://192.168.1.7:8766"))
NOW = datetime(2027, 3, 1, tzinfo=UTC)


def test_the_interfaces_that_were_chosen_are_named() -> None:
    assert network_check([WIFI], None) == Check(
        "network", "ok", "Phones can reach the page over wlan0 (192.168.1.7)."
    )


@pytest.mark.parametrize("interfaces", [None, "wlan9"])
def test_without_an_address_the_next_step_is_told(interfaces: str | None) -> None:
    check = network_check([], interfaces)

    assert check.state == "warn"
    assert check.advice


def test_a_page_in_order_says_where_it_is_and_that_its_name_is_answered_for() -> None:
    told = list(page_checks(NAMED, [WIFI]))

    assert [(each.name, each.state, each.advice) for each in told] == [
        ("page", "ok", ""),
        ("name", "ok", ""),
    ]
    assert "192.168.1.7:8766" in told[0].sentence


@pytest.mark.parametrize(
    ("urls", "at", "state"),
    [(NAMED.urls[1:], [WIFI], "warn"), ((), [WIFI], "fail"), ((), [], "warn")],
)
def test_what_is_wrong_with_the_page_is_told_with_its_next_step(
    urls: tuple[str, ...], at: list[Attached], state: str
) -> None:
    page = PageAddress(HOST, urls, ("Another device answers. Open the page by its address.",))

    check = list(page_checks(page, at))[-1]

    assert (check.state, check.sentence) == (state, "Another device answers.")
    assert check.advice == "Open the page by its address."


@pytest.mark.parametrize(
    ("left", "state"), [(timedelta(days=30), "ok"), (timedelta(days=3), "warn"), (-LASTS, "warn")]
)
def test_a_certificate_is_told_until_when_it_is_good(
    tmp_path: Path, left: timedelta, state: str
) -> None:
    folder = CertificateFolder(tmp_path / "certificates")
    folder.renew(b"", [ip_address("192.168.1.7")], NOW)
    until = NOW + LASTS - timedelta(days=1)

    check = certificate_check(folder.name_leaf, until - left)

    assert check.state == state
    assert f"{until:%Y-%m-%d}" in check.sentence
    assert bool(check.advice) == (state != "ok")


def test_a_certificate_that_is_none_fails_and_no_certificate_yet_does_not(tmp_path: Path) -> None:
    leaf = tmp_path / "name.pem"
    missing = certificate_check(leaf, NOW)
    leaf.write_text("nonsense", encoding="ascii")
    broken = certificate_check(leaf, NOW)

    assert (missing.state, broken.state) == ("ok", "fail")
    assert str(leaf) in broken.sentence
    assert broken.advice


def test_a_port_that_another_program_has_is_told_before_the_page_starts() -> None:
    with socket.create_server((HERE.ip.exploded, 0)) as other:
        port = other.getsockname()[1]
        (taken,) = port_checks(None, [HERE], port)
    free = list(port_checks(None, [HERE], port))

    assert taken.state == "warn"
    assert f"port {port} of 127.0.0.1" in taken.sentence
    assert "--tls-port" in taken.advice
    assert free == []


def test_a_page_that_says_it_is_there_and_is_not_fails() -> None:
    with socket.create_server((HERE.ip.exploded, 0)) as door:
        port = door.getsockname()[1]
        page = PageAddress(HOST, (f"https://{HOST}:{port}", f"https://127.0.0.1:{port}"))
        (open_,) = port_checks(page, [HERE, WIFI], port)
    (shut,) = port_checks(page, [HERE], port)

    assert (open_.state, shut.state) == ("ok", "fail")
    assert shut.advice


def test_a_list_of_phones_that_cannot_be_read_fails(tmp_path: Path) -> None:
    file = tmp_path / "phones.json"
    file.write_text("nonsense", encoding="ascii")

    check = phones_check(PhoneFile(file), CertificateFolder(tmp_path / "certificates"))

    assert check.state == "fail"
    assert check.advice


def test_where_the_network_is_closed_that_is_all_there_is_to_say(home: Path) -> None:
    (home / "settings.toml").write_text('[dashboard]\ninterfaces = "none"\n', encoding="utf-8")

    (told,) = checks(Home(home))

    assert told.state == "ok"
    assert "this machine alone" in told.sentence
