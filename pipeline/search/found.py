"""What a search is asked for, and what it found: values, and how one process tells them another."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

Span = tuple[int, int]
"""Where a marked stretch begins and ends in a text, in characters."""

NEAREST = 3
"""Hits that people are shown where nothing is close."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One query: the `n` best moments with `since_ms` <= at < `until_ms`.

    With `by_words_alone`, nobody is asked what it means, and so nothing is waited for; nor is
    anybody where its `vector` is known (float32, little-endian, base64).
    """

    query: str
    n: int = 10
    since_ms: int | None = None
    until_ms: int | None = None
    by_words_alone: bool = False
    vector: str | None = None


@dataclass(frozen=True, slots=True)
class Twin:
    """A moment folded into a hit: the same words by the same speaker."""

    moment: str
    ref: str | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A moment that answers, shown by its best passage. A higher score is better.

    `marks` are the spans, in characters of `text`, of the words that were asked for.
    """

    moment: str
    ref: str | None
    at: datetime | None
    seconds: float | None
    speaker: str | None
    text: str
    score: float
    why: tuple[str, ...]
    also: tuple[Twin, ...] = ()
    marks: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to one query, best hit first.

    `by_words_alone` says that some moments or all could not be asked for their meaning;
    `nothing_close` that the hits are the nearest there are and probably no answer. `ms` is this
    query's share of the time.
    """

    query: str
    hits: tuple[Hit, ...]
    nothing_close: bool
    by_words_alone: bool
    ms: float

    @property
    def for_people(self) -> tuple[Hit, ...]:
        """The hits to show: few where nothing is close, for more would look like an answer."""
        return self.hits[:NEAREST] if self.nothing_close else self.hits


def pieces(text: str, spans: Sequence[Span]) -> tuple[tuple[str, bool], ...]:
    """The whole text in pieces, each with whether it is marked: for whoever shows the marks."""
    ends = [0, *(place for span in spans for place in span), len(text)]
    cut = [
        (text[start:end], bool(number % 2)) for number, (start, end) in enumerate(pairwise(ends))
    ]
    return tuple(piece for piece in cut if piece[0])


def wanted_as_json(wanted: Wanted) -> dict[str, Any]:
    return asdict(wanted)


def read_wanted(told: Mapping[str, Any]) -> Wanted:
    """Raises KeyError or TypeError for what is no query."""
    query, n = told["query"], told.get("n", 10)
    since_ms, until_ms = told.get("since_ms"), told.get("until_ms")
    numbers = [n, *(each for each in (since_ms, until_ms) if each is not None)]
    texts = [query, told.get("vector") or ""]
    if not all(isinstance(each, int) for each in numbers):
        raise TypeError
    if not all(isinstance(each, str) for each in texts):
        raise TypeError
    alone = told.get("by_words_alone") is True
    return Wanted(query, n, since_ms, until_ms, alone, told.get("vector"))


def found_as_json(found: Found) -> dict[str, Any]:
    return {
        **asdict(found),
        "hits": [
            {**asdict(hit), "at": None if hit.at is None else hit.at.isoformat()}
            for hit in found.hits
        ],
    }


def read_found(told: Mapping[str, Any]) -> Found:
    return Found(**{**told, "hits": tuple(map(_read_hit, told["hits"]))})


def _read_hit(told: Mapping[str, Any]) -> Hit:
    at = told["at"]
    return Hit(
        **{
            **told,
            "at": None if at is None else datetime.fromisoformat(at),
            "why": tuple(told["why"]),
            "also": tuple(Twin(**each) for each in told["also"]),
            "marks": tuple((start, end) for start, end in told["marks"]),
        }
    )
