"""How long a connection may take over something, and which goes first where there are many. Pure.

Nobody's slowness holds a thread: the server's one loop reads a request whole before it is
answered, and writes the answer for whoever takes long to read it. So what is bounded here is how
many connections wait, for how long, and how much memory they hold meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass

HEADERS_WITHIN_S = 10.0
"""From the first byte of a request to the end of its headers: they are one packet or two."""

BODY_GRACE_S, BODY_BYTES_PER_S = 20.0, 20_000
"""A body may take this long, and then as long as so much of it comes each second: a fifth of what
a weak Wi-Fi carries."""

READER_GRACE_S, READER_BYTES_PER_S = 60.0, 1_000
"""Who is sent an answer may take this long, and then as long as so much goes each second. A player
reads sound as it plays, 3 kB in a second, and asks anew for what it was not sent."""

IDLE_S = 60.0
"""A browser opens connections in advance and keeps them; it opens another where one is gone."""

MOST_CONNECTIONS = 400
"""Each is a file descriptor, of 1,024 that a process may have where nobody raised it."""

MOST_OTHER_USERS = 16
"""Of other users, each of which is told at once that it may not enter."""

MOST_VISITORS = 200
"""Connections by network that nobody has signed in on yet. Beyond that, whoever has most of them
loses the one that moved least lately, so that a crowd from one machine keeps no phone out."""

MOST_HELD_BYTES = 16 * 1024 * 1024
"""What is read of requests and not sent of answers, all connections together. A page is 30 kB."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a connection stands. What is None does not happen on it.

    `asking_s` is how long ago the request that is coming began, `asked_bytes` how much of its
    body is there, None while there are only headers. `reading_s` is how long the other side has
    been reading the answer, `read_bytes` how much of it. `works` is whether a thread answers, or
    is about to; `still_s` for how long nothing has moved; `held_bytes` what it takes of memory;
    `beside` how many more strangers came from the same address.
    """

    is_stranger: bool
    works: bool
    still_s: float
    asking_s: float | None = None
    asked_bytes: int | None = None
    reading_s: float | None = None
    read_bytes: int = 0
    held_bytes: int = 0
    beside: int = 0


def has_overstayed(at: Standing) -> bool:
    """True where it takes longer over something than anybody has to."""
    if at.reading_s is not None:
        return at.reading_s > READER_GRACE_S + at.read_bytes / READER_BYTES_PER_S
    if at.works:
        return False
    if at.asking_s is None:
        return at.still_s > IDLE_S
    if at.asked_bytes is None:
        return at.asking_s > HEADERS_WITHIN_S
    return at.asking_s > BODY_GRACE_S + at.asked_bytes / BODY_BYTES_PER_S


def first_to_go(standings: Sequence[Standing]) -> int:
    """The place of the one that is closed where there are too many.

    A stranger's, or one that nobody waits for; among those, one of whoever has most, and the one
    that moved least lately.
    """
    return max(range(len(standings)), key=lambda place: _expendable(standings[place]))


def too_heavy(standings: Sequence[Standing]) -> int | None:
    """The place of the one that is closed where all together hold too much; None where not.

    A stranger's goes first.
    """
    if sum(each.held_bytes for each in standings) <= MOST_HELD_BYTES:
        return None
    return max(range(len(standings)), key=lambda place: _heavy(standings[place]))


def _expendable(at: Standing) -> tuple[bool, bool, int, float]:
    return at.is_stranger, not at.works, at.beside, at.still_s


def _heavy(at: Standing) -> tuple[bool, int]:
    return at.is_stranger and at.held_bytes > 0, at.held_bytes
