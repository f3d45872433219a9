import json
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.sync.address_book import (
    MOST_ADDRESSES,
    AddressBook,
    Known,
    known_addresses,
    note_address,
)

KEY, OTHER = "ab" * 32, "cd" * 32
HOME, WORK = ("192.168.1.7", 8478), ("10.0.0.5", 8478)


def test_what_is_remembered_is_read_again(tmp_path: Path) -> None:
    file = AddressBook(tmp_path)

    file.change(KEY, lambda known: replace(known.at(HOME), met_ms=5, state="Met."))

    assert file.read() == {KEY: Known((HOME,), 5, "Met.")}


def test_an_address_is_noted_by_itself(tmp_path: Path) -> None:
    note_address(tmp_path, KEY, HOME)
    note_address(tmp_path, KEY, HOME)

    assert known_addresses(tmp_path, KEY) == [HOME]
    assert known_addresses(tmp_path, OTHER) == []


def test_only_this_user_may_read_it(tmp_path: Path) -> None:
    AddressBook(tmp_path).change(KEY, lambda known: known.at(HOME))

    assert stat.S_IMODE((tmp_path / "sync" / "peers.json").stat().st_mode) == 0o600


def test_the_newest_address_is_the_first_and_old_ones_go() -> None:
    known = Known().at(HOME).at(WORK).at(HOME)
    for n in range(20):
        known = known.at((f"10.0.0.{n}", 1))

    assert Known().at(HOME).at(WORK).at(HOME).addresses == (HOME, WORK)
    assert len(known.addresses) == MOST_ADDRESSES
    assert known.addresses[0] == ("10.0.0.19", 1)


def test_who_is_removed_is_remembered_no_more(tmp_path: Path) -> None:
    file = AddressBook(tmp_path)
    file.change(KEY, lambda known: known.at(HOME))
    file.change(OTHER, lambda known: known.at(WORK))

    file.drop(KEY)
    file.drop("ef" * 32)

    assert set(file.read()) == {OTHER}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        "[" * 100_000,
        '{"a": 5}',
        json.dumps({"a": {"addresses": [["h"]], "met_ms": None, "state": ""}}),
        json.dumps({"a": {"addresses": [], "met_ms": "x", "state": ""}}),
    ],
)
def test_a_damaged_file_is_begun_anew(tmp_path: Path, content: str) -> None:
    (tmp_path / "sync").mkdir()
    (tmp_path / "sync" / "peers.json").write_text(content)
    file = AddressBook(tmp_path)

    assert file.read() == {}
    file.change(KEY, lambda known: known.at(HOME))
    assert set(file.read()) == {KEY}


def test_two_who_write_at_once_lose_nothing(tmp_path: Path) -> None:
    keys = [f"{n:064x}" for n in range(16)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: AddressBook(tmp_path).change(key, lambda each: each), keys))

    assert set(AddressBook(tmp_path).read()) == set(keys)
