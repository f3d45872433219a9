"""Facts that capture writes down beside what is kept: gaps, pauses, steps of the clock.

Each is a small fact that goes through the spool to the journal. Where the disk refuses one, it
waits in memory and is tried again.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from core import log
from core.audio import RATE_HZ
from core.capture_status import Pausing
from core.clock import Clock, Recorded, StepWatch
from core.facts import Fact, FactKind, gap_found, ms_between
from device.ports import Lost
from device.session.session import ResumedBy

from .events import GapFound
from .heartbeat import Beat, gap_since
from .pause_file import Remembered

SHORT = RATE_HZ
"""A loss that is longer is written down at once: a kill must not take it along."""

SLOW_START_MS = 3_000
"""A microphone that takes longer than this to send its first block has missed something."""

SETTLED = 5 * RATE_HZ
"""After so much sound without a loss the gap is over, and is written down: a slow machine loses
many times, all alike."""

SUSPENDED_MS = 2_000
"""CLOCK_BOOTTIME goes on in suspend and CLOCK_MONOTONIC does not; otherwise they agree."""

LOOK_EVERY_S = 5.0
"""How often the clock is looked at for a step, and a fact that the disk refused is tried again."""

MOST_WAITING = 200
"""Facts that a full disk keeps waiting: the oldest go, the counters on the page stay."""

Post = Callable[[Fact], object]


@dataclass(frozen=True, slots=True)
class Gap:
    """Losses that are told as one. `ends` is the position after the last of them."""

    lost: Lost
    position: int
    began: Recorded
    ends: int


class FactLog:
    """Owned by the capture loop."""

    def __init__(
        self,
        stream: str,
        clock: Clock,
        post: Post,
        report: Callable[[GapFound], None],
        earlier: Recorded | None = None,
    ) -> None:
        """`earlier`: how the clocks stood when capture was last seen alive."""
        self.gaps = 0
        self.lost_samples = 0
        self.stream = stream
        self._clock = clock
        self._post = post
        self._report = report
        self._open: Gap | None = None
        self._awaited: Beat | None = None
        self._newest: dict[tuple[FactKind, str], int] = {}
        self._waiting: deque[Fact] = deque(maxlen=MOST_WAITING)
        now = clock.recorded_now()
        same_boot = earlier is not None and earlier.boot == now.boot
        self._steps = StepWatch(earlier if same_boot else None)
        self._looked_s = 0.0
        self._ahead_ms: int | None = None  # CLOCK_BOOTTIME, of CLOCK_MONOTONIC

    def lost(self, lost: Lost, position: int, began: Recorded) -> None:
        """Sound was lost from this position on, which was heard at that time."""
        self.lost_samples += lost.samples
        gap = self._open
        if gap is not None:
            both = replace(
                gap.lost,
                samples=gap.lost.samples + lost.samples,
                estimated=gap.lost.estimated or lost.estimated,
            )
            self._open = replace(gap, lost=both, ends=position + lost.samples)
        else:
            self.gaps += 1
            self._open = Gap(lost, position, began, position + lost.samples)
        if lost.samples >= SHORT:
            self.settle()

    def await_sound(self, position: int, before: Beat | None = None) -> None:
        """A block is to come. `before` is the last sign of a capture that was killed."""
        if before is not None and not before.clean and before.state != "paused":
            self._awaited = before
        else:
            self._awaited = self._beat(self._clock.recorded_now(), position)

    def sound_came(self, heard: Recorded) -> None:
        """The first block was heard then, or nothing is any more: until then, it was a gap."""
        awaited, self._awaited = self._awaited, None
        if awaited is None:
            return
        is_ours = awaited.stream == self.stream
        missed_ms = ms_between(awaited.recorded, heard) or 0
        if is_ours and missed_ms < SLOW_START_MS:
            return
        gap = gap_since(awaited, heard, "restarted" if is_ours else "stopped")
        if gap is None:
            return
        if is_ours:  # what was missed before this run is no loss of it
            self.gaps += 1
            self.lost_samples += missed_ms * RATE_HZ // 1000
        self._write_gap(gap)

    def silent_since(self, heard: Recorded, position: int) -> None:
        """Nothing was heard since then, and nothing will be: what was missed is a gap."""
        self._awaited = self._awaited or self._beat(heard, position)
        self.sound_came(self._clock.recorded_now())

    def _beat(self, recorded: Recorded, position: int) -> Beat:
        return Beat(recorded, self.stream, position, "fault", uncertain_ms=0)

    def settle(self) -> None:
        """Write down the gap that is open, if there is one."""
        gap, self._open = self._open, None
        if gap is None:
            return
        self._write_gap(
            gap_found(
                self.stream,
                gap.position,
                gap.began,
                gap.lost.reason,
                duration_ms=gap.lost.samples * 1000 // RATE_HZ,
                samples=gap.lost.samples,
                estimated=gap.lost.estimated,
            )
        )

    def pausing(self, pausing: Pausing, position: int) -> Remembered:
        """The microphone is closed; what has to be remembered of it before it is written down."""
        self.settle()
        position = self._free("pause_began", self.stream, position)
        return Remembered(pausing, self.stream, position, self._clock.recorded_now())

    def paused(self, known: Remembered) -> None:
        """A pause is on. Said again after a restart: the first time it may have been killed."""
        for_s = known.pausing.remaining_s
        details = {"by": known.pausing.by, "for_s": None if for_s is None else round(for_s)}
        self.write(Fact("pause_began", known.stream, known.position, known.began, details))

    def resumed(self, remembered: Remembered, by: ResumedBy) -> None:
        """It was opened again."""
        now, where = self._clock.recorded_now(), (remembered.stream, remembered.position)
        self.write(Fact("pause_ended", *where, now, {"by": by}))

    def _slept(self, now: Recorded, slept_ms: int, position: int) -> None:
        """The machine was suspended: no clock but CLOCK_BOOTTIME went on, and nothing was heard."""
        self.gaps += 1
        self.lost_samples += slept_ms * RATE_HZ // 1000
        began = now.moved(-slept_ms)
        self._write_gap(gap_found(self.stream, position, began, "stopped", duration_ms=slept_ms))

    def _write_gap(self, gap: Fact) -> None:
        """Write it down, and report it to whoever watches."""
        length_ms, reason = gap.details["duration_ms"], gap.details["reason"]
        seconds = length_ms / 1000 if isinstance(length_ms, int) else None
        self._report(GapFound(seconds, str(reason)))
        self.write(replace(gap, position=self._free("gap_found", gap.stream, gap.position)))

    def _free(self, kind: FactKind, stream: str, position: int) -> int:
        """A free position: where two of a kind fall together, the second is a sample on."""
        free = max(position, self._newest.get((kind, stream), -1) + 1)
        self._newest[kind, stream] = free
        return free

    def next_gap(self, position: int) -> int:
        """The position that a gap will have which begins here: for whoever reports it later."""
        return max(position, self._newest.get(("gap_found", self.stream), -1) + 1)

    def turn(self, now_s: float, position: int, *, hears: bool) -> None:
        """Each turn of the loop: what is over is written down, the clock is looked at.

        Not `hears` in a pause, in which nothing is missed.
        """
        if self._open is not None and position - self._open.ends >= SETTLED:
            self.settle()
        if now_s - self._looked_s < LOOK_EVERY_S:
            return
        self._looked_s = now_s
        self._look_at_clock(now_s, position, hears=hears)
        while self._waiting and self._try(self._waiting[0]):
            self._waiting.popleft()

    def write(self, fact: Fact) -> None:
        """Durable soon: at once, unless the disk refuses."""
        if self._waiting or not self._try(fact):
            self._waiting.append(fact)

    def _try(self, fact: Fact) -> bool:
        try:
            self._post(fact)
        except OSError as error:
            log.get_log().warning("fact_waits", kind=fact.kind, reason=error.strerror)
            return False
        return True

    def _look_at_clock(self, now_s: float, position: int, *, hears: bool) -> None:
        now = self._clock.recorded_now()
        if now.boottime_ms is None:
            return
        ahead_ms = now.boottime_ms - round(now_s * 1000)
        slept_ms = 0 if self._ahead_ms is None else ahead_ms - self._ahead_ms
        self._ahead_ms = ahead_ms
        if hears and slept_ms > SUSPENDED_MS:
            self._slept(now, slept_ms, position)
        step = self._steps.look(now.at_ms, now.boottime_ms)
        if step is not None:
            details = {"source": "step", "moved_ms": step.moved_ms}
            self.write(Fact("clock_stepped", self.stream, 0, now, details))
