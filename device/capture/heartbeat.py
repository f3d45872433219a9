"""The heartbeat of capture: it was alive, and when last, so that a power cut leaves an honest gap.

Each second in the runtime folder, which is memory and needs no fsync; every five minutes, and
when what it says changes for good, in the home, durably.
"""

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from core import log
from core.capture_status import CaptureState
from core.clock import Clock, Recorded, recorded_from_json
from core.facts import Fact, GapReason, gap_found, ms_between
from core.files import read_small, write_durably

FILE_NAME = "heartbeat.json"

EVERY_S = 1.0
DURABLE_EVERY_S = 300.0
"""An fsync wears a card; five minutes is what a gap after a power cut may be out by."""


@dataclass(frozen=True, slots=True)
class HeardOn:
    """How many samples were heard on a day of this place; its date is empty while nobody knows."""

    day: str
    samples: int

    def and_then(self, samples: int, day: str) -> "HeardOn":
        """With so many more. A new day begins with nothing but what came while none was known."""
        goes_on = self.day in {day, ""} or not day
        return HeardOn(day or self.day, samples + (self.samples if goes_on else 0))


@dataclass(frozen=True, slots=True)
class Beat:
    """Capture was alive then. `clean` is its own last word: it was told to end.

    The gap after it began at `recorded`, or up to `uncertain_ms` later. `heard` is what was heard
    that day until then, also by captures before it.
    """

    recorded: Recorded
    stream: str
    position: int
    state: CaptureState
    clean: bool = False
    uncertain_ms: int = round(EVERY_S * 1000)
    heard: HeardOn = HeardOn("", 0)


class Heartbeat:
    """Owned by the capture loop. A disk that refuses is told in the log, once, and never raised."""

    def __init__(self, runtime_folder: Path, home_folder: Path, clock: Clock) -> None:
        self._fleeting = runtime_folder / FILE_NAME
        self._durable = home_folder / FILE_NAME
        self._clock = clock
        self._due_s = -math.inf
        self._durable_s = -math.inf
        self._last: Beat | None = None
        self._failed = False
        self._changed = False
        self._heard = HeardOn("", 0)
        self._since_beat = 0

    def go_on_from(self, before: Beat | None) -> None:
        """What the capture before this one heard counts, too: the day is the wearer's."""
        if before is not None:
            self._heard = before.heard

    def hear(self, samples: int) -> None:
        """So much sound has come."""
        self._since_beat += samples

    def heard_today(self) -> int:
        """The samples that were heard on this day of this place."""
        return self._count(self._clock.recorded_now()).samples

    def beat(self, now_s: float, stream: str, position: int, state: CaptureState) -> None:
        """Call it at each turn; it writes when it is time, and at once when a pause begins or ends.

        The write that is durable may take as long as the disk does.
        """
        changed = self._last is None or (state == "paused") != (self._last.state == "paused")
        if not changed and now_s < self._due_s:
            return
        self._due_s = now_s - now_s % EVERY_S + EVERY_S  # on the second: a late turn adds nothing
        recorded = self._clock.recorded_now()
        self._last = Beat(recorded, stream, position, state, heard=self._count(recorded))
        self._changed |= changed
        durable = self._changed or now_s - self._durable_s >= DURABLE_EVERY_S
        if self._write(self._last, durable=durable) and durable:
            self._durable_s, self._changed = now_s, False

    def end(self) -> None:
        """It ends because it was told to: what is not heard from now on is no gap."""
        if self._last is not None:
            recorded = self._clock.recorded_now()
            heard = self._count(recorded)
            last = replace(self._last, recorded=recorded, clean=True, heard=heard)
            self._write(last, durable=True)

    def _count(self, recorded: Recorded) -> HeardOn:
        self._heard = self._heard.and_then(self._since_beat, _day(recorded))
        self._since_beat = 0
        return self._heard

    def _write(self, beat: Beat, *, durable: bool) -> bool:
        """True where all of it was written. Two disks: where one refuses, the other is tried."""
        content = json.dumps(asdict(beat)).encode()
        refused = [self._try(self._write_fleetingly, content)]
        if durable:
            refused.append(self._try(self._write_durably, content))
        failed = any(refused)
        if failed and not self._failed:
            log.get_log().warning("heartbeat_failed", reason=next(filter(None, refused)))
        self._failed = failed
        return not failed

    def _try(self, write: Callable[[bytes], None], content: bytes) -> str | None:
        try:
            write(content)
        except OSError as error:
            return error.strerror or "unknown"
        return None

    def _write_fleetingly(self, content: bytes) -> None:
        part = self._fleeting.with_suffix(".part")
        part.write_bytes(content)
        part.replace(self._fleeting)

    def _write_durably(self, content: bytes) -> None:
        write_durably(self._durable, [content])


def last_beat(runtime_folder: Path, home_folder: Path, boot: str | None) -> Beat | None:
    """The newest beat that can be read; None where there is none. `boot` is the present one.

    A file that is torn or not ours counts as not there.
    """
    fleeting, durable = _read(runtime_folder), _read(home_folder)
    if fleeting is None or (durable is not None and _is_later(durable, fleeting, boot)):
        return None if durable is None else _only_that_near(durable)
    return fleeting if fleeting.recorded.boot == boot else _only_that_near(fleeting)


def gap_since(beat: Beat | None, now: Recorded, reason: GapReason = "stopped") -> Fact | None:
    """The gap between that beat and now; None where nothing was to be heard."""
    if beat is None or beat.clean or beat.state == "paused":
        return None
    return gap_found(
        beat.stream,
        beat.position,
        beat.recorded,
        reason,
        # Across a restart of the machine no clock goes on: the fold asks both ends' wall times.
        duration_ms=ms_between(beat.recorded, now),
        uncertain_ms=beat.uncertain_ms,
        ended=now,
    )


def _day(recorded: Recorded) -> str:
    return "" if recorded.at is None else f"{recorded.at:%Y-%m-%d}"


def _is_later(one: Beat, other: Beat, boot: str | None) -> bool:
    """True where one beat came later. Between two earlier boots nobody can tell: it did."""
    if one.recorded.boot == other.recorded.boot:
        return (one.recorded.boottime_ms or 0) > (other.recorded.boottime_ms or 0)
    return other.recorded.boot != boot


def _only_that_near(beat: Beat) -> Beat:
    """A file that is written this seldom, or that a power cut may have taken back so far."""
    return replace(beat, uncertain_ms=round(DURABLE_EVERY_S * 1000))


def _read(folder: Path) -> Beat | None:
    try:
        told: dict[str, Any] = json.loads(read_small(folder / FILE_NAME))
        return _beat(told)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _beat(told: dict[str, Any]) -> Beat:
    """Raises TypeError for what was not written by us."""
    heard = HeardOn(**told.get("heard", {"day": "", "samples": 0}))
    beat = Beat(**{**told, "recorded": recorded_from_json(told["recorded"]), "heard": heard})
    texts = (beat.stream, beat.state, heard.day)
    numbers = (beat.position, beat.uncertain_ms, heard.samples)
    if not all(isinstance(each, str) for each in texts) or type(beat.clean) is not bool:
        raise TypeError
    if not all(type(each) is int for each in numbers):
        raise TypeError
    return beat
