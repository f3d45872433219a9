"""Which answers are sent compressed, and to whom."""

import gzip
import time
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.dashboard.conftest import Diary
from tests.dashboard.sign_in.tls import over_tls

GZIP = {"Accept-Encoding": "gzip, deflate, br, zstd"}
OURS = {**GZIP, "Sec-Fetch-Site": "same-origin"}
ELSEWHERE = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}


@pytest.fixture
def _lived(diary: Diary) -> None:
    for place in range(8):
        diary.heard(
            f"the pump in the cellar leaks again, by {place} litres",
            round(time.time() * 1000) - place,
        )


@pytest.mark.usefixtures("_lived")
@pytest.mark.parametrize("address", ["/", "/now", "/search?q=pump", "/search?q=pump&part=1"])
@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_a_page_with_words_is_compressed(page: FlaskClient, address: str, site: str) -> None:
    plain = page.get(address)
    sent = page.get(address, headers={**GZIP, "Sec-Fetch-Site": site})

    assert sent.headers["Content-Encoding"] == "gzip"
    assert int(sent.headers["Content-Length"]) == len(sent.data) < len(plain.data) / 2
    assert len(gzip.decompress(sent.data)) == pytest.approx(len(plain.data), abs=50)
    assert sent.headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("_lived")
def test_what_is_fetched_as_one_types_has_no_word_of_the_query(page: FlaskClient) -> None:
    answers = [page.get(f"/search?q=pump+zzguess&part=1{more}").text for more in ("", "&words=1")]

    assert all("the" in each and "zzguess" not in each for each in answers)


@pytest.mark.usefixtures("_lived")
@pytest.mark.parametrize(
    "asked",
    [
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "none", "Accept-Encoding": "br"},
        {"Sec-Fetch-Site": "none", "Accept-Encoding": "gzip;q=0, br"},
    ],
)
def test_who_cannot_read_it_gets_it_as_it_is(page: FlaskClient, asked: dict[str, str]) -> None:
    answer = page.get("/", headers=asked)

    assert "Content-Encoding" not in answer.headers
    assert "the pump in the cellar" in answer.text


@pytest.mark.usefixtures("_lived")
@pytest.mark.parametrize(
    "asked", [ELSEWHERE, {**ELSEWHERE, "Sec-Fetch-Site": "same-site"}, {}], ids=str
)
def test_what_another_site_may_have_asked_tells_nothing_by_its_length(
    page: FlaskClient, asked: dict[str, str]
) -> None:
    answer = page.get("/?q=the+pump", headers={**GZIP, **asked})

    assert "Content-Encoding" not in answer.headers
    assert "the pump in the cellar" in answer.text


def test_no_page_of_a_pairing_is_compressed(home: Path) -> None:
    with over_tls(home) as page:
        token = page.signed_in()
        answers = [
            page.ask("/pair", **OURS),
            page.ask("/", **OURS),
            page.ask("/phones", token=token, **OURS),
        ]
        home_page = page.ask("/", token=token, **OURS)

    assert [answer.status for answer in answers] == [200, 401, 200]
    assert not any("Content-Encoding" in answer.headers for answer in answers)
    assert home_page.headers["Content-Encoding"] == "gzip"


def test_neither_sound_nor_events_are_compressed(page: FlaskClient) -> None:
    for address in ("/demo/scene", "/live?archive=1"):
        with page.get(address, headers=OURS, buffered=False) as answer:
            assert "Content-Encoding" not in answer.headers, address
