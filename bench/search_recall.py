"""Does search find the right moment? Recall by corpus, beside words alone and meaning alone.

    python -m bench.search_recall [--only locomo,qmsum,ami,cranfield] [--vectors FOLDER]

Needs AFTERTHOUGHT_TEST_DATA (the corpora) and the embedding model that set-up builds. Each
conversation, meeting or collection is an archive of its own. `--vectors` keeps the vectors
of the texts between runs.

Obtaining hits and scoring them are apart: `score` takes ids, best first, from anywhere.
"""

import argparse
import asyncio
import hashlib
import json
import math
import os
import sqlite3
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.settings import Settings
from pipeline import models
from pipeline.meaning.embedder import Embedder, MiniLmEmbedder
from pipeline.search.dates import date_in_words
from pipeline.search.engine import Engine, PassageTable, Shown, WordMatch
from pipeline.search.query import parse

TOP = 10
MEASURE = {"locomo": "recall", "qmsum": "ndcg", "ami": "hit", "cranfield": "ndcg"}
"""What counts for each: QMSum's questions have a median of 25 relevant turns, so that its
recall says little; AMI's sentences are answered by any of the acts that they summarise."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One moment to be: what was said, by whom, when."""

    ref: str
    text: str
    speaker: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask, and the refs that answer it."""

    text: str
    relevant: frozenset[str]
    answerable: bool = True


@dataclass(frozen=True, slots=True)
class Corpus:
    """One archive and its questions."""

    kind: str
    name: str
    turns: Sequence[Turn]
    questions: Sequence[Question]


# Scoring: ids in, numbers out.


def score(hits: Sequence[str], relevant: frozenset[str]) -> dict[str, float]:
    """Recall, hit and nDCG at ten of refs, best first."""
    found = [ref in relevant for ref in hits[:TOP]]
    gain = sum(1 / math.log2(rank + 2) for rank, good in enumerate(found) if good)
    ideal = sum(1 / math.log2(rank + 2) for rank in range(min(TOP, len(relevant))))
    return {
        "recall": sum(found) / len(relevant),
        "hit": float(any(found)),
        "ndcg": gain / ideal,
    }


def mean(scores: Sequence[Mapping[str, float]], measure: str) -> float:
    return sum(one[measure] for one in scores) / max(len(scores), 1)


# The corpora.


def corpora(data: Path, only: Sequence[str]) -> Iterable[Corpus]:
    """Every archive of the kinds named, in the order of its file."""
    for kind in only:
        yield from _LOADERS[kind](data)


def _locomo(data: Path) -> Iterable[Corpus]:
    def turn(row: dict[str, Any], _: int) -> Turn:
        at = datetime.strptime(row["date_time"], "%I:%M %p on %d %B, %Y").replace(tzinfo=UTC)
        return Turn(row["doc"], row["text"], row["speaker"], at)

    return _grouped("locomo", data / "locomo", "dev_", "conv", turn)


def _qmsum(data: Path) -> Iterable[Corpus]:
    def turn(row: dict[str, Any], place: int) -> Turn:
        return Turn(row["doc"], row["text"], row["speaker"], _meeting_time(10.0 * place))

    return _grouped("qmsum", data / "qmsum", "dev_", "meeting", turn)


def _ami(data: Path) -> Iterable[Corpus]:
    def turn(row: dict[str, Any], _: int) -> Turn:
        return Turn(row["doc"], row["text"], row["speaker"], _meeting_time(row["start"]))

    return _grouped("ami", data / "ami_search", "dev_", "meeting", turn)


def _cranfield(data: Path) -> Iterable[Corpus]:
    def turn(row: dict[str, Any], place: int) -> Turn:
        # Abstracts are not beside one another: an hour apart, they lend nothing.
        return Turn(row["doc"], row["text"], None, _meeting_time(3600.0 * place))

    return _grouped("cranfield", data / "cranfield", "", None, turn)


_LOADERS = {"locomo": _locomo, "qmsum": _qmsum, "ami": _ami, "cranfield": _cranfield}


def _meeting_time(start_s: float) -> datetime:
    return datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(seconds=start_s)


def _grouped(
    kind: str,
    folder: Path,
    prefix: str,
    key: str | None,
    turn: Callable[[dict[str, Any], int], Turn],
) -> Iterable[Corpus]:
    turns: dict[str, list[Turn]] = defaultdict(list)
    questions: dict[str, list[Question]] = defaultdict(list)
    for row in _rows(folder / f"{prefix}docs.jsonl"):
        name = row[key] if key else kind
        turns[name].append(turn(row, len(turns[name])))
    for row in _rows(folder / f"{prefix}queries.jsonl"):
        if row["relevant"]:
            answerable = row.get("category") != "adversarial"
            one = Question(row["query"], frozenset(row["relevant"]), answerable)
            questions[row[key] if key else kind].append(one)
    for name, asked in questions.items():
        in_order = sorted(turns[name], key=lambda one: one.at or datetime.min.replace(tzinfo=UTC))
        yield Corpus(kind, name, in_order, asked)


def _rows(path: Path) -> Iterable[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


# Obtaining hits: an archive in memory with the store's schema.


class ScratchArchive:
    """A reader for the engine over turns, one passage each, without a store."""

    def __init__(self, turns: Sequence[Turn], vectors: NDArray[np.float32] | None) -> None:
        self._turns = turns
        self._db = sqlite3.connect(":memory:")
        self._db.executescript(_SCHEMA)
        self._db.executemany(
            "INSERT INTO passage (rowid, speaker, date_words, text) VALUES (?, ?, ?, ?)",
            (
                (place + 1, one.speaker, date_in_words(one.at) if one.at else "", one.text)
                for place, one in enumerate(turns)
            ),
        )
        self._db.execute("INSERT INTO passage_words (passage_words) VALUES ('rebuild')")
        count = len(turns)
        times = [one.at.timestamp() * 1000 if one.at else math.nan for one in turns]
        self.table = PassageTable(
            rowids=np.arange(1, count + 1),
            moment_of=np.arange(count),
            vectors=vectors,
            moments=[one.ref for one in turns],
            at_ms=np.array(times, np.float64),
            speakers=[one.speaker for one in turns],
            characters=np.array([len(one.text) for one in turns], np.int64),
        )

    async def passages(self) -> PassageTable:
        return self.table

    async def match(self, match: str, limit: int) -> list[WordMatch]:
        rows = self._db.execute(_MATCH, (f"{{date_words text}} : ({match})", limit))
        return [WordMatch(rowid, score) for rowid, score in rows]

    async def shown(self, passages: Sequence[int]) -> dict[int, Shown]:
        turns = ((rowid, self._turns[rowid - 1]) for rowid in passages)
        return {
            rowid: Shown(one.ref, one.ref, one.at, None, one.speaker, one.text)
            for rowid, one in turns
        }

    def words_alone(self, query: str) -> list[str]:
        """Plain BM25 with the speaker's name in the text: what fusion must not fall under."""
        match = parse(query).match
        rows = self._db.execute(_PLAIN, (match, TOP)) if match else ()
        return [self._turns[rowid - 1].ref for (rowid,) in rows]


_SCHEMA = """
CREATE TABLE passage (rowid INTEGER PRIMARY KEY, speaker TEXT, date_words TEXT, text TEXT);
CREATE VIRTUAL TABLE passage_words USING fts5 (
    speaker, date_words, text, content='passage', tokenize='porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE plain USING fts5 (text, tokenize='porter unicode61 remove_diacritics 2');
CREATE TRIGGER plain_too AFTER INSERT ON passage BEGIN
    INSERT INTO plain (rowid, text)
    VALUES (new.rowid, coalesce(new.speaker || ': ', '') || new.text);
END;
"""
_MATCH = """
SELECT rowid, -bm25(passage_words) AS score FROM passage_words
WHERE passage_words MATCH ? ORDER BY score DESC LIMIT ?
"""
_PLAIN = "SELECT rowid FROM plain WHERE plain MATCH ? ORDER BY bm25(plain), rowid LIMIT ?"


def vectors_of(texts: Sequence[str], embedder: Embedder, kept: Path | None) -> NDArray[np.float32]:
    """Vectors of the texts; out of `kept` where the same texts were embedded before."""
    digest = hashlib.sha256("\0".join([embedder.name, *texts]).encode()).hexdigest()[:16]
    file = kept / f"{digest}.npy" if kept else None
    if file and file.exists():
        stored: NDArray[np.float32] = np.load(file)
        return stored
    vectors = embedder.embed(texts)
    if file:
        np.save(file, vectors)
    return vectors


def spoken(turn: Turn) -> str:
    """What is embedded: the name helps a question that names somebody."""
    return f"{turn.speaker}: {turn.text}" if turn.speaker else turn.text


async def measured(corpus: Corpus, embedder: Embedder, kept: Path | None) -> "Result":
    turn_vectors = vectors_of([spoken(one) for one in corpus.turns], embedder, kept)
    archive = ScratchArchive(corpus.turns, turn_vectors)
    asked = [one for one in corpus.questions if one.answerable]
    traps = [one for one in corpus.questions if not one.answerable]
    query_vectors = vectors_of([one.text for one in asked + traps], embedder, kept)
    known = dict(zip((parse(one.text).text for one in asked + traps), query_vectors, strict=True))

    async def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([known[text] for text in texts])

    fused = Engine(archive, embed)
    began = time.perf_counter()
    words = [archive.words_alone(one.text) for one in asked]
    words_s = time.perf_counter() - began
    by_rank = np.argsort(-(query_vectors[: len(asked)] @ turn_vectors.T), axis=1, kind="stable")
    meaning = [[corpus.turns[place].ref for place in row[:TOP]] for row in by_rank]
    found = await fused.search_many([one.text for one in asked], n=TOP)
    trapped = await fused.search_many([one.text for one in traps], n=TOP) if traps else []
    return Result(
        corpus,
        _scored(words, asked),
        _scored(meaning, asked),
        _scored([[hit.moment for hit in one.hits] for one in found], asked),
        sum(one.ms for one in found) / 1000 / max(words_s, 1e-9),
        sum(one.nothing_close for one in found) / max(len(found), 1),
        sum(one.nothing_close for one in trapped) / len(trapped) if trapped else math.nan,
    )


@dataclass(frozen=True, slots=True)
class Result:
    """One archive, measured. Times as a ratio, since machines differ and this does not."""

    corpus: Corpus
    words: Sequence[Mapping[str, float]]
    meaning: Sequence[Mapping[str, float]]
    fused: Sequence[Mapping[str, float]]
    times_of_words: float
    nothing_close: float
    nothing_close_of_traps: float


def _scored(hits: Sequence[Sequence[str]], asked: Sequence[Question]) -> list[dict[str, float]]:
    return [score(one, question.relevant) for one, question in zip(hits, asked, strict=True)]


_HEADER = (
    f"{'archive':<14} {'measure':<10} {'asked':>5} {'words':>8} {'meaning':>8} {'fused':>8}"
    f" {'x time':>7} {'nothing':>8} {'trapped':>8}"
)


def row(name: str, measure: str, results: Sequence[Result]) -> str:
    def pooled(part: str) -> float:
        return mean([one for result in results for one in getattr(result, part)], measure)

    questions = sum(len(result.words) for result in results)
    ratio = float(np.median([result.times_of_words for result in results]))
    silent = float(
        np.average(
            [one.nothing_close for one in results], weights=[len(one.words) for one in results]
        )
    )
    trapped = float(np.mean([one.nothing_close_of_traps for one in results]))
    return (
        f"{name:<14} {measure + '@10':<10} {questions:>5} {pooled('words'):>8.3f}"
        f" {pooled('meaning'):>8.3f} {pooled('fused'):>8.3f} {ratio:>7.1f} {silent:>8.3f}"
        f" {trapped:>8.3f}"
    )


def main(argv: Sequence[str]) -> int:
    """Prints a line for each of LoCoMo's conversations and for each corpus.

    `x time` is fusion's time over that of words alone; `nothing` the share of answerable
    questions that were told that nothing is close, `trapped` that of questions with a
    false premise.
    """
    arguments = _parser().parse_args(argv)
    named = os.environ.get("AFTERTHOUGHT_TEST_DATA")
    if not named:
        print("AFTERTHOUGHT_TEST_DATA names no folder of texts to measure on.", file=sys.stderr)
        return 2
    folder = models.find("embedder", settings=Settings(), home=Path())
    embedder = MiniLmEmbedder(folder / "model.onnx", folder / "tokenizer.json")
    results: dict[str, list[Result]] = defaultdict(list)
    print(_HEADER)
    for corpus in corpora(Path(named), arguments.only.split(",")):
        result = asyncio.run(measured(corpus, embedder, arguments.vectors))
        results[corpus.kind].append(result)
        if corpus.kind == "locomo":
            print(row(corpus.name, MEASURE[corpus.kind], [result]))
    for kind, ones in results.items():
        print(row(kind, MEASURE[kind], ones))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", default=",".join(_LOADERS), help="kinds, with commas between")
    parser.add_argument("--vectors", type=Path, help="a folder that keeps vectors between runs")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
