"""The moments of a passage table as columns, and some of them read anew. Pure."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MomentColumns:
    """The moments in the order of the archive; `at_ms` is NaN for those at the end without a time.

    `characters` is the length of each one's text; `lasts_ms`, `single` and `entered` are those of
    `PassageTable`; `about` is the id of what a note was written about.
    """

    ids: list[str]
    at_ms: NDArray[np.float64]
    lasts_ms: NDArray[np.int64]
    speakers: list[str | None]
    characters: NDArray[np.int64]
    single: NDArray[np.bool_]
    entered: NDArray[np.bool_]
    about: list[str | None]


@dataclass(frozen=True, slots=True)
class ReadAnew:
    """The moments as they are now, and how to get there from how they were.

    `places` says where each of the old ones stands now, -1 for one that changed or is gone;
    `changed` where each changed one stands that can be found.
    """

    moments: MomentColumns
    places: NDArray[np.int64]
    changed: dict[str, int]


def moment_columns(rows: Iterable[Any]) -> MomentColumns:
    """Out of rows with these columns, in the order of the archive."""
    found = list(rows)
    return MomentColumns(
        [row[0] for row in found],
        np.array([np.nan if row[1] is None else row[1] for row in found], np.float64),
        np.array([row[2] for row in found], np.int64),
        [row[3] for row in found],
        np.array([row[4] for row in found], np.int64),
        np.array([row[5] for row in found], bool),
        np.array([row[6] for row in found], bool),
        [row[7] for row in found],
    )


def read_anew(
    old: MomentColumns, times: AbstractSet[int], fresh: MomentColumns, changed: AbstractSet[str]
) -> ReadAnew:
    """The moments, where `fresh` is all that is there now at these times, and all without a time.

    Nothing else has changed, and `changed` names all that has. Order among moments of one
    time is the archive's own, so they are taken as they come; those of other times stand
    before or after.
    """
    gone = np.isin(old.at_ms, np.array(sorted(times), np.float64)) | np.isnan(old.at_ms)
    kept = np.flatnonzero(~gone)
    fresh_places = np.searchsorted(old.at_ms[kept], fresh.at_ms) + np.arange(len(fresh.ids))
    is_fresh = np.zeros(len(kept) + len(fresh.ids), bool)
    is_fresh[fresh_places] = True
    moments = MomentColumns(
        _woven(_objects(old.ids)[kept], _objects(fresh.ids), is_fresh).tolist(),
        _woven(old.at_ms[kept], fresh.at_ms, is_fresh),
        _woven(old.lasts_ms[kept], fresh.lasts_ms, is_fresh),
        _woven(_objects(old.speakers)[kept], _objects(fresh.speakers), is_fresh).tolist(),
        _woven(old.characters[kept], fresh.characters, is_fresh),
        _woven(old.single[kept], fresh.single, is_fresh),
        _woven(old.entered[kept], fresh.entered, is_fresh),
        _woven(_objects(old.about)[kept], _objects(fresh.about), is_fresh).tolist(),
    )
    place_of = dict(zip(fresh.ids, fresh_places.tolist(), strict=True))
    places = np.full(len(old.ids), -1, np.int64)
    places[kept] = np.flatnonzero(~is_fresh)
    for place in np.flatnonzero(gone).tolist():
        if old.ids[place] not in changed:
            places[place] = place_of[old.ids[place]]
    return ReadAnew(moments, places, {each: place_of[each] for each in changed & place_of.keys()})


def places_about(moments: MomentColumns) -> NDArray[np.int64]:
    """Where what each is about stands among them; -1 where it is about none of them."""
    named = {each for each in moments.about if each is not None}
    place_of = {each: place for place, each in enumerate(moments.ids) if each in named}
    return np.array([place_of.get(each or "", -1) for each in moments.about], np.int64)


def times_of(moments: MomentColumns, changed: AbstractSet[str]) -> set[int]:
    """The times at which the changed ones among these stand."""
    places = [place for place, each in enumerate(moments.ids) if each in changed]
    at_ms = moments.at_ms[places]
    return set(at_ms[~np.isnan(at_ms)].astype(np.int64).tolist())


def _objects(values: list[T]) -> NDArray[Any]:
    return np.array(values, object)


def _woven(kept: NDArray[Any], fresh: NDArray[Any], is_fresh: NDArray[np.bool_]) -> NDArray[Any]:
    woven = np.empty(len(is_fresh), kept.dtype)
    woven[is_fresh], woven[~is_fresh] = fresh, kept
    return woven
