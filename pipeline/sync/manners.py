"""Whether others are met now, and how it stands with who has called us. Pure."""

from dataclasses import dataclass

from core.clock import length_in_words
from core.settings import SyncSettings
from core.sync.status import PeerState
from core.text.counting import counted

from .http.errors import Later

CALLED_LATELY_S = 60.0
"""A peer that has asked us something within this time has a connection to us already."""

_WAITS = "/v1/wait"


@dataclass(frozen=True, slots=True)
class Supply:
    """How this machine is powered. `percent` is of a battery that is being emptied, else None."""

    on_battery: bool = False
    percent: int | None = None


@dataclass(frozen=True, slots=True)
class AskedBy:
    """When a peer has asked us something last, by the monotonic clock, and what."""

    at_s: float
    path: str

    def how_it_stands(self, now_s: float) -> PeerState | None:
        """None where that is too long ago: it is to be called."""
        if now_s - self.at_s >= CALLED_LATELY_S:
            return None
        return "met" if self.path == _WAITS else "meeting"


def why_nobody_is_called(settings: SyncSettings, supply: Supply) -> str | None:
    """A sentence; None where nothing is against it."""
    if settings.when == "asked":
        return "It meets others when it is asked to: `afterthought sync --once`."
    if _is_low(settings, supply):
        return f"The battery is low ({supply.percent} %). It meets others once it is charged."
    if settings.when == "power" and supply.on_battery:
        return "The machine runs on its battery. It calls nobody before it is plugged in."
    return None


def must_answer(settings: SyncSettings, supply: Supply) -> None:
    """Raises Later where whoever calls is to come back."""
    if _is_low(settings, supply):
        raise Later(
            f"The battery of the other machine is low ({supply.percent} %).",
            advice="It is met once it is charged.",
        )


def _is_low(settings: SyncSettings, supply: Supply) -> bool:
    return supply.percent is not None and supply.percent < settings.least_battery_percent


_APART_MS = 600_000
"""Clocks that are nearer than this make no difference that anybody sees."""

_YEAR_MS = 31_556_952_000


def clocks_apart(theirs_ms: int, ours_ms: int) -> str:
    """A sentence where one of two clocks must be wrong; empty where they agree."""
    off_ms = theirs_ms - ours_ms
    if abs(off_ms) < _APART_MS:
        return ""
    years = round(abs(off_ms) / _YEAR_MS)
    length = counted(years, "year", "years") if years else length_in_words(abs(off_ms))
    which = "ahead of" if off_ms > 0 else "behind"
    return f"Its clock is {length} {which} this machine's: one of the two is wrong."


def gives_way(own_key: str, peer_key: str, asked: AskedBy | None, now_s: float) -> bool:
    """True where both have called each other, and the peer's meeting is the one that goes on."""
    is_there = asked is not None and asked.how_it_stands(now_s) is not None
    return is_there and own_key > peer_key
