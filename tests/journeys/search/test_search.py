"""A conversation of months, imported and searched by the real commands."""

import json
from pathlib import Path

import pytest

from bench.search_recall import Corpus, Result, corpora, load_embedder, measured
from core.errors import ModelMissing
from pipeline.meaning.embedder import Embedder
from tests.journeys.command import Ran, afterthought

HOSTILE = (
    b"",
    b"to be or not to be",
    b'a "quote" and \'another',
    b'"open',
    b"tea AND",
    b"NEAR(tea box, 2)",
    "\N{TEAPOT}".encode(),
    b"tea\0box",
    b"x" * 10_000,
    b"\xed\xa0\x80 tea",
    b"\xff\xfe",
    b"text:tea* ^tea {text} -tea",
)
"""A query a line; the last ones are bytes that are no text."""


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    try:
        return load_embedder()
    except ModelMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def conversation(data: Path) -> Corpus:
    return next(corpora(data, "locomo"))


@pytest.fixture(scope="module")
def result(conversation: Corpus, embedder: Embedder) -> Result:
    return measured(conversation, embedder)


def keep(*rows: dict[str, str]) -> Ran:
    """Import these rows from standard input into the test's home."""
    lines = "".join(f"{json.dumps(row)}\n" for row in rows)
    return afterthought("import", "-", "--json", input=lines, stdin=None)


def ask(folder: Path, *queries: bytes) -> Ran:
    file = folder / "queries.txt"
    file.write_bytes(b"".join(query + b"\n" for query in queries))
    return afterthought("search", "--from", file)


MORNING = {"ref": "a", "text": "The pills are in the blue box", "at": "2026-01-16T09:00+00:00"}
EVENING = {"ref": "b", "text": "Tea beside the pill box", "at": "2026-01-16T21:00+00:00"}


@pytest.mark.long
def test_the_right_moment_is_in_the_first_ten_more_often_than_by_words(result: Result) -> None:
    assert result.mean("search") >= 0.70
    assert result.mean("search") >= result.mean("BM25") - 0.02
    assert result.mean("search") > result.mean("cosine")


@pytest.mark.long
def test_hardly_a_question_that_has_an_answer_is_told_that_nothing_is_close(
    result: Result,
) -> None:
    assert sum(result.nothing_close) < 0.05 * len(result.nothing_close)


def test_importing_the_same_lines_again_gives_the_same_moments() -> None:
    first = keep(MORNING, EVENING)
    again = keep(MORNING, EVENING)

    assert [line["ref"] for line in first.lines] == ["a", "b"]
    assert again.lines == first.lines
    assert len(afterthought("list", "--json").value) == 2


def test_since_and_until_leave_out_what_was_said_before_and_after() -> None:
    keep(MORNING, EVENING)

    def found(*range_: str) -> list[str]:
        ran = afterthought("search", "pill box", "--json", *range_)
        return sorted(hit["ref"] for hit in ran.value)

    assert found() == ["a", "b"]
    assert found("--since", "2026-01-16T12:00Z") == ["b"]
    assert found("--until", "2026-01-16T12:00Z") == ["a"]
    assert found("--since", "2026-01-17") == []


def test_every_line_is_answered_in_order_whatever_it_holds(tmp_path: Path) -> None:
    keep(MORNING, EVENING)

    ran = ask(tmp_path, *HOSTILE)

    assert (ran.status, ran.err) == (0, "")
    assert len(ran.lines) == len(HOSTILE)
    for query, answer in zip(HOSTILE, ran.lines, strict=True):
        assert answer["query"] == query.decode("utf-8", "replace")
        assert len(answer["hits"]) <= 2
        assert isinstance(answer["nothing_close"], bool)
    by_query = dict(zip(HOSTILE, ran.lines, strict=True))
    assert by_query[b""]["hits"] == []
    assert by_query[b"tea AND"]["hits"][0]["ref"] == "b"


def test_a_query_from_another_world_is_told_that_nothing_is_close(
    tmp_path: Path, embedder: Embedder
) -> None:
    del embedder  # only so that the test is left out where there is none
    keep(MORNING, EVENING)

    strange, known = ask(tmp_path, b"isentropic nozzle flow at Mach three", b"pill box").lines

    assert strange["nothing_close"]
    assert not known["nothing_close"]
