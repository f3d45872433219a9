"""Sound that leaves this install once a peer keeps it: a meeting's last step.

A peer promises, while the connection stands, to keep what it has just looked at; only then is
anything erased here, and at once. docs/sync-protocol.md has the rule for both sides.
"""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.store.exchange_port import FIRST_PLACE
from pipeline.store.sound_files import sound_path
from pipeline.sync.answering import Answers
from pipeline.sync.messages import MOST_PROMISED
from pipeline.sync.met import Met
from pipeline.sync.remote import Remote

from .rule import Looked

MOST_AT_ONCE = 128
"""Sounds of one meeting: what waits behind it, waits little."""


async def let_sound_leave(here: Answers, remote: Remote, met: Met) -> None:
    """Let go what is due and this peer promises to keep, and see that it has what it keeps."""
    leaving, now_ms = here.leaving, here.now_ms()
    if leaving is None or not leaving.is_due(remote.key):
        return
    looked = leaving.looked[remote.key]
    if now_ms is not None and await here.is_full():
        is_refused = True
        with met.noting():
            await _look_after(here, remote, looked)
            await _let_go(here, remote, leaving.until_ms(now_ms), met)
            is_refused = False
        looked.has_stayed |= is_refused
    looked.go_on(time.monotonic(), has_more=met.has_more_to_leave)


async def _let_go(here: Answers, remote: Remote, until_ms: int, met: Met) -> None:
    """What is from before then, as far as this meeting takes it."""
    assert here.leaving is not None
    looked = here.leaving.looked[remote.key]
    due = await here.copy.due_to_leave(until_ms, looked.place, MOST_AT_ONCE)
    old = [each.sha256 for each in due if _is_old(here.home, each.sha256, until_ms)]
    for some in _some_at_once(old):
        promised = await remote.promise(some)
        agreed = [each for each in some if each in promised]
        met.left += len(await here.copy.let_go(agreed, remote.key))
        looked.has_stayed |= len(agreed) < len(some)
    met.has_more_to_leave = len(due) == MOST_AT_ONCE
    looked.place = due[-1].place if met.has_more_to_leave else FIRST_PLACE


async def _look_after(here: Answers, remote: Remote, looked: Looked) -> None:
    """Some of what the peer keeps, in turn: what it has no more is wanted of the others."""
    kept = await here.copy.away_to(remote.key, looked.seen, MOST_PROMISED)
    looked.seen = kept[-1] if len(kept) == MOST_PROMISED else ""
    if kept:
        promised = await remote.promise(kept)
        if gone := [each for each in kept if each not in promised]:
            await here.copy.lost(gone, remote.key)


def _is_old(home: Path, sha256: str, until_ms: int) -> bool:
    """True where it has lain here since before then: what was fetched again begins anew."""
    try:
        return sound_path(home, sha256).stat().st_mtime_ns < until_ms * 1_000_000
    except OSError:
        return False  # it is not here


def _some_at_once(sounds: Sequence[str]) -> Iterator[Sequence[str]]:
    """Few: each is read as a whole there before it answers."""
    return (sounds[start : start + MOST_PROMISED] for start in range(0, len(sounds), MOST_PROMISED))
