"""When a letter on which the models failed is tried again. Pure.

Longer each time, so that what fails for good costs little; at once where the cause may have
gone: other models, another version of ours, or much more memory.
"""

from core.clock import Recorded, length_in_words
from pipeline.spool.tries import Conditions, Tries, Why

FIRST_S = 10.0
TIMES = 3
LONGEST_S = 3600.0
"""10 s, 30 s, 90 s, 5 min, 14 min, 41 min, an hour."""

GIVE_UP_AFTER = 8
"""Failures: two hours. Then a moment stands without words; `retry` hears it again."""

MORE_MEMORY_BYTES = 200_000_000
"""What the models need for themselves (DESIGN: 215 MB at work). Asked beyond what there was
when they failed, so that memory that comes and goes brings no try after the other."""

_WHY: dict[Why, str] = {
    "ended": "The models ended while they worked on it",
    "stuck": "The models said nothing for too long",
    "broke": "Something broke in the models",
    "fault": "Something broke while it was worked on",
    "unknown": "The models failed on it",
}


def wait_s(failures: int) -> float:
    """How long to wait after so many failures in a row."""
    return float(min(FIRST_S * TIMES ** (failures - 1), LONGEST_S))


def left_s(tries: Tries, now: Recorded, conditions: Conditions) -> float:
    """Seconds until it is tried again; 0 from then on, and where the cause may have gone."""
    if may_have_gone(tries.conditions, conditions):
        return 0.0
    return max(0.0, wait_s(tries.count) - _gone_by_s(tries.at, now))


def may_have_gone(then: Conditions, now: Conditions) -> bool:
    """True where the models are others, or there is much more memory than when they failed."""
    if then.models != now.models:
        return True
    if then.memory_bytes is None or now.memory_bytes is None:
        return False
    return now.memory_bytes >= then.memory_bytes + MORE_MEMORY_BYTES


def in_words(tries: Tries, in_s: float) -> str:
    """Why a moment's words are still to come, and when it is tried again."""
    times = "once" if tries.count == 1 else f"{tries.count} times"
    when = f"in {length_in_words(round(in_s * 1000))}" if in_s >= 1 else "now"
    return f"{_WHY[tries.why]} ({times} so far). It will be tried again {when}."


def _gone_by_s(then: Recorded, now: Recorded) -> float:
    """Seconds since then; at the least, where no clock counted all of them.

    Of another run of the machine it is known that this one has lasted since.
    """
    if now.boottime_ms is not None and then.boot == now.boot and then.boottime_ms is not None:
        return (now.boottime_ms - then.boottime_ms) / 1000
    by_boot_ms = now.boottime_ms or 0
    if then.at_ms is None or now.at_ms is None:
        return by_boot_ms / 1000
    return max(by_boot_ms, now.at_ms - then.at_ms) / 1000
