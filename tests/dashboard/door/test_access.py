"""Which requests are answered: the matrix, and that the app obeys it."""

import re

import pytest
from flask.testing import FlaskClient

from dashboard.access import refusal

HERE = {"Host": "localhost:8765"}
OWN = "http://localhost:8765"


@pytest.mark.parametrize(
    "host",
    [
        "localhost:8765",
        "localhost",
        "127.0.0.1:8765",
        "[::1]:8765",
        "LOCALHOST:8765",
        "localhost:1",
    ],
)
def test_a_loopback_name_is_ours_at_any_port(host: str) -> None:
    assert refusal("GET", {"Host": host}) is None


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "localhost.evil.example",
        "192.168.1.5:8765",
        "localhost@evil.example:80",
        "[::1",
        "127.0.0.1.evil.example",
    ],
)
def test_another_name_is_refused_even_to_read(host: str) -> None:
    found = refusal("GET", {"Host": host})

    assert found is not None
    assert found.status == 421


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": OWN},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin", "Origin": OWN},
    ],
)
def test_a_post_from_our_own_page_is_answered(headers: dict[str, str]) -> None:
    assert refusal("POST", {**HERE, **headers}) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:3000"},
        {"Origin": "https://localhost:8765"},
        {"Origin": "http://127.0.0.1:8765"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": OWN},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"},
    ],
)
def test_a_post_from_elsewhere_is_refused(headers: dict[str, str]) -> None:
    found = refusal("POST", {**HERE, **headers})

    assert found is not None
    assert found.status == 403


def test_a_link_from_another_site_may_lead_here() -> None:
    headers = {**HERE, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}

    assert refusal("GET", headers) is None


@pytest.mark.parametrize("mode", ["no-cors", "cors", "websocket"])
def test_another_site_may_not_use_us_as_a_part_of_itself(mode: str) -> None:
    headers = {**HERE, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": mode}

    assert refusal("GET", headers) is not None


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_there_are_no_other_methods(method: str) -> None:
    assert refusal(method, HERE) is not None


def test_the_app_asks_before_every_page(page: FlaskClient) -> None:
    answers = [
        page.get("/", headers={"Host": "evil.example"}),
        page.post("/press", headers={"Origin": "http://evil.example"}),
        page.post("/note", data={"text": "x"}, headers={"Sec-Fetch-Site": "cross-site"}),
        page.get("/live", headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}),
    ]

    assert [answer.status_code for answer in answers] == [421, 403, 403, 403]
    assert "was not done" in answers[1].text


def test_every_answer_keeps_to_itself(page: FlaskClient) -> None:
    for address in ("/", "/nowhere", "/search?q=x", "/now"):
        headers = page.get(address).headers
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe-inline" not in headers["Content-Security-Policy"]
        assert {"manifest-src 'self'", "font-src 'none'"} <= {
            each.strip() for each in headers["Content-Security-Policy"].split(";")
        }
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_no_answer_may_be_kept_but_the_pages_own_files(page: FlaskClient) -> None:
    rules = [
        rule for rule in page.application.url_map.iter_rules() if "GET" in (rule.methods or ())
    ]
    pages = [rule.rule for rule in rules if rule.endpoint != "static_files.asset"]

    for address in pages:
        with page.get(re.sub("<[^>]+>", "2026-11-29", address), buffered=False) as answer:
            assert answer.headers["Cache-Control"] == "no-store", address
    assert len(pages) > 8
