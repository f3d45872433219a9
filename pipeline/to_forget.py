"""What a forget is to reach: moments of the archive, and what lies in the spool.

The spool is always looked at first, so that a letter that becomes a moment meanwhile is met
in one of the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from core.errors import NotFound
from core.text.short_ids import Ambiguous, ambiguous, best_meant
from pipeline.spool.lying import Lying
from pipeline.spool.spool import Spool
from pipeline.store.port import Period, Reader
from pipeline.store.voices import enrolments

_T = TypeVar("_T", str, Path)


@dataclass(frozen=True, slots=True)
class ToForget:
    """The ids of the moments, and the files of the spool that go whole."""

    moments: list[str] = field(default_factory=list)
    letters: list[Path] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """The ids of those letters of which no moment can be read."""
    timeless: list[Path] = field(default_factory=list)
    """Files of the spool that a span of time cannot reach, since they tell no time."""
    voices: list[str] = field(default_factory=list)
    """Prints of the wearer's voice, which go with everything."""


async def everything(archive: Reader, spool: Spool) -> ToForget:
    """All that is there, whether it can be read or not."""
    lying = spool.lying()
    rows = await archive.moments(hidden=True)
    chosen = _with_letters([row.id for row in rows], lying)
    return replace(chosen, voices=await enrolments(archive))


async def of_period(archive: Reader, spool: Spool, period: Period) -> ToForget:
    """What was recorded in that span, as its time is known now."""
    lying = spool.lying()
    times = [(each, await _time_of(archive, each)) for each in lying]
    rows = await archive.moments(period, hidden=True)
    within = [each.moment for each, at_ms in times if each.moment and _is_in(period, at_ms)]
    timeless = [each.path for each, at_ms in times if at_ms is None]
    return ToForget(_once([*(row.id for row in rows), *within]), timeless=_once(timeless))


async def named(archive: Reader, spool: Spool, names: Sequence[str]) -> ToForget:
    """What has these ids, or is the only one whose id begins so; a letter by its id or its name.

    Raises NotFound.
    """
    lying = spool.lying()
    found = [await _named(archive, lying, name) for name in names]
    moments = [moment for moments, _ in found for moment in moments]
    return _with_letters(moments, [each for _, letters in found for each in letters])


async def _named(
    archive: Reader, lying: Sequence[Lying], name: str
) -> tuple[list[str], list[Lying]]:
    """The moment of this name, or the letter."""
    try:
        return [(await archive.moment(name)).id], []
    except Ambiguous:
        raise
    except NotFound:
        if letter := [each for each in lying if name in (each.letter, each.path.name)]:
            return [], letter
        begun = best_meant(name, _once([each.moment for each in lying if each.moment]))
        if len(begun) > 1:
            raise ambiguous(name, begun) from None
        if not begun or await archive.is_forgotten(name):
            raise
        return begun, []


def _with_letters(moments: Sequence[str], lying: Sequence[Lying]) -> ToForget:
    """These moments and all that is in these letters."""
    read = {each.path for each in lying if each.moment}
    return ToForget(
        _once([*moments, *(each.moment for each in lying if each.moment)]),
        _once([each.path for each in lying]),
        _once([each.letter for each in lying if each.path not in read]),
    )


async def _time_of(archive: Reader, each: Lying) -> int | None:
    if each.recorded is None:
        return None
    correction = await archive.correction(each.recorded.boot or "")
    return (each.recorded if correction is None else correction.of(each.recorded)).at_ms


def _is_in(period: Period, at_ms: int | None) -> bool:
    if at_ms is None:
        return False
    begin, end = period.since_ms, period.until_ms
    return (begin is None or at_ms >= begin) and (end is None or at_ms < end)


def _once(values: Sequence[_T]) -> list[_T]:
    return list(dict.fromkeys(values))
