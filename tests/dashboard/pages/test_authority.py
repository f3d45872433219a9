"""How a phone comes to trust the device: what is offered, and what is never shown by network."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from core.paths import state_folder
from dashboard.sentences import say
from dashboard.show.authority import DAY_MS, every_system, is_offered
from dashboard.sign_in.carrying import in_pairs
from dashboard.sign_in.phone_file import PhoneFile
from dashboard.sign_in.phones import Phone
from tests.dashboard.sign_in.tls import TlsPage, over_tls

OFFER = say("authority.offer")
NOW_MS = 1_800_000_000_000


@pytest.fixture
def tls(home: Path) -> Iterator[TlsPage]:
    with over_tls(home) as served:
        yield served


def here(page: TlsPage, path: str) -> str:
    """What this path shows on the device itself."""
    return page.app.test_client().get(path, base_url="http://localhost").text


def paired(ms_ago: int) -> Phone:
    return Phone("a", "A phone", "hash", paired_ms=NOW_MS - ms_ago)


@pytest.mark.parametrize(
    ("phone", "now_ms", "is_so"),
    [
        (paired(0), NOW_MS, False),
        (paired(DAY_MS - 1), NOW_MS, False),
        (paired(DAY_MS), NOW_MS, True),
        (paired(-DAY_MS), NOW_MS, False),  # the clock was set back
        (paired(DAY_MS), None, False),
        (Phone("a", "A phone", "hash"), None, True),
        (Phone("a", "A phone", "hash", paired_ms=0, knows_authority=True), NOW_MS, False),
        (None, NOW_MS, False),
    ],
)
def test_it_is_offered_from_the_second_day_on_until_it_was_looked_at(
    phone: Phone | None, now_ms: int | None, *, is_so: bool
) -> None:
    assert is_offered(phone, now_ms) is is_so


def test_a_phone_of_yesterday_is_offered_it_at_home_until_it_looks(
    tls: TlsPage, home: Path
) -> None:
    token = tls.signed_in()
    (phone,) = tls.sign_ins.all()
    first_day = tls.ask("/", token=token).text
    file = PhoneFile(state_folder(home) / "phones.json")
    file.change(lambda phones: phones.changed(phone.id, paired_ms=0))
    second_day = tls.ask("/", token=token).text
    tls.ask("/authority", token=token)
    after = tls.ask("/", token=token).text

    assert OFFER not in first_day
    assert OFFER in second_day
    assert OFFER not in after
    assert say("authority.line") in tls.ask("/phones", token=token).text
    assert OFFER not in here(tls, "/")


def test_by_network_no_page_shows_what_is_to_be_compared(tls: TlsPage) -> None:
    token, fingerprint = tls.signed_in(), tls.door.behind.leaves.fingerprint
    rules = [each for each in tls.app.url_map.iter_rules() if "GET" in (each.methods or ())]
    told = {
        path: tls.ask(path, token=token).body.decode("latin-1")
        for path in (each.rule for each in rules if not each.arguments and each.rule != "/live")
    }

    assert len(told) > 8
    shown = re.compile(re.escape(fingerprint) + "|" + in_pairs(fingerprint), re.IGNORECASE)
    assert [path for path, text in told.items() if shown.search(text)] == []
    assert "can be forged" in told["/authority"]


def test_on_the_device_it_shows_the_fingerprint_and_a_code_to_scan(tls: TlsPage) -> None:
    told = here(tls, "/authority")

    assert f">{in_pairs(tls.door.behind.leaves.fingerprint)}<" in told
    assert "<svg" in told
    assert f"https://{tls.host}:{tls.port}/authority" in told


def test_the_certificate_comes_as_what_phones_install(tls: TlsPage) -> None:
    answer = tls.ask("/authority/certificate", token=tls.signed_in())

    assert answer.headers["Content-Type"] == "application/x-x509-ca-cert"
    assert (
        f'filename="{tls.host.removesuffix(".local")}.crt"' in answer.headers["Content-Disposition"]
    )
    assert answer.body == tls.door.folder.root.read_bytes()
    assert tls.ask("/authority/certificate").status == 401


def test_before_there_is_an_authority_the_page_says_so(page: FlaskClient) -> None:
    assert say("authority.none") in page.get("/authority").text
    refused = page.get("/authority/certificate")
    assert (refused.status_code, say("authority.none") in refused.text) == (404, True)


@pytest.mark.parametrize(
    ("agent", "opened"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1", ["iphone"]),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile Safari/537.36", ["android"]),
        ("Mozilla/5.0 (Android 14; Mobile) Firefox/132.0", ["android", "firefox_android"]),
        ("Mozilla/5.0 (X11; Linux x86_64) Firefox/132.0", ["firefox"]),
        ("something else", []),
    ],
)
def test_the_steps_of_the_phone_that_asks_are_open(agent: str, opened: list[str]) -> None:
    systems = every_system(agent)

    assert [each.title for each in systems if each.is_open] == [
        say.of(f"authority_{each}", "title") for each in opened
    ]
    assert all(len(each.steps) >= 3 for each in systems)


def test_the_page_of_a_pairing_says_what_the_quick_way_is_not(tls: TlsPage) -> None:
    assert "someone who puts a machine between this phone and the device could pose as" in (
        tls.ask("/pair").text
    )
