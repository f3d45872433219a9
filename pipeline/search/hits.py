"""How what was found is told: the hit, its marked words, and the reasons. Pure.

A reason quotes a word only where it stands, and as it is written there: in the passage that is
shown, in another part of the moment, in its date, or in the moment beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.calendar.dates import date_in_words
from pipeline.search import fusion
from pipeline.search.found import Hit
from pipeline.search.marks import Marker, merged, quoted
from pipeline.search.moment_scores import Moments
from pipeline.search.query import Term
from pipeline.store.passage_port import Shown


@dataclass(frozen=True, slots=True)
class Ground:
    """A passage that has these words of the query; they speak for a hit."""

    rowid: int
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Grounds:
    """The passages behind one hit: the one shown, another part of the moment, one beside it."""

    place: int
    own: Ground
    elsewhere: Ground | None = None
    beside: Ground | None = None
    is_linked: bool = False

    @property
    def rowids(self) -> list[int]:
        found = (self.own, self.elsewhere, self.beside)
        return [each.rowid for each in found if each is not None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, and where its words are: one row of scores a term, by passage and moment."""

    terms: Sequence[Term]
    by_word: NDArray[np.float32]
    said: NDArray[np.float32]
    marker: Marker

    def those(self, which: NDArray[np.bool_]) -> tuple[Term, ...]:
        return tuple(term for term, one in zip(self.terms, which, strict=True) if one)


def grounds(
    moments: Moments, asked: Asked, evidence: fusion.Evidence, place: int, rowid: int
) -> Grounds:
    """The passages whose words speak for the moment at this place, shown by the one of `rowid`."""
    here = asked.by_word[:, np.searchsorted(moments.table.rowids, rowid)] > 0
    there = asked.said[:, place] > 0
    found = Grounds(
        place, Ground(rowid, asked.those(here)), _ground(moments, asked, place, there & ~here)
    )
    return _with_others(moments, asked, found, ~there) if evidence.leans_on_others(place) else found


def hit_of(
    asked: Asked, evidence: fusion.Evidence, found: Grounds, shown: Mapping[int, Shown]
) -> Hit:
    """The hit, where what is shown of it is in `shown`; the rest may be gone by now."""
    own = shown[found.own.rowid]
    by_term = asked.marker.by_term(found.own.terms, own.text)
    marked = merged(by_term)
    unmarked = [term for term, spans in zip(found.own.terms, by_term, strict=True) if not spans]
    date = "" if own.at is None else date_in_words(own.at)
    why = fusion.reasons(
        evidence,
        found.place,
        fusion.Quotes(
            said=quoted(own.text, marked),
            heard=_quoted_in(asked, unmarked, own.heard_as),
            elsewhere=_quoted_of(asked, found.elsewhere, shown),
            dated=_quoted_in(asked, unmarked, date),
            beside=_quoted_of(asked, found.beside, shown),
            is_linked=found.is_linked,
        ),
        own.speaker,
    )
    score = round(float(evidence.total[found.place]), 4)
    return Hit(
        own.moment,
        own.ref,
        own.at,
        own.seconds,
        own.speaker,
        own.text,
        score,
        tuple(why),
        marks=marked,
    )


def _ground(moments: Moments, asked: Asked, place: int, which: NDArray[np.bool_]) -> Ground | None:
    """The passage of this moment that has most of these words; None where they are none."""
    if not which.any():
        return None
    (rowid,) = moments.best_passages(np.array([place]), asked.by_word[which])
    has = asked.by_word[:, np.searchsorted(moments.table.rowids, rowid)] > 0
    return Ground(int(rowid), asked.those(which & has))


def _with_others(
    moments: Moments, asked: Asked, found: Grounds, lacking: NDArray[np.bool_]
) -> Grounds:
    """With the nearest of those that lend to it which has a word that it lacks, if one has."""
    near = list(fusion.neighbours(moments.line, found.place))
    having = [other for other in near if (lacking & (asked.said[:, other] > 0)).any()]
    other = next(iter((*having, *near)))
    return replace(
        found,
        beside=_ground(moments, asked, other, lacking & (asked.said[:, other] > 0)),
        is_linked=fusion.is_linked(moments.line, found.place, other),
    )


def _quoted_of(asked: Asked, ground: Ground | None, shown: Mapping[int, Shown]) -> list[str]:
    if ground is None or ground.rowid not in shown:
        return []
    return _quoted_in(asked, ground.terms, shown[ground.rowid].text)


def _quoted_in(asked: Asked, terms: Sequence[Term], text: str) -> list[str]:
    return quoted(text, merged(asked.marker.by_term(terms, text)))
