"""Does search find the right moment? `import` and `search --from`, beside BM25 and cosine alone.

    python -m bench.search_recall [--only locomo,qmsum,ami,cranfield] [--archives N]

Needs AFTERTHOUGHT_TEST_DATA (the corpora) and the embedding model that set-up builds. Each
conversation, meeting or collection is an archive of its own, in a home that goes afterwards.
The exit status is 1 where search misses a goal; the last lines say which.
"""

import argparse
import asyncio
import json
import math
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.recordings import data_folder
from core.settings import Settings
from pipeline import models
from pipeline.meaning.embedder import Embedder, MiniLmEmbedder
from pipeline.search.engine import Engine
from pipeline.search.query import parse
from pipeline.store.sqlite.passage_index import PassageReader
from pipeline.store.sqlite.reader import SqliteReader, open_archive_to_read

TOP = 10
LOCOMO_GOAL = 0.70
SLACK = 0.02
"""By how much a single conversation may fall under BM25: two or three questions."""

MEASURE = {"locomo": "recall", "qmsum": "ndcg", "ami": "hit", "cranfield": "ndcg"}
"""What counts for each: QMSum's questions have a median of 25 relevant turns, so that its
recall says little; AMI's sentences are answered by any of the acts that they summarise."""

WAYS = ("BM25", "and date", "cosine", "by words", "search")
"""BM25 over "Name: text" without the query's stop words, the same over the date in words too,
cosine alone, our search without an embedder, and our search as the command line has it."""

Hits = Sequence[str | None]
"""The refs of one answer, best first."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One moment to be: what was said, by whom, when."""

    ref: str
    text: str
    speaker: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the refs that answer it."""

    text: str
    relevant: frozenset[str]


@dataclass(frozen=True, slots=True)
class Corpus:
    """One archive and its questions."""

    kind: str
    name: str
    turns: Sequence[Turn]
    questions: Sequence[Question]


@dataclass(frozen=True, slots=True)
class Result:
    """One archive, measured; or several, pooled. Scores and times have one entry a question."""

    scores: Mapping[str, Sequence[float]]
    ms: Sequence[float]
    nothing_close: Sequence[bool]
    lines: int
    import_s: float

    def mean(self, way: str) -> float:
        return float(np.mean(self.scores[way]))


# Scoring: refs in, numbers out.


def score(hits: Hits, relevant: frozenset[str], measure: str) -> float:
    """Recall, hit or nDCG at ten."""
    found = [ref in relevant for ref in hits[:TOP]]
    if measure == "recall":
        return sum(found) / len(relevant)
    if measure == "hit":
        return float(any(found))
    gain = sum(1 / math.log2(rank + 2) for rank, good in enumerate(found) if good)
    ideal = sum(1 / math.log2(rank + 2) for rank in range(min(TOP, len(relevant))))
    return gain / ideal


def pooled(results: Sequence[Result]) -> Result:
    return Result(
        {way: [one for result in results for one in result.scores[way]] for way in WAYS},
        [ms for result in results for ms in result.ms],
        [one for result in results for one in result.nothing_close],
        sum(result.lines for result in results),
        sum(result.import_s for result in results),
    )


def missed(named: Mapping[str, Result]) -> Iterator[str]:
    """A sentence for each goal that search misses; kinds and conversations by their names."""
    for name, result in named.items():
        ours, words = result.mean("search"), result.mean("BM25")
        if name == "locomo" and ours < LOCOMO_GOAL:
            yield f"locomo has {ours:.3f}; the goal is {LOCOMO_GOAL}"
        if name.startswith("conv-") and ours < words - SLACK:
            yield f"{name} has {ours:.3f}, more than 2 points under BM25's {words:.3f}"
        if name in {"qmsum", "ami"} and ours < words:
            yield f"{name} has {ours:.3f}, under BM25's {words:.3f}"


# The corpora.


def corpora(data: Path, kind: str) -> Iterator[Corpus]:
    """Every archive of this kind, its turns in the order of their time."""
    folder, key, turn = {
        "locomo": ("locomo/dev_", "conv", _locomo_turn),
        "qmsum": ("qmsum/dev_", "meeting", _qmsum_turn),
        "ami": ("ami_search/dev_", "meeting", _ami_turn),
        "cranfield": ("cranfield/", None, _abstract),
    }[kind]
    turns: dict[str, list[Turn]] = defaultdict(list)
    questions: dict[str, list[Question]] = defaultdict(list)
    for row in _rows(data / f"{folder}docs.jsonl"):
        name = row[key] if key else kind
        turns[name].append(turn(row, len(turns[name])))
    for row in _rows(data / f"{folder}queries.jsonl"):
        if row["relevant"] and row.get("category") != "adversarial":
            asked = " ".join(row["query"].split())
            questions[row[key] if key else kind].append(Question(asked, frozenset(row["relevant"])))
    for name, asked_here in questions.items():
        said = sorted((one for one in turns[name] if one.text.strip()), key=lambda one: one.at)
        yield Corpus(kind, name, said, asked_here)


def _locomo_turn(row: dict[str, Any], _: int) -> Turn:
    at = datetime.strptime(row["date_time"], "%I:%M %p on %d %B, %Y").replace(tzinfo=UTC)
    return Turn(row["doc"], row["text"], row["speaker"], at)


def _qmsum_turn(row: dict[str, Any], place: int) -> Turn:
    return Turn(row["doc"], row["text"], row["speaker"], _meeting_time(10.0 * place))


def _ami_turn(row: dict[str, Any], _: int) -> Turn:
    return Turn(row["doc"], row["text"], row["speaker"], _meeting_time(row["start"]))


def _abstract(row: dict[str, Any], place: int) -> Turn:
    # Abstracts are not beside one another: an hour apart, they lend nothing.
    return Turn(row["doc"], row["text"], None, _meeting_time(3600.0 * place))


def _meeting_time(start_s: float) -> datetime:
    return datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(seconds=start_s)


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


# Our search, as a wearer has it.


def afterthought(home: Path, *arguments: str) -> str:
    """The output of the command. Its complaints go to standard error, as always."""
    command = [sys.executable, "-m", "afterthought", "--home", str(home), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def import_turns(home: Path, turns: Iterable[Turn]) -> float:
    """Seconds that `afterthought import` took, with its start."""
    file = home.with_name("turns.jsonl")
    rows = (
        {"ref": one.ref, "text": one.text, "speaker": one.speaker, "at": one.at.isoformat()}
        for one in turns
    )
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    began = time.perf_counter()
    afterthought(home, "import", str(file))
    return time.perf_counter() - began


def answers(home: Path, questions: Iterable[Question]) -> list[dict[str, Any]]:
    """The answers of `afterthought search --from`, one object a question."""
    file = home.with_name("questions.txt")
    file.write_text("".join(f"{one.text}\n" for one in questions), encoding="utf-8")
    printed = afterthought(home, "search", "--from", str(file), "-n", str(TOP))
    return [json.loads(line) for line in printed.splitlines()]


def measured(corpus: Corpus, embedder: Embedder) -> Result:
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        import_s = import_turns(home, corpus.turns)
        answered = answers(home, corpus.questions)
        beside = asyncio.run(_beside(home, [one.text for one in corpus.questions], embedder))
    ours = [[hit["ref"] for hit in one["hits"]] for one in answered]
    scores = {
        way: [
            score(hits, question.relevant, MEASURE[corpus.kind])
            for hits, question in zip(found, corpus.questions, strict=True)
        ]
        for way, found in zip(WAYS, (*beside, ours), strict=True)
    }
    return Result(
        scores,
        [one["ms"] for one in answered],
        [one["nothing_close"] for one in answered],
        len(corpus.turns),
        import_s,
    )


# What stands beside it, from the same archive.


async def _beside(home: Path, queries: Sequence[str], embedder: Embedder) -> list[Sequence[Hits]]:
    """The hits of every other way."""
    async with open_archive_to_read(home) as archive:
        bm25 = [await _bm25(archive, queries, table) for table in ("plain", "dated")]
        cosine = await _cosine(archive, embedder.embed(queries))
        engine = Engine(PassageReader(archive.connection, meaning=False))
        found = await engine.search_many(queries, n=TOP)
        return [*bm25, cosine, [[hit.ref for hit in one.hits] for one in found]]


async def _bm25(archive: SqliteReader, queries: Sequence[str], table: str) -> Sequence[Hits]:
    await archive.connection.executescript(_WORDS[table])
    query = (
        f"SELECT ref FROM {table} JOIN passage ON passage.rowid = {table}.rowid "  # noqa: S608
        f"JOIN moment ON moment.id = passage.moment WHERE {table} MATCH ? ORDER BY rank LIMIT ?"
    )
    found = []
    for terms in (parse(one).terms for one in queries):
        match = " OR ".join(f'"{term.typed}"' for term in terms)
        # A long moment may be found by several of its passages.
        rows = match and await archive.connection.execute_fetchall(query, (match, 3 * TOP))
        found.append(list(dict.fromkeys(ref for (ref,) in rows or ())))
    return found


_WORDS = {
    name: f"""
CREATE VIRTUAL TABLE temp.{name} USING fts5 (
    text, tokenize = 'porter unicode61 remove_diacritics 2'
);
INSERT INTO {name} (rowid, text)
SELECT rowid, iif(speaker = '', '', speaker || ': ') || text {more} FROM passage;
"""  # noqa: S608
    for name, more in {"plain": "", "dated": "|| ' ' || date_words"}.items()
}


async def _cosine(archive: SqliteReader, vectors: NDArray[np.float32]) -> Sequence[Hits]:
    table = await PassageReader(archive.connection).passages()
    (stored,) = table.vectors.values()
    refs = {one.id: one.ref for one in await archive.moments()}
    found = []
    for vector in vectors:
        best = np.full(len(table.moments), -1.0)
        np.maximum.at(best, table.moment_of, stored.cosines(vector))
        found.append([refs[table.moments[at]] for at in np.argsort(-best, kind="stable")[:TOP]])
    return found


# The table.


_HEADER = (
    f"{'archives':<10} {'measure':<9} {'asked':>5}"
    + "".join(f" {way:>8}" for way in WAYS)
    + f" {'ms':>6} {'p95':>6} {'nothing':>7} {'lines/s':>7}"
)


def _line(name: str, measure: str, result: Result) -> str:
    """`ms` is a query's median, `nothing` the share that were told that nothing is close."""
    return (
        f"{name:<10} {measure + '@10':<9} {len(result.ms):>5}"
        + "".join(f" {result.mean(way):>8.3f}" for way in WAYS)
        + f" {np.median(result.ms):>6.1f} {np.percentile(result.ms, 95):>6.1f}"
        + f" {np.mean(result.nothing_close):>7.3f} {result.lines / result.import_s:>7.0f}"
    )


def main(argv: Sequence[str]) -> int:
    """Print a line for each of LoCoMo's conversations and for each kind of archive."""
    arguments = _parser().parse_args(argv)
    data = data_folder()
    found: dict[str, Result] = {}
    print(_HEADER)
    for kind in arguments.only.split(","):
        results = {}
        for corpus in islice(corpora(data, kind), arguments.archives):
            results[corpus.name] = measured(corpus, load_embedder())
            if kind == "locomo":
                print(_line(corpus.name, MEASURE[kind], results[corpus.name]), flush=True)
        found |= results | {kind: pooled(list(results.values()))}
        print(_line(kind, MEASURE[kind], found[kind]), flush=True)
    sentences = list(missed(found))
    print("\n".join(sentences) or "Every goal is met.")
    return int(bool(sentences))


def load_embedder() -> Embedder:
    return MiniLmEmbedder(models.find("embedder", settings=Settings(), home=Path()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench search_recall")
    parser.add_argument("--only", default=",".join(MEASURE), help="kinds, with commas between")
    parser.add_argument("--archives", type=int, help="only the first N of each kind")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
