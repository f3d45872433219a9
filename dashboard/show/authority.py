"""How a phone comes to trust this device's authority, and when that is offered. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count, takewhile

from dashboard.sentences import say
from dashboard.sign_in.phones import Phone

DAY_MS = 86_400_000

_TOLD: Mapping[str, Callable[[object], str]] = {
    "iphone": lambda key: say.of("authority_iphone", key),
    "android": lambda key: say.of("authority_android", key),
    "android-firefox": lambda key: say.of("authority_firefox_android", key),
    "firefox": lambda key: say.of("authority_firefox", key),
}
"""What is said of each system: a title, and steps that are numbered."""


@dataclass(frozen=True, slots=True)
class Steps:
    """What is done in one system, in its order; open for who comes with that system."""

    title: str
    steps: tuple[str, ...]
    is_open: bool


def is_offered(phone: Phone | None, now_ms: int | None) -> bool:
    """True from the second day after pairing until the phone has looked at it once.

    A phone that was let in without a clock is taken for an old one.
    """
    if phone is None or phone.knows_authority:
        return False
    return phone.paired_ms is None or (now_ms is not None and now_ms - phone.paired_ms >= DAY_MS)


def every_system(user_agent: str) -> tuple[Steps, ...]:
    """The steps for all systems; those that this browser needs are open."""
    needed = _needed(user_agent)
    return tuple(
        Steps(told("title"), _steps(told), system in needed) for system, told in _TOLD.items()
    )


def _needed(user_agent: str) -> frozenset[str]:
    is_firefox = "Firefox/" in user_agent
    if "Android" in user_agent:
        return frozenset({"android", *(["android-firefox"] if is_firefox else [])})
    if "iPhone" in user_agent or "iPad" in user_agent:
        return frozenset({"iphone"})
    return frozenset({"firefox"} if is_firefox else ())


def _steps(told: Callable[[object], str]) -> tuple[str, ...]:
    return tuple(takewhile(bool, map(told, count(1))))
