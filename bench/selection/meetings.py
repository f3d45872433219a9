"""How much of what people link to a meeting's summary is in the fifth that speaks most for itself.

    afterthought bench meetings [--meetings N] [--words-alone]

Our signals, each act against those before it alone, and beside them length and chance. The best
that a fifth can hold is 0.63 of the linked words; a regression over the words of such meetings
(TF-IDF), trained on these labels, has 0.38. Our few weights were chosen with these meetings in
view.
"""

import argparse
import sys
from collections.abc import Sequence
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from bench.recordings import data_folder
from bench.search_recall import load_embedder
from bench.selection.acts import SpokenAct, read_meetings
from pipeline.meaning.embedder import Embedder
from pipeline.selection.archive_signals import When, archive_signals
from pipeline.selection.score import KEPT_FROM, PRIOR, Signals, scored
from pipeline.selection.signals import text_signals
from pipeline.store.passage_columns.vectors import encoded, vector_rows
from pipeline.store.passage_port import PassageTable

GOAL = 0.35
BUDGET = 0.2
BEGAN_MS = 1_790_000_000_000
STREAM = "00000000000000aa"

Numbers = NDArray[np.float64]


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; 1 where the goal is missed."""
    asked = _arguments(argv)
    meetings = dict(islice(read_meetings(data_folder()).items(), asked.meetings))
    acts = list(chain.from_iterable(meetings.values()))
    words = np.array([act.words for act in acts], np.float64)
    linked = np.array([act.is_linked for act in acts], np.float64)
    by_words = [text_signals(act.text) for act in acts]
    print(f"{len(meetings)} meetings, {len(acts):,} acts, {int(words.sum()):,} words")
    print(f"the best there is: {_share(linked, words, linked)[0]:.3f}")
    _tell("chance", np.random.default_rng(7).random(len(acts)), words, linked)
    _tell("length", words, words, linked)
    score = np.array([scored(each, PRIOR) for each in by_words])
    share = _tell("by words", score, words, linked)
    if not asked.words_alone:
        embedder = load_embedder()
        against = chain.from_iterable(_against_past(each, embedder) for each in meetings.values())
        both: list[Signals] = [{**one, **two} for one, two in zip(by_words, against, strict=True)]
        score = np.array([scored(each, PRIOR) for each in both])
        share = _tell("by words and archive", score, words, linked)
    kept = score >= KEPT_FROM
    of_all, of_linked = words @ kept / words.sum(), (words * linked) @ kept / (words @ linked)
    print(f"as ambient keeps: {of_all:.3f} of all words, {of_linked:.3f} of the linked ones")
    return int(share < GOAL)


def _tell(name: str, score: Numbers, words: Numbers, linked: Numbers) -> float:
    share, recall = _share(score, words, linked)
    print(f"{name}: {share:.3f} of the linked words in {BUDGET:.0%}, {recall:.3f} of their acts")
    return share


def _share(score: Numbers, words: Numbers, linked: Numbers) -> tuple[float, float]:
    """Of the linked words, and of the linked acts, in the budget."""
    order = np.argsort(-score, kind="stable")
    within = np.cumsum(words[order]) <= BUDGET * words.sum()
    chosen = linked[order] * within
    return float(words[order] @ chosen / (words @ linked)), float(chosen.sum() / linked.sum())


def _against_past(acts: Sequence[SpokenAct], embedder: Embedder) -> list[dict[str, float]]:
    vectors = embedder.embed([act.text for act in acts])
    count = len(acts)
    at_ms = BEGAN_MS + 1000 * np.array([act.start_s for act in acts])
    none = np.zeros(count, np.bool_)
    table = PassageTable(
        rowids=np.arange(count),
        moment_of=np.arange(count),
        vectors={embedder.name: vector_rows(encoded(vectors))},
        moments=[f"{STREAM}-{round(act.start_s * 16_000)}" for act in acts],
        at_ms=at_ms,
        lasts_ms=np.zeros(count, np.int64),
        speakers=[None] * count,
        characters=np.full(count, 40),
        single=none,
        entered=none,
        about=np.full(count, -1),
    )
    return [
        archive_signals(table, embedder.name, [vectors[index]], When(moment, int(at_ms[index])))
        if vectors[index].any()
        else {}
        for index, moment in enumerate(table.moments)
    ]


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--meetings", type=int, help="only the first N of them")
    parser.add_argument("--words-alone", action="store_true", help="without the archive's signals")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
