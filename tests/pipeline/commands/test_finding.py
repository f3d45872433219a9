"""`search` says what it searched by, where an embedder of the archive is not here."""

import argparse
import asyncio
from pathlib import Path

import pytest

from core.command_line import Screen
from core.errors import ModelMissing
from core.paths import Home
from pipeline.commands import finding
from pipeline.meaning.fakes import FakeEmbedder
from pipeline.store.sqlite.archive import open_archive
from tests.pipeline.search.test_two_embedders import embedded_by


def told(home: Path, capsys: pytest.CaptureFixture[str], *, lines: str | None = None) -> list[str]:
    """What `search tea` says beside its hits, or `search --from` with these lines."""
    query = [] if lines else ["tea"]
    asked = {"query": query, "queries": lines, "n": 10, "since": None, "until": None}
    finding.search(argparse.Namespace(home=str(home), day=None, **asked), Screen(as_json=True))
    return [line for line in capsys.readouterr().err.splitlines() if line.startswith("Searched")]


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The embedders that are here."""
    names = {"new"}

    def load(_: Home, name: str) -> FakeEmbedder:
        if name not in names:
            raise ModelMissing(f"There is no {name} embedder.", advice="Fetch it.")
        return FakeEmbedder()

    monkeypatch.setattr(finding, "_load_embedder", load)
    return names


@pytest.fixture(autouse=True)
def of_both(home: Path) -> None:
    async def build() -> None:
        async with open_archive(home) as archive:
            await embedded_by(archive, "old", "new")

    asyncio.run(build())


def test_where_one_of_two_is_missing_some_is_found_by_meaning(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (sentence,) = told(home, capsys)

    assert sentence.startswith("Searched by words, and some of it by meaning. There is no old")


def test_where_both_are_missing_words_alone_find(
    home: Path, here: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    here.clear()

    sentences = told(home, capsys)

    assert len(sentences) == 2
    assert all(each.startswith("Searched by words alone. There is no") for each in sentences)


def test_it_is_said_once_for_many_queries(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(finding, "BATCH", 1)
    lines = tmp_path / "queries.txt"
    lines.write_text("tea\ncoffee\n")

    assert len(told(home, capsys, lines=str(lines))) == 1


def test_where_both_are_here_nothing_is_said(
    home: Path, here: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    here.add("old")

    assert told(home, capsys) == []
