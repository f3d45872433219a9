"""The title says which device it is, for who comes by network."""

import re
from pathlib import Path

from flask.testing import FlaskClient

from dashboard.reach.reached import Reached
from tests.dashboard.sign_in.tls import over_tls


def title(html: str) -> str:
    found = re.search("<title>(.*?)</title>", html)
    assert found is not None
    return found[1]


def test_by_network_the_title_has_the_devices_name(home: Path) -> None:
    with over_tls(home) as page:
        told = page.ask("/", token=page.signed_in()).text
        stranger = page.ask("/").text

    device = page.host.removesuffix(".local")
    assert title(told) == f"Afterthought · {device}"
    assert title(stranger).endswith(f" · Afterthought · {device}")


def test_on_the_device_itself_there_is_but_one(page: FlaskClient) -> None:
    assert title(page.get("/").text) == "Afterthought"


def test_before_it_has_a_name_there_is_none() -> None:
    assert Reached(frozenset({"192.168.1.7"})).device == ""
    assert Reached(host="afterthought-bcdf.local").device == "afterthought-bcdf"
