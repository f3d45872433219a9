"""`peers` as people and scripts run it: two homes, real processes."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests import doubled
from tests.test_commands_document import agree, examples, shape


def started(home: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "afterthought", *arguments, "--json", "--home", str(home)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ran(home: Path, *arguments: str, status: int = 0) -> list[Any]:
    """What it printed, a value for each line."""
    done = doubled.run([*arguments, "--json", "--home", str(home)])
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@contextmanager
def waiting(home: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A `peers add` that waits, and its code."""
    with started(home, "peers", "add", "--yes", "--name", "laptop") as process:
        assert process.stdout is not None
        opened = json.loads(process.stdout.readline())
        assert opened["event"] == "open"
        try:
            yield process, opened["code"]
        finally:
            process.kill()


def events_to_the_end(process: "subprocess.Popen[str]") -> list[dict[str, Any]]:
    assert process.stdout is not None
    return [json.loads(line) for line in process.stdout]


@pytest.fixture
def laptop(tmp_path: Path) -> Path:
    return tmp_path / "laptop"


@pytest.fixture
def pendant(tmp_path: Path) -> Path:
    return tmp_path / "pendant"


def introduce(laptop: Path, pendant: Path) -> None:
    with waiting(laptop) as (process, code):
        ran(pendant, "peers", "add", code, "--yes", "--name", "pendant", "--role", "archive")
        events_to_the_end(process)


def test_two_homes_are_introduced_by_a_code(laptop: Path, pendant: Path) -> None:
    with waiting(laptop) as (process, code):
        called = ran(pendant, "peers", "add", code, "--yes", "--name", "pendant")
        waited = events_to_the_end(process)

    assert [each["event"] for each in called] == ["met", "added"]
    assert [each["event"] for each in waited] == ["met", "added"]
    assert (called[1]["name"], waited[1]["name"]) == ("laptop", "pendant")
    (seen_here,) = ran(pendant, "peers")[0]
    (seen_there,) = ran(laptop, "peers")[0]
    assert (seen_here["name"], seen_here["role"]) == ("laptop", "full")
    assert seen_here["id"] == called[1]["id"]
    assert seen_here["address"].endswith(":8478")
    assert seen_there["name"] == "pendant"


def test_what_is_printed_is_what_the_document_promises(laptop: Path, pendant: Path) -> None:
    with waiting(laptop) as (process, code):
        called = ran(pendant, "peers", "add", code, "--yes")
        events_to_the_end(process)
    listed = ran(pendant, "peers")
    removed = ran(pendant, "peers", "remove", called[1]["id"])

    opened = {"event": "open", "addresses": [""], "code": code}
    printed = [*listed, opened, *called, *removed]
    promised = examples("peers")[:5]
    assert len(promised) == len(printed)
    for example, found in zip(promised, printed, strict=True):
        assert agree(shape(example), shape(found)), found


def test_a_peer_has_the_role_that_it_was_given_here(laptop: Path, pendant: Path) -> None:
    introduce(laptop, pendant)

    assert ran(pendant, "peers")[0][0]["role"] == "archive"
    assert ran(laptop, "peers")[0][0]["role"] == "full"


def test_a_peer_is_removed_by_its_id_or_its_name(laptop: Path, pendant: Path) -> None:
    introduce(laptop, pendant)
    (known,) = ran(pendant, "peers")[0]

    (gone,) = ran(pendant, "peers", "remove", "laptop")

    assert gone["id"] == known["id"]
    assert ran(pendant, "peers") == [[]]
    (refused,) = ran(pendant, "peers", "remove", known["id"][:6], status=1)
    assert refused["code"] == "not_found"


def test_a_wrong_code_ends_both_and_stores_nothing(laptop: Path, pendant: Path) -> None:
    with waiting(laptop) as (process, code):
        wrong = code[:-32] + "0" * 32
        (refused,) = ran(pendant, "peers", "add", wrong, "--yes", status=1)
        (told,) = events_to_the_end(process)
        assert process.wait() == 1

    assert refused["code"] == told["code"] == "not_introduced"
    assert ran(laptop, "peers") == ran(pendant, "peers") == [[]]


def test_an_install_is_not_introduced_to_itself(laptop: Path) -> None:
    with waiting(laptop) as (_, code):
        (refused,) = ran(laptop, "peers", "add", code, "--yes", status=1)

    assert "same install" in refused["error"]


def test_where_nobody_waits_that_is_said(pendant: Path, laptop: Path) -> None:
    with waiting(laptop) as (process, code):
        process.kill()
        process.wait()
    port = int(code.split(":")[-3])
    with socket.socket(socket.AF_INET6) as held:  # no other program listens there meanwhile
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("", port))
        (refused,) = ran(pendant, "peers", "add", code, "--yes", status=1)

    assert refused["code"] == "peer_gone"


def test_where_nobody_could_agree_nothing_is_begun(pendant: Path) -> None:
    environment = os.environ | {"AFTERTHOUGHT_HOME": str(pendant)}
    done = subprocess.run(
        [sys.executable, "-m", "afterthought", "peers", "add"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )

    assert done.returncode == 2
    assert "Nobody could agree here" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "192.168.1.7", "--yes"),
        ("remove",),
        ("--role", "full"),
        ("remove", "x", "--yes"),
        ("add", "no address:", "--yes"),
        ("--agree", "x"),
        ("forgets", "x"),
        ("forgets", "--agree", "x", "--refuse", "x"),
    ],
)
def test_wrong_usage_is_told(pendant: Path, arguments: tuple[str, ...]) -> None:
    (refused,) = ran(pendant, "peers", *arguments, status=2)

    assert refused["code"] == "wrong_usage"


def test_a_code_that_is_cut_off_is_told(pendant: Path) -> None:
    (refused,) = ran(pendant, "peers", "add", "afterthought-peer:192.168.1.7", "--yes", status=1)

    assert "no whole code" in refused["error"]
