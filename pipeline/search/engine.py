"""Asks the archive for words and for meaning, fuses the two, and shows what it found."""

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.text.languages import ENGLISH
from core.text.words import words_of
from pipeline.search import fusion, word_forms
from pipeline.search.found import Found, Hit, Twin, Wanted
from pipeline.search.hits import Asked, grounds, hit_of
from pipeline.search.marks import Marker
from pipeline.search.moment_scores import Moments
from pipeline.search.query import Query, Term, parse
from pipeline.store.passage_port import (
    Matches,
    Passages,
    PassageTable,
    Phrase,
    Shown,
    Vectors,
)

FOLD_ROOM = 2
"""Candidates looked at for each hit wanted, so that folding twins leaves enough."""


WHOLE_RUN = 1.1
"""What a part of an unspaced run weighs in a passage with the whole, where the best weighs 1."""

Embed = Callable[[Sequence[str], str], Awaitable[NDArray[np.float32] | None]]
"""Texts to unit-length vectors by the embedder of that name; None when it is busy or absent."""

Cosines = Mapping[str, NDArray[np.float32]]
"""How close each passage is to a query in meaning, by the name of the embedder that says so."""


class Engine:
    """Searches one archive. Keeps what it works out of a table until the table changes."""

    def __init__(
        self,
        passages: Passages,
        embed: Embed | None = None,
        languages: Sequence[str] = (ENGLISH,),
    ) -> None:
        """`languages` are the codes of those that the wearer speaks."""
        self._passages = passages
        self._embed = embed
        self._languages = languages
        self._moments: Moments | None = None

    async def search(
        self,
        query: str,
        *,
        n: int = 10,
        since_ms: int | None = None,
        until_ms: int | None = None,
        by_words_alone: bool = False,
    ) -> Found:
        """The `n` best moments with `since_ms` <= at < `until_ms`; never an error of the query.

        Moments whose time is unknown are in no range. With `by_words_alone`, nobody is asked what
        it means, and so nothing is waited for.
        """
        embed = None if by_words_alone else self._embed
        return (await self._search([query], embed, n, since_ms, until_ms))[0]

    async def answer(self, wanted: Wanted) -> Found:
        """The same, for what another process wants."""
        embed = self._embed if wanted.vector is None else _known(wanted.vector)
        if wanted.by_words_alone:
            embed = None
        between = (wanted.since_ms, wanted.until_ms)
        return (await self._search([wanted.query], embed, wanted.n, *between))[0]

    async def search_many(
        self,
        queries: Sequence[str],
        *,
        n: int = 10,
        since_ms: int | None = None,
        until_ms: int | None = None,
    ) -> list[Found]:
        """One answer a query, in order; the queries are embedded together."""
        return await self._search(queries, self._embed, n, since_ms, until_ms)

    async def table(self) -> PassageTable:
        """What there is to be found."""
        return await self._passages.passages()

    async def _search(
        self,
        queries: Sequence[str],
        embed: Embed | None,
        n: int,
        since_ms: int | None,
        until_ms: int | None,
    ) -> list[Found]:
        began = time.perf_counter()
        moments = await self._current_moments()
        parsed = [await self._in_all_forms(parse(each, self._languages)) for each in queries]
        texts = [query.text for query in parsed]
        vectors = await _embedded(texts, moments.table.vectors, embed) if embed else {}
        by_words = not vectors or len(vectors) < len(moments.table.vectors)
        within = moments.within(since_ms, until_ms)
        shared_ms = _since(began) / max(len(queries), 1)
        found = []
        for place, query in enumerate(parsed):
            began = time.perf_counter()
            known = {name: rows[place] for name, rows in vectors.items() if rows[place].any()}
            cosines = {name: moments.cosines(row, name) for name, row in known.items()}
            hits, nothing_close = await self._answer(moments, query, cosines, within, n)
            ms = shared_ms + _since(began)
            found.append(Found(queries[place], hits, nothing_close, by_words, ms))
        return found

    async def _current_moments(self) -> Moments:
        table = await self._passages.passages()
        if self._moments is None or self._moments.table is not table:
            self._moments = Moments(table)
        return self._moments

    async def _answer(
        self,
        moments: Moments,
        query: Query,
        cosines: Cosines,
        within: NDArray[np.bool_],
        n: int,
    ) -> tuple[tuple[Hit, ...], bool]:
        if not query.text:
            return (), True
        by_word = await self._by_word(moments, query)
        said = moments.by_moment(by_word, where_none=0.0)
        close = {
            name: moments.by_moment(row[np.newaxis], where_none=-1.0)[0]
            for name, row in cosines.items()
        }
        near = any(fusion.is_near(row, within, name) for name, row in close.items())
        scale = fusion.on_one_scale([(row, moments.there[name]) for name, row in close.items()])
        named = moments.named(query)
        heard = moments.heard(query, said, named)
        nothing = fusion.nothing_close(heard, within, near=near if close else None)
        evidence = replace(fusion.fuse(said, scale, named, moments.line), nothing_close=nothing)
        places = _best(evidence.total, within, n * FOLD_ROOM)
        best_passages = moments.best_passages(places, by_word, *cosines.values())
        shown = await self._passages.shown(best_passages.tolist())
        chosen = _folded(moments, places, best_passages, shown)[:n]
        asked = Asked(query.terms, by_word, said, Marker(query.terms))
        found = [grounds(moments, asked, evidence, each.place, each.rowid) for each in chosen]
        others = [rowid for each in found for rowid in each.rowids if rowid not in shown]
        known = {**shown, **await self._passages.shown(others)} if others else shown
        hits = [
            replace(hit_of(asked, evidence, each, known), also=one.also)
            for each, one in zip(found, chosen, strict=True)
        ]
        return tuple(hits), nothing

    async def _in_all_forms(self, query: Query) -> Query:
        """Asked for in every form that the archive has of a word, in the query's own languages."""
        if not query.languages:
            return query
        terms = [
            replace(term, forms=(*term.forms, *await self._forms(term.word, query.languages)))
            for term in query.terms
            if not term.run
        ]
        widened = {term.word: term for term in terms}
        return replace(query, terms=tuple(widened.get(each.word, each) for each in query.terms))

    async def _forms(self, word: str, languages: Sequence[str]) -> list[str]:
        begin = word_forms.beginnings(word, languages)
        vocabulary = [each for one in begin for each in await self._passages.vocabulary(one)]
        return word_forms.forms(word, dict.fromkeys(vocabulary), languages)

    async def _by_word(self, moments: Moments, query: Query) -> NDArray[np.float32]:
        """BM25 of each passage, one row a term of the query."""
        scores = np.zeros((len(query.terms), len(moments.table.rowids)), np.float32)
        for row, term in zip(scores, query.terms, strict=True):
            moments.spread(await self._match(term), row)
        for run in dict.fromkeys(term.run for term in query.terms if term.run):
            whole = np.zeros(len(moments.table.rowids), np.float32)
            moments.spread(await self._passages.match(Phrase(run)), whole)
            _prefer(whole > 0, scores, [term.run == run for term in query.terms])
        return scores

    async def _match(self, term: Term) -> Matches:
        found = await self._passages.match(*map(Phrase, term.forms))
        if term.split and not len(found.rowids):
            return await self._passages.match(*map(Phrase, term.split))
        return found


async def _embedded(
    texts: Sequence[str], stored: Mapping[str, Vectors], embed: Embed
) -> dict[str, NDArray[np.float32]]:
    """The texts' vectors by each embedder that the archive has vectors of and that answers.

    All are asked at once, so that two slow ones take no longer than one.
    """
    found: dict[str, NDArray[np.float32]] = {}
    answers = await asyncio.gather(*(embed(texts, name) for name in stored))
    for (name, rows), vectors in zip(stored.items(), answers, strict=True):
        # Who knows the vector of a query already need not know whose it is.
        if vectors is not None and vectors.shape[1] == rows.dimensions:
            found[name] = vectors
    return found


def _known(vector: str) -> Embed:
    """Gives this vector to one text."""

    async def embed(_: Sequence[str], __: str) -> NDArray[np.float32]:
        return np.frombuffer(base64.b64decode(vector), "<f4")[np.newaxis]

    return embed


def _prefer(
    whole: NDArray[np.bool_], scores: NDArray[np.float32], of_the_run: Sequence[bool]
) -> None:
    """Give passages with the whole run more for each of its parts than any other passage has."""
    for row, belongs in zip(scores, of_the_run, strict=True):
        if belongs:
            row[whole] = WHOLE_RUN * row.max(initial=0.0)


def _best(total: NDArray[np.float32], within: NDArray[np.bool_], most: int) -> NDArray[np.intp]:
    """Best first, the earlier first among equals; moments that nothing speaks for are left out."""
    candidates = np.flatnonzero(within & (total > 0))
    if len(candidates) > most:
        floor = np.partition(total[candidates], -most)[-most]
        candidates = candidates[total[candidates] >= floor]
    return candidates[np.argsort(-total[candidates], kind="stable")][:most]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A moment to show, by its passage, and the moments that say the same."""

    place: int
    rowid: int
    also: tuple[Twin, ...] = ()


def _folded(
    moments: Moments,
    places: NDArray[np.intp],
    best_passages: NDArray[np.int64],
    shown: Mapping[int, Shown],
) -> list[_Chosen]:
    """The same words by the same speaker are one, the best; the rest stand in `also`.

    Only moments that are shown whole: what else a longer one says must not be hidden. A passage
    that is gone by now, or is another moment's, is left out.
    """
    first: dict[tuple[object, ...], _Chosen] = {}
    for place, rowid in zip(places.tolist(), best_passages.tolist(), strict=True):
        one = shown.get(rowid)
        if one is None or one.moment != moments.table.moments[place]:
            continue
        words = tuple(words_of(one.text)) if moments.passage_counts[place] == 1 else ()
        key = (one.speaker, words) if words else (one.moment,)
        kept = first.get(key)
        if kept is None:
            first[key] = _Chosen(place, rowid)
        else:
            first[key] = replace(kept, also=(*kept.also, Twin(one.moment, one.ref)))
    return list(first.values())


def _since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
