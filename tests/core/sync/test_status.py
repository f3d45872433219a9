"""How things stand with other machines, as it is written down and read."""

import json
import re
import stat
from pathlib import Path

import pytest

from core.sync.status import (
    PeerStatus,
    has_peers,
    is_service_running,
    only_service,
    read_peer_statuses,
    sync_sentences,
    sync_status,
)

KEY = "ab" * 32


def written(home: Path, name: str, told: object) -> None:
    (home / "sync").mkdir(exist_ok=True)
    (home / "sync" / name).write_text(told if isinstance(told, str) else json.dumps(told))


def test_what_was_written_is_read_by_key(tmp_path: Path) -> None:
    told = {"state": "away", "sentence": "It is off.", "met_ms": 5, "next_try_ms": 9, "sent": 3}
    written(tmp_path, "state.json", {KEY: told})

    assert read_peer_statuses(tmp_path) == {KEY: PeerStatus(KEY, "away", "It is off.", 5, 9)}


@pytest.mark.parametrize(
    "told",
    [
        "",
        "[" * 100_000,
        "[]",
        {KEY: 5},
        {KEY: {"state": "odd", "sentence": ""}},
        {KEY: {"state": "met"}},
        {KEY: {"state": "met", "sentence": "", "met_ms": "now"}},
    ],
)
def test_what_is_none_of_ours_is_nothing(tmp_path: Path, told: object) -> None:
    assert read_peer_statuses(tmp_path) == {}
    written(tmp_path, "state.json", told)

    assert read_peer_statuses(tmp_path) == {}


def test_there_is_nothing_to_do_until_a_machine_is_introduced(tmp_path: Path) -> None:
    assert not has_peers(tmp_path)
    nobody: object
    for nobody in ("", "{", "[1]", {}):
        written(tmp_path, "peers.json", nobody)
        assert not has_peers(tmp_path)
        assert sync_status(tmp_path) is None

    written(tmp_path, "peers.json", {KEY: {"addresses": []}})

    assert has_peers(tmp_path)


def test_one_service_runs_and_everybody_can_tell(tmp_path: Path) -> None:
    assert not is_service_running(tmp_path)
    with only_service(tmp_path) as first:
        with only_service(tmp_path) as second:
            assert (first, second) == (True, False)
        assert is_service_running(tmp_path)
        assert stat.S_IMODE((tmp_path / "sync").stat().st_mode) == 0o700

    assert not is_service_running(tmp_path)


def test_status_says_that_nobody_meets_them(tmp_path: Path) -> None:
    written(tmp_path, "peers.json", {KEY: {}})
    told = {"state": "met", "sentence": "", "met_ms": 0}
    away = {"state": "away", "sentence": "No Afterthought answers."}
    written(tmp_path, "state.json", {KEY: told, "cd" * 32: away})

    status = sync_status(tmp_path)

    assert status is not None
    assert (status["running"], status["peers"][0]["peer"]) == (False, KEY[:16])
    assert status["peers"][0]["met"].startswith("1970-01-01T")
    first, second, third = sync_sentences(status)
    assert first.startswith("Other machines are not being met")
    assert second == "Last time, 1 other machine had the same."
    assert third == f"The other machine {'cd' * 8}: No Afterthought answers."
    with only_service(tmp_path):
        assert sync_sentences(sync_status(tmp_path)) == [second, third]


def test_status_names_the_machine_and_says_when_it_is_called_again(tmp_path: Path) -> None:
    written(tmp_path, "peers.json", {KEY: {}})
    away = {"name": "laptop", "state": "away", "sentence": "It is off.", "next_try_ms": 90_000_000}
    written(tmp_path, "state.json", {KEY: away})

    with only_service(tmp_path):
        (told,) = sync_sentences(sync_status(tmp_path))

    assert re.fullmatch(r"The other machine laptop: It is off\. Next try at \d\d:\d\d\.", told)
