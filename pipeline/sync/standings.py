"""How things stand with each peer, and the file that tells the page and the commands."""

import contextlib
import json
import time
from pathlib import Path

from core.clock import SystemClock
from core.files import make_folder, write_durably
from core.log import get_log
from core.sync.status import FOLDER, STATE_FILE, read_peer_statuses

from .calling import Standing

WELL = frozenset({"met", "refused"})
"""The states in which the peer was there."""


class Standings:
    """By key. `names` are the peers', `clocks` a sentence where one is far from ours."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self.by_key: dict[str, Standing] = {}
        self.names: dict[str, str] = {}
        self.clocks: dict[str, str] = {}
        self._met_ms: dict[str, int | None] = {}
        self._written: dict[str, dict[str, object]] | None = None
        self._remember()

    def met_ms(self, key: str) -> int | None:
        """When this peer was last there; None where that is not known."""
        return self._met_ms.get(key)

    def tell(self) -> None:
        """Write down how things stand, for whoever shows it; nothing where that is written."""
        before = self._written or {}
        for key, each in self.by_key.items():
            if each.state in WELL and before.get(key, {}).get("state") not in WELL:
                self._met_ms[key] = SystemClock().now_ms()
        told = {key: self._told(key, each) for key, each in self.by_key.items()}
        if told == self._written:
            return
        try:
            folder = make_folder(self._home / FOLDER)
            write_durably(folder / STATE_FILE, [json.dumps(told).encode() + b"\n"])
            self._written = told
        except OSError as error:
            get_log().warning("sync_state_not_written", fault=type(error).__name__)

    def _told(self, key: str, standing: Standing) -> dict[str, object]:
        """What the file has of a peer. The next try is told of who was not met: cards wear out."""
        sentences = (standing.sentence, self.clocks.get(key, ""))
        told = {
            "name": self.names.get(key, ""),
            "state": standing.state,
            "sentence": " ".join(each for each in sentences if each),
        }
        is_due = standing.state in {"away", "refused"}
        next_ms = _wall_ms(standing.next_try_s) if is_due else None
        return {**told, "met_ms": self._met_ms.get(key), "next_try_ms": next_ms}

    def tell_last(self) -> None:
        """The same at the end: who is met now was met until now."""
        self._written = None
        self.tell()

    def _remember(self) -> None:
        """When each was met last, as far as that was written down."""
        with contextlib.suppress(OSError):
            known = read_peer_statuses(self._home)
            self._met_ms = {key: each.met_ms for key, each in known.items()}


def _wall_ms(at_s: float | None) -> int | None:
    """What the wall clock will show then, to the second; None where it is not set."""
    now_ms = SystemClock().now_ms()
    if at_s is None or now_ms is None:
        return None
    return round(now_ms / 1000 + at_s - time.monotonic()) * 1000


def told_standing(key: str, standing: Standing) -> dict[str, object]:
    """How things stand with a peer, as JSON: what `sync --json` prints a line of."""
    next_s = standing.next_try_s
    return {
        "peer": key[:16],
        "state": standing.state,
        "sent": standing.met.sent,
        "received": standing.met.received,
        "sound_bytes": standing.met.sound_bytes,
        "wire_bytes": standing.wire_bytes,
        "ms": standing.took_ms,
        "forgotten": standing.met.forgotten,
        "waiting": standing.met.waiting,
        "lacking": standing.met.is_lacking,
        "left": standing.met.left,
        "sentence": standing.sentence,
        "next_try_s": None if next_s is None else max(0, round(next_s - time.monotonic())),
    }
