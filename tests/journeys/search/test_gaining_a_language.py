"""A wearer adds a language: the real worker embeds anew, is killed, goes on, and is searched."""

import asyncio
import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.search.languages import LISTED, said_in, settle
from core.paths import Home
from core.sockets import socket_client
from pipeline.embedders import MINI_LM, MULTILINGUAL
from pipeline.store.sqlite.reader import open_archive_to_read
from tests.encoders import resources
from tests.journeys.command import COMMAND, afterthought
from tests.waiting import PATIENCE_S, answered, waited

COPIES = 3
"""Of the sentences, so that the work takes a few seconds."""


def said() -> list[str]:
    return [turn.text for turn in said_in("de")[0]]


def import_all(home: Path) -> None:
    rows = [
        {"ref": f"{copy}-{number}", "text": f"{text} {copy}", "at": f"2026-0{copy + 1}-01T10:00Z"}
        for copy in range(COPIES)
        for number, text in enumerate(said())
    ]
    file = home / "said.jsonl"
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    assert afterthought("import", file).status == 0


@contextmanager
def worker() -> Iterator["subprocess.Popen[bytes]"]:
    """It is killed in the end, as by a power cut."""
    with subprocess.Popen([*COMMAND, "process"], stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def rows_of(home: Path, query: str) -> list[Any]:
    """What the archive answers."""

    async def rows() -> list[Any]:
        async with open_archive_to_read(home) as archive:
            return list(await archive.connection.execute_fetchall(query))

    return asyncio.run(rows())


def embedders(home: Path) -> Counter[str]:
    """How many passages have vectors of which embedder."""
    query = "SELECT embedder, count(*) FROM passage GROUP BY embedder"
    return Counter(dict(rows_of(home, query)))


def texts(query: str) -> list[str]:
    return [hit["text"] for hit in afterthought("search", query, "-n", "3", "--json").value]


@pytest.mark.long
def test_an_archive_that_gains_a_language_goes_on_after_a_kill_and_is_found_all_the_while(
    home: Path,
) -> None:
    resources()  # skips where the encoder is not there
    all_of_them = COPIES * len(said())
    import_all(home)
    assert embedders(home) == {MINI_LM: all_of_them}
    settle(home, LISTED)

    with worker():
        progress = waited(lambda: anew_told(home))
    halfway = embedders(home)
    assert progress["of"] == all_of_them
    assert 0 < halfway[MINI_LM] < all_of_them
    assert halfway.total() == all_of_them
    # Nobody works now; what has either kind of vector is found, by a model of the command's own.
    assert any("Norwegen" in each for each in texts("Fotos aus Norwegen"))
    assert texts("the swans on the lake")

    with worker():
        answered(Home(home).worker_socket, {"do": "status"})
        waited(lambda: anew_told(home) or is_done(home))
        assert texts("the swans on the lake")  # also while it works
        waited(lambda: is_done(home))
        told = afterthought("status", "--json").value
        assert told["worker"]["embedding_anew"] is None
        assert any("Schlüssel" in each for each in texts("Where is the spare key to the cellar?"))

    assert embedders(home) == {MULTILINGUAL: all_of_them}
    query = "SELECT subject FROM event WHERE kind = 'moment_embedded'"
    events = Counter(subject for (subject,) in rows_of(home, query))
    assert set(events.values()) == {1}  # no peer is sent any of it
    assert afterthought("check").status == 0


def anew_told(home: Path) -> dict[str, Any] | None:
    """How far the worker is, once it has begun."""
    told = _status(home).get("embedding_anew")
    return told if told and told["done"] else None


def is_done(home: Path) -> bool:
    told = _status(home).get("embedding_anew", "not asked yet")
    return told is None and set(embedders(home)) == {MULTILINGUAL}


def _status(home: Path) -> dict[str, Any]:
    try:
        socket = Home(home).worker_socket
        return dict(socket_client.ask(socket, {"do": "status"}, patience_s=PATIENCE_S))
    except socket_client.NobodyThere:
        return {}
