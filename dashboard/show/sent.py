"""What has left this device, as the page of the phones shows it. Pure."""

from datetime import date

from core.sent import Sent
from core.text.sizes import FEW_BYTES, size_in_words
from dashboard.sentences import say

from .dates import day_in_full, day_title
from .local_time import Clock

_WEEK = 7


def sent_sentences(sent: Sent, clock: Clock) -> list[str]:
    """The counts, and since when; a sentence each where copies or others were sent anything."""
    parts = {
        "internet": _size(sent.internet),
        "phones": _at_least(sent.phones),
    }
    if sent.since_ms is None:
        told = [say("sent.so_far", **parts)]
    else:
        day = _day(clock.at(sent.since_ms).date(), clock.today)
        told = [say("sent.since", since=day, **parts)]
    if sent.peers:
        told.append(say("sent.peers", peers=_at_least(sent.peers)))
    return [*told, say("sent.others", others=_at_least(sent.others))] if sent.others else told


def _day(day: date, today: date) -> str:
    """With its date: `today` within a sentence begins with a small letter in some languages."""
    return day_title(day, today) if (today - day).days >= _WEEK else day_in_full(day)


def _at_least(count: int) -> str:
    """A kill may have lost some minutes of it."""
    return say("sent.at_least", size=_size(count)) if count else _size(count)


def _size(count: int) -> str:
    return say("sent.bytes", count=count) if count < FEW_BYTES else size_in_words(count)
