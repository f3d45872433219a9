"""Over TLS nobody gets anything but the pairing page without a sign-in. Real connections."""

import hashlib
import json
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from core.paths import state_folder
from dashboard.access import OPEN
from dashboard.network.names import SHARED
from dashboard.sign_in.cookie import COOKIE
from dashboard.sign_in.phone_file import PhoneFile
from dashboard.sign_in.phones import Phones, new_token
from tests.dashboard.sign_in.tls import TlsPage, over_tls

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsPage]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("tls")
        patch.setenv("XDG_STATE_HOME", str(folder / "state"))
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        with over_tls(folder / "home") as served:
            yield served


def addresses(page: TlsPage) -> list[str]:
    """An address for every route that asks for a sign-in, and one that is no route."""
    rules = [rule for rule in page.app.url_map.iter_rules() if rule.endpoint not in OPEN]
    return [*(re.sub("<[^>]+>", "2026-11-29", rule.rule) for rule in rules), "/nowhere"]


@pytest.mark.parametrize("token", ["none", "wrong", "no token at all", "revoked"])
def test_no_route_answers_without_a_sign_in_by_any_method(page: TlsPage, token: str) -> None:
    brought = {"none": None, "wrong": new_token(), "no token at all": "x" * 3000}.get(token)
    if token == "revoked":
        brought = page.signed_in("Lost")
        page.sign_ins.revoke(page.sign_ins.all()[-1].id)

    with page.over_one_line() as over:
        answers = {
            (method, address): over.ask(address, method, token=brought, body="text=x")
            for address in addresses(page)
            for method in METHODS
        }

    assert len(answers) > 7 * 20
    for (method, address), answer in answers.items():
        expected = 401 if method in {"GET", "HEAD", "POST"} else 405
        assert answer.status == expected, (method, address)
        clears = "Clear-Site-Data" in answer.headers
        assert clears == (brought is not None and expected == 401), (method, address)


def test_an_unpaired_phone_gets_the_pairing_page_and_its_files(page: TlsPage) -> None:
    refused, pairing = page.ask("/"), page.ask("/pair")
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', pairing.text)

    assert "is not paired" in refused.text
    assert pairing.status == 200
    assert files
    assert {page.ask(file).status for file in files} == {200}
    assert "Strict-Transport-Security" not in refused.headers
    assert "unsafe-inline" not in refused.headers["Content-Security-Policy"]


def test_at_the_shared_name_everybody_is_sent_on_and_nothing_is_set(page: TlsPage) -> None:
    asked = [*addresses(page), "/pair", "/search?q=a%20b"]
    with page.over_one_line(SHARED) as over:
        for token, method, address in product((None, page.signed_in()), METHODS, asked):
            answer = over.ask(address, method, token=token, body="text=x", name=SHARED)

            assert (answer.status, answer.body) == (302, b""), (method, address)
            assert answer.headers["Location"] == f"https://{page.host}:{page.port}{address}"
            assert answer.headers["Cache-Control"] == "no-store"
            assert not {"Set-Cookie", "Clear-Site-Data"} & answer.headers.keys()


def test_what_is_no_page_gets_a_sentence_and_no_page(page: TlsPage) -> None:
    answer = page.ask("/live", Accept="text/event-stream")

    assert answer.status == 401
    assert "not signed in" in answer.text
    assert "<" not in answer.text


def test_a_phone_that_is_let_in_gets_every_page(page: TlsPage) -> None:
    token = page.signed_in()

    assert page.ask("/", token=token).status == 200
    assert page.ask("/search?q=x", token=token).status == 200
    assert page.ask("/pair", token=token).headers["Location"] == "/#top"


def test_its_cookie_is_for_this_host_alone_and_is_renewed_now_and_then(page: TlsPage) -> None:
    token = page.signed_in()

    first, second = page.ask("/", token=token), page.ask("/", token=token)

    told = first.headers["Set-Cookie"]
    assert told.startswith(f"__Host-afterthought={token};")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(told.split("; "))
    assert "Domain" not in told
    assert "Set-Cookie" not in second.headers


@pytest.mark.parametrize("host", ["localhost", "evil.example", "127.0.0.1.evil.example", ""])
def test_over_tls_only_the_devices_own_names_are_answered(page: TlsPage, host: str) -> None:
    assert page.ask("/", token=page.signed_in(), Host=host).status == 421


def test_a_post_from_another_site_is_refused_with_a_sign_in_too(page: TlsPage) -> None:
    token = page.signed_in()

    elsewhere = page.ask("/press", "POST", token=token, Origin="https://evil.example")
    plain = page.ask("/press", "POST", token=token, Origin=f"http://{page.host}:{page.port}")

    assert (elsewhere.status, plain.status) == (403, 403)


def test_1000_wrong_cookies_cost_a_hash_each_and_change_nothing(
    page: TlsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = page.signed_in()
    before, hashed, read = page.sign_ins.all(), [], []
    sha256, whole = hashlib.sha256, PhoneFile.read

    def counted(value: bytes) -> object:
        hashed.append(value)
        return sha256(value)

    def counted_read(file: PhoneFile) -> Phones:
        read.append(file)
        return whole(file)

    monkeypatch.setattr("dashboard.sign_in.phones.hashlib.sha256", counted)
    monkeypatch.setattr(PhoneFile, "read", counted_read)
    stranger = page.app.test_client(use_cookies=False)
    for _ in range(1000):
        brought = {"Cookie": f"{COOKIE}={new_token()}"}
        answer = stranger.get("/", base_url=f"https://{page.host}", headers=brought)
        assert answer.status_code == 401

    assert (len(hashed), read) == (1000, [])
    assert page.sign_ins.all() == before
    assert page.ask("/", token=token).status == 200


def test_a_damaged_list_lets_nobody_in_and_tells_a_stranger_no_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with over_tls(tmp_path) as page:
        token = page.signed_in()
        list_of_phones = state_folder(tmp_path) / "phones.json"
        whole = json.loads(list_of_phones.read_text())
        list_of_phones.write_text(json.dumps(whole)[:-20])

        answer = page.ask("/", token=token)

        assert answer.status == 503
        assert "afterthought phones" in answer.text
        assert str(tmp_path) not in answer.text
        list_of_phones.write_text(json.dumps(whole))
        assert page.ask("/", token=token).status == 200


def test_a_long_note_comes_from_a_phone_that_is_let_in_and_from_nobody_else(page: TlsPage) -> None:
    note = "text=" + 20_000 * "a"

    assert page.ask("/note", "POST", token=page.signed_in(), body=note).status == 303
    for token in (None, "x" * 43):
        assert page.ask("/pair", "POST", token=token, body=note).status == 413


def test_by_another_name_the_page_leads_to_its_own(page: TlsPage) -> None:
    answer = page.ask("/", Host="raspberrypi.fritz.box")

    assert answer.status == 421
    assert f"https://{page.host}:{page.port}" in answer.text
    assert "localhost" not in answer.text


def test_while_the_authority_cannot_be_told_no_phone_is_told_to_clear_its_sign_in(
    page: TlsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = page.signed_in()

    with monkeypatch.context() as patch:
        patch.setattr(page.sign_ins, "_authority", lambda: "")
        answer = page.ask("/", token=token)

    assert answer.status == 503
    assert "cannot read its own certificate" in answer.text
    assert "Clear-Site-Data" not in answer.headers
    assert page.ask("/", token=token).status == 200
