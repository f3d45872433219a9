"""Asks the archive for words and for meaning, fuses the two, and shows what it found."""

import time
from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.search import fusion
from pipeline.search.dates import DATE_WORDS
from pipeline.search.query import Query, parse, words_of

MOST_MATCHES = 5_000
"""Passages asked for by one word, best first. A word that more of them have says little."""

FOLD_ROOM = 2
"""Candidates looked at for each hit wanted, so that folding twins leaves enough."""


class WordMatch(NamedTuple):
    """A passage that has a word; the higher the BM25 score, the better."""

    passage: int
    score: float


@dataclass(frozen=True, slots=True)
class PassageTable:
    """What can be found, as arrays. The same object as long as nothing has changed.

    One entry a passage, by ascending rowid: `rowids`, `moment_of` (an index into the
    moments) and `vectors` (unit-length float32, a row of zeros where there is none yet;
    None where meaning is not asked for). One entry a moment, in time order, which is the
    order of the archive where times are equal or unknown: `moments` (ids), `at_ms` (UTC,
    NaN where unknown), `speakers`, `characters` (the length of its text).
    """

    rowids: NDArray[np.int64]
    moment_of: NDArray[np.int64]
    vectors: NDArray[np.float32] | None
    moments: Sequence[str]
    at_ms: NDArray[np.float64]
    speakers: Sequence[str | None]
    characters: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Shown:
    """One passage and its moment, as a hit shows them."""

    moment: str
    ref: str | None
    at: datetime | None
    seconds: float | None
    speaker: str | None
    text: str


class Reader(Protocol):
    """What search needs of the store."""

    async def passages(self) -> PassageTable:
        """Everything that is neither hidden nor forgotten."""

    async def match(self, match: str, limit: int) -> Sequence[WordMatch]:
        """The best `limit` passages by an FTS5 expression over date and text.

        Not over the speaker: who spoke is weighed by the engine itself.
        """

    async def shown(self, passages: Sequence[int]) -> Mapping[int, Shown]:
        """What the passages with these rowids look like; those gone by now are left out."""


Embed = Callable[[Sequence[str]], Awaitable[NDArray[np.float32] | None]]
"""Texts to unit-length vectors; None when the embedder is busy or absent."""


@dataclass(frozen=True, slots=True)
class Twin:
    """A moment folded into a hit: the same words by the same speaker."""

    moment: str
    ref: str | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A moment that answers, shown by its best passage. A higher score is better."""

    moment: str
    ref: str | None
    at: datetime | None
    seconds: float | None
    speaker: str | None
    text: str
    score: float
    why: tuple[str, ...]
    also: tuple[Twin, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to one query, best hit first.

    `by_words_alone` says that meaning could not be asked; `nothing_close` that the hits
    are the nearest there are and probably no answer. `ms` is this query's share of the time.
    """

    query: str
    hits: tuple[Hit, ...]
    nothing_close: bool
    by_words_alone: bool
    ms: float


class Engine:
    """Searches one archive. Keeps what it works out of a table until the table changes."""

    def __init__(self, reader: Reader, embed: Embed | None = None) -> None:
        self._reader = reader
        self._embed = embed
        self._view: _View | None = None

    async def search(
        self, query: str, *, n: int = 10, since_ms: int | None = None, until_ms: int | None = None
    ) -> Found:
        """The `n` best moments with `since_ms` <= at < `until_ms`; never an error of the query.

        Moments whose time is unknown are in no range.
        """
        (found,) = await self.search_many([query], n=n, since_ms=since_ms, until_ms=until_ms)
        return found

    async def search_many(
        self,
        queries: Sequence[str],
        *,
        n: int = 10,
        since_ms: int | None = None,
        until_ms: int | None = None,
    ) -> list[Found]:
        """One answer a query, in order; the queries are embedded together."""
        began = time.perf_counter()
        view = await self._current_view()
        parsed = [parse(query) for query in queries]
        vectors = await self._query_vectors(view, parsed)
        within = _within(view.table.at_ms, since_ms, until_ms)
        shared_ms = _since(began) / max(len(queries), 1)
        found = []
        for place, query in enumerate(parsed):
            began = time.perf_counter()
            cosines = None if vectors is None else view.cosines(vectors[place])
            hits, nothing_close = await self._answer(view, query, cosines, within, n)
            ms = shared_ms + _since(began)
            found.append(Found(queries[place], hits, nothing_close, vectors is None, ms))
        return found

    async def _current_view(self) -> "_View":
        table = await self._reader.passages()
        if self._view is None or self._view.table is not table:
            self._view = _View(table)
        return self._view

    async def _query_vectors(
        self, view: "_View", queries: Sequence[Query]
    ) -> NDArray[np.float32] | None:
        if self._embed is None or view.table.vectors is None:
            return None
        return await self._embed([query.text for query in queries])

    async def _answer(
        self,
        view: "_View",
        query: Query,
        cosines: NDArray[np.float32] | None,
        within: NDArray[np.bool_],
        n: int,
    ) -> tuple[tuple[Hit, ...], bool]:
        if not query.text:
            return (), True
        by_word = await self._by_word(view, query)
        said = view.by_moment(by_word, where_none=0.0)
        close = None
        if cosines is not None:
            close = view.by_moment(cosines[np.newaxis], where_none=-1.0)[0]
        named = view.named(query)
        evidence = fusion.fuse(said, close, named, view.line)
        places = _best(evidence.total, within & view.has_text, n * FOLD_ROOM)
        best_passages = view.best_passages(places, by_word, cosines)
        shown = await self._reader.shown([int(rowid) for rowid in best_passages])
        hits = [
            _hit(shown[rowid], evidence, place, query, said[:, place] > 0)
            for place, rowid in zip(places.tolist(), best_passages.tolist(), strict=True)
            if rowid in shown
        ]
        whole = {view.table.moments[place] for place in places[view.passage_counts[places] == 1]}
        heard = view.heard(query, said, named)[:, within]
        nothing = fusion.nothing_close(heard, None if close is None else close[within])
        return tuple(_folded(hits, whole)[:n]), nothing

    async def _by_word(self, view: "_View", query: Query) -> NDArray[np.float32]:
        """BM25 of each passage, one row a word of the query."""
        scores = np.zeros((len(query.terms), len(view.table.rowids)), np.float32)
        for row, match in zip(scores, query.matches, strict=True):
            found = await self._reader.match(match, MOST_MATCHES)
            view.spread(found, row)
        return scores


class _View:
    """A table, and what every query would otherwise work out of it again."""

    def __init__(self, table: PassageTable) -> None:
        self.table = table
        self.line = fusion.timeline(table.at_ms, table.characters)
        self.passage_counts = np.bincount(table.moment_of, minlength=len(table.moments))
        self._by_moment = np.argsort(table.moment_of, kind="stable")
        self._ends = np.cumsum(self.passage_counts)
        names = sorted({speaker for speaker in table.speakers if speaker})
        self._names = [frozenset(words_of(name)) for name in names]
        codes = {name: code for code, name in enumerate(names)}
        self._speaker = np.array([codes.get(one or "", len(names)) for one in table.speakers], int)

    def cosines(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        assert self.table.vectors is not None
        return self.table.vectors @ vector

    @property
    def has_text(self) -> NDArray[np.bool_]:
        return self.passage_counts > 0

    def by_moment(self, scores: NDArray[np.float32], *, where_none: float) -> NDArray[np.float32]:
        """The score of each moment's best passage, row by row."""
        best = np.full((len(scores), len(self.table.moments)), where_none, np.float32)
        for row, target in zip(scores, best, strict=True):
            np.maximum.at(target, self.table.moment_of, row)
        return best

    def named(self, query: Query) -> NDArray[np.float32]:
        """For each moment, the share of its speaker's name that stands in the query, 0 to 1."""
        shares = [_share_named(name, query.terms) for name in self._names]
        by_name = np.array([*shares, 0], np.float32)
        by_moment: NDArray[np.float32] = by_name[self._speaker]
        return by_moment

    def heard(
        self, query: Query, said: NDArray[np.float32], named: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """What was said, where a name counts as said by those who bear it."""
        of_names = [any(term in name for name in self._names) for term in query.terms]
        spoken = np.array(of_names, bool)[:, np.newaxis] & (named > 0)
        return np.where(spoken, np.maximum(said, 1), said)

    def spread(self, found: Sequence[WordMatch], row: NDArray[np.float32]) -> None:
        """Write scores to their passages; what the table does not know yet is left out."""
        if not found or not len(row):
            return
        rowids, scores = np.array(found, np.float64).T
        places = np.minimum(np.searchsorted(self.table.rowids, rowids), len(row) - 1)
        known = self.table.rowids[places] == rowids
        row[places[known]] = scores[known]

    def best_passages(
        self,
        places: NDArray[np.intp],
        by_word: NDArray[np.float32],
        cosines: NDArray[np.float32] | None,
    ) -> NDArray[np.int64]:
        """The rowid of the passage that each of these moments is shown by."""
        scores = by_word.sum(axis=0)
        scores /= max(float(scores.max(initial=0.0)), 1.0)
        if cosines is not None:
            scores += cosines
        ends = self._ends[places]
        best = [
            max(self._by_moment[start:end], key=scores.__getitem__)
            for start, end in zip(ends - self.passage_counts[places], ends, strict=True)
        ]
        rowids: NDArray[np.int64] = self.table.rowids[np.array(best, np.intp)]
        return rowids


def _share_named(name: frozenset[str], terms: Sequence[str]) -> float:
    if name and name.issubset(terms):
        return 1.0
    # Initials and the like are no name by themselves.
    return sum(len(part) > 2 and part in terms for part in name) / max(len(name), 1)  # noqa: PLR2004


def _within(
    at_ms: NDArray[np.float64], since_ms: int | None, until_ms: int | None
) -> NDArray[np.bool_]:
    inside = np.ones(len(at_ms), bool)
    if since_ms is not None:
        inside &= at_ms >= since_ms
    if until_ms is not None:
        inside &= at_ms < until_ms
    return inside


def _best(total: NDArray[np.float32], within: NDArray[np.bool_], most: int) -> NDArray[np.intp]:
    """Best first, the earlier first among equals; moments that nothing speaks for are left out."""
    candidates = np.flatnonzero(within & (total > 0))
    if len(candidates) > most:
        floor = np.partition(total[candidates], -most)[-most]
        candidates = candidates[total[candidates] >= floor]
    return candidates[np.argsort(-total[candidates], kind="stable")][:most]


def _hit(
    shown: Shown,
    evidence: fusion.Evidence,
    place: int,
    query: Query,
    has: NDArray[np.bool_],
) -> Hit:
    text_words = frozenset(words_of(shown.text))
    said: list[str] = []
    dated: list[str] = []
    for term in (term for term, there in zip(query.terms, has, strict=True) if there):
        of_date = (term in DATE_WORDS or term.isdigit()) and term not in text_words
        (dated if of_date else said).append(term)
    why = fusion.reasons(evidence, place, said, dated, shown.speaker)
    return Hit(
        shown.moment,
        shown.ref,
        shown.at,
        shown.seconds,
        shown.speaker,
        shown.text,
        round(float(evidence.total[place]), 4),
        tuple(why),
    )


def _folded(hits: Sequence[Hit], whole: Container[str]) -> list[Hit]:
    """The same words by the same speaker are one hit, the best; the rest stand in `also`.

    Only moments that are shown whole: what else a longer one says must not be hidden.
    """
    first: dict[tuple[object, ...], Hit] = {}
    for hit in hits:
        words = tuple(words_of(hit.text)) if hit.moment in whole else ()
        key = (hit.speaker, words) if words else (hit.moment,)
        kept = first.setdefault(key, hit)
        if kept is not hit:
            twin = Twin(hit.moment, hit.ref)
            first[key] = replace(kept, also=(*kept.also, twin))
    return list(first.values())


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
