"""Ids of moments as people read and type them. Pure.

An id has a stream and a place in it: `3f1c9a4be2d07766-84570`. All that was pressed in one run
of capture has the same stream, so its beginning alone can stand for a whole day. A short id is
therefore the beginning of a stream that tells it from every other and, where other moments have
the same stream, the whole place, too: `3f1c9a4b`, or `3f1c9a4b-84570`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.errors import NotFound

MOST_NAMED = 5

SHORTEST = 8
"""Characters of the stream, 32 bits of chance: of 100,000 moments about one pair needs a ninth."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands next to a stream in the order of ids: the one before it, and the one after it.

    `is_alone` where no other moment has the same stream.
    """

    before: str | None = None
    after: str | None = None
    is_alone: bool = True


class Ambiguous(NotFound):
    """Several ids are meant."""


def ambiguous(named: str, meant: Sequence[str]) -> Ambiguous:
    """The sentence names what may be meant, of many the first."""
    told = ", ".join(meant[:MOST_NAMED])
    more = " and others" if len(meant) > MOST_NAMED else ""
    return Ambiguous(f"'{named}' may be any of {told}{more}.", advice="Give more of the id.")


def stream_of(moment: str) -> str:
    """The part of an id that moments of one run of capture share."""
    return moment.partition("-")[0]


def short_id(moment: str, beside: Beside) -> str:
    """The shortest that means this moment and no other one, of at least `SHORTEST` characters."""
    stream, dash, place = moment.partition("-")
    shown = SHORTEST
    for other in (beside.before, beside.after):
        while other is not None and shown < len(stream) and other.startswith(stream[:shown]):
            shown += 1
    return stream[:shown] if beside.is_alone else f"{stream[:shown]}{dash}{place}"


def brief_id(moment: str) -> str:
    """As short as an id can be told where no archive is at hand to see what else there is."""
    return short_id(moment, Beside(is_alone=moment.endswith("-0")))


def is_meant(named: str, moment: str) -> bool:
    """True where `named` begins this id, or its stream and, behind a `-`, its place."""
    stream, _, place = named.partition("-")
    of, _, at = moment.partition("-")
    return of.startswith(stream) and at.startswith(place)


def best_meant(named: str, moments: Iterable[str]) -> list[str]:
    """Of the ids that `named` means, those that it means best: in full, with the whole place, all.

    None where nothing was named.
    """
    meant = [each for each in moments if named and is_meant(named, each)]
    in_full = [each for each in meant if each == named]
    at_place = [each for each in meant if "-" in named and each.endswith(named[named.index("-") :])]
    return in_full or at_place or meant
