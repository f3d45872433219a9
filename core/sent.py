"""How many bytes have left this device, and to whom: the page counts them, others read it.

What went to other copies of the archive sync counts, in a file of its own.

The file lies in the folder outside the home. It is written seldom, for cards wear out, so that
a kill loses some minutes of what went to phones: what it says is at least so much.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from core.clock import as_datetime, local_offset_min
from core.files import read_small
from core.sync.sent import sent_to_peers
from core.text.sizes import size_in_words

FILE_NAME = "sent.json"

Whom = Literal["internet", "phones", "peers", "others"]
"""Public addresses; phones that are let in; other copies of this archive; who else is on the
local network, and gets the page that asks to pair."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Bytes to each of them since `since_ms`, which is None where the clock was not set then."""

    since_ms: int | None = None
    internet: int = 0
    phones: int = 0
    peers: int = 0
    others: int = 0

    def with_more(self, whom: Whom, sent_bytes: int) -> "Sent":
        return replace(self, **{whom: getattr(self, whom) + sent_bytes})

    @property
    def is_anything(self) -> bool:
        """True once anybody was sent anything."""
        return any((self.internet, self.phones, self.peers, self.others))

    @property
    def sentence(self) -> str:
        """The same for people."""
        since = "" if self.since_ms is None else f" since {_date(self.since_ms):%Y-%m-%d}"
        others = ""
        if self.others:
            others = (
                f" At least {size_in_words(self.others)} went to others on your network: only "
                "the pairing page, and nothing of yours."
            )
        peers = f", {at_least(self.peers)} to other copies of this archive" if self.peers else ""
        return (
            f"Left this device{since}: {size_in_words(self.internet)} to the internet, "
            f"{at_least(self.phones)} to your phones{peers}.{others}"
        )

    def told(self) -> dict[str, Any]:
        """As docs/commands.md has it."""
        since = None if self.since_ms is None else _date(self.since_ms)
        counts = asdict(self)
        del counts["since_ms"]
        return {"since": None if since is None else since.isoformat(timespec="seconds"), **counts}

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def with_peers(sent: Sent | None, home: Path) -> Sent | None:
    """The same, with what was sent to other copies of this archive, which sync counts.

    None where nothing was counted at all. Raises OSError where the disk does not give it.
    """
    to_peers = sent_to_peers(home)
    if sent is None:
        return Sent(peers=to_peers) if to_peers else None
    return replace(sent, peers=to_peers)


def at_least(count: int) -> str:
    """So many bytes, where a kill may have lost some."""
    return f"at least {size_in_words(count)}" if count else size_in_words(0)


def from_json(told: Mapping[str, Any]) -> Sent:
    """What `as_json` gave. Raises ValueError, KeyError or TypeError for anything else."""
    counts = {each: told[each] for each in ("internet", "phones", "peers", "others")}
    since_ms = told["since_ms"]
    numbers = [*counts.values(), *([] if since_ms is None else [since_ms])]
    if any(type(each) is not int or each < 0 for each in numbers):
        raise ValueError
    return Sent(since_ms, **counts)


def read_sent(folder: Path) -> Sent | None:
    """What the file in this folder says; None where there is none, or nothing of ours.

    Raises OSError where the disk does not give it.
    """
    try:
        return from_json(json.loads(read_small(folder / FILE_NAME)))
    except (FileNotFoundError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _date(at_ms: int) -> datetime:
    return as_datetime(at_ms, local_offset_min(at_ms))
