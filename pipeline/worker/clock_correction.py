"""What a trusted visitor's clock does for a machine that has none of its own.

A phone or a peer brings its time with each visit. It corrects this boot in the journal, and
leaves the machine's clock alone: nothing of ours may set that.
"""

from typing import Literal, TypeGuard

from core.clock import EARLIEST_PLAUSIBLE_MS, Clock, Recorded
from core.errors import WrongUsage
from core.facts import Fact
from core.sockets.socket_client import Told
from pipeline.store.format import drafts
from pipeline.store.port import Archive
from pipeline.store.views.clock_corrections import TOLERANCE_MS, Correction

Outcome = Literal["corrected", "agrees", "kept_by_time_server", "no_boot"]

_LATEST_MS = 4_102_444_800_000
"""2100: who comes from later than this is mistaken."""

_FARTHEST_MIN = 14 * 60
"""No zone is farther from UTC."""


async def visitors_time(
    archive: Archive, clock: Clock, at_ms: object, utc_offset_min: object
) -> Told:
    """Correct this boot by that time where need be: `outcome`, and by how much it was `off_ms`.

    `off_ms` is null where no time was known. Raises WrongUsage where the visitor's is none.
    """
    now = clock.recorded_now()
    told_ms, zone = _checked(at_ms, utc_offset_min)
    known = await archive.correction(now.boot or "")
    off_ms = _off_ms(told_ms, now, known)
    outcome = verdict(now, off_ms, kept=clock.is_kept_by_time_server())
    if outcome == "corrected":
        told = Recorded(told_ms, zone, now.boot, now.boottime_ms, "visitor")
        details = {"source": "visitor", "moved_ms": off_ms}
        fact = Fact("clock_stepped", "", 0, told, details)
        await archive.append(drafts.fact_noted(fact, author="pipeline"))
    return {"outcome": outcome, "off_ms": off_ms}


async def peers_time(archive: Archive, clock: Clock, at_ms: int) -> bool:
    """Take another machine's word where nothing tells what time it is here; True where it was.

    A peer's clock is no better than one that is set, and it may have been set by us.
    """
    now = clock.recorded_now()
    is_known = now.at_ms is not None or now.boot is None or now.boottime_ms is None
    if is_known or not EARLIEST_PLAUSIBLE_MS <= at_ms < _LATEST_MS:
        return False
    if await archive.correction(now.boot or "") is not None:
        return False
    told = Recorded(at_ms, None, now.boot, now.boottime_ms, "peer")
    fact = Fact("clock_stepped", "", 0, told, {"source": "peer"})
    await archive.append(drafts.fact_noted(fact, author="pipeline"))
    return True


def verdict(now: Recorded, off_ms: int | None, *, kept: bool) -> Outcome:
    """True where somebody's time is to be preferred that is so far from ours. Pure."""
    if now.boot is None or now.boottime_ms is None:
        return "no_boot"
    if off_ms is not None and abs(off_ms) <= TOLERANCE_MS:
        return "agrees"
    return "kept_by_time_server" if kept else "corrected"


def _off_ms(told_ms: int, now: Recorded, known: Correction | None) -> int | None:
    believed = now if known is None else known.of(now)
    return None if believed.at_ms is None else told_ms - believed.at_ms


def _checked(at_ms: object, utc_offset_min: object) -> tuple[int, int | None]:
    if not _is_whole(at_ms) or not EARLIEST_PLAUSIBLE_MS <= at_ms < _LATEST_MS:
        raise WrongUsage("This is no time.", advice="Send milliseconds since 1970 in UTC.")
    if utc_offset_min is None:
        return at_ms, None
    if not _is_whole(utc_offset_min) or abs(utc_offset_min) > _FARTHEST_MIN:
        raise WrongUsage("This is no zone.", advice="Send minutes east of UTC, or null.")
    return at_ms, utc_offset_min


def _is_whole(number: object) -> TypeGuard[int]:
    return isinstance(number, int) and not isinstance(number, bool)
