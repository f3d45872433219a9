"""The policy `ambient`: what seems to matter is kept without a press, the rest is gone at once.

Each utterance is weighed by how it sounds. A candidate waits in memory until the worker, which
writes its words down, keeps it or does not. A press outranks all of it: what it keeps waits no
more, and nothing is handed over while a keep is open. What a press has but a part of is weighed
without that part.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core import log
from core.access.unswapped_file import Protection, UnswappedFile
from core.audio import RATE_HZ, Span
from core.capture_status import SelectionStatus
from core.clock import Recorded
from core.errors import UserError
from core.facts import Fact
from core.selection.reasons import EarlyReason
from core.spool_port import Clip
from device.capture.clip_writer import ClipSource
from device.memory.recent_sound import Sound
from device.session import selection
from device.session.kept_unpressed import KeptUnpressed
from device.session.pieces import Piece, Pieces
from device.session.pressed_for import PressedFor
from device.session.selection import Rules, Spoken, Weighed
from device.session.values import Keeping

from .courier import Answered, Courier
from .heard_queue import Candidate, Gone, HeardQueue
from .passed_over import PassedOver, Stretch
from .worker_line import ClipBytes

LONGEST = 30 * RATE_HZ
"""What Whisper takes at once. Speech without end is cut at its quietest place before."""

AGAIN_AFTER_S = 10.0
"""Where no worker is there, or its models failed."""

LONGEST_REST_S = 60.0
"""Where the worker does not tell how long its models worked: they may have waited for others."""

FAILURE_TOLD_S = 600.0
"""Unless the next goes well before: it may have been mended since."""


@dataclass(frozen=True, slots=True)
class AmbientSettings:
    """What the wearer and the machine allow. `cpu_share` is of the time, from 0 to 1."""

    rules: Rules
    cpu_share: float
    most_bytes: int
    protection: Protection


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Whom it asks and tells.

    `keeping` is what presses keep; `write` receives facts; `kept` is told what a press may have
    to take the place of; `why_rest` tells why the machine may not work for it now.
    """

    source: ClipSource
    sound: Sound
    keeping: Callable[[], Keeping]
    clip_bytes: ClipBytes
    worker_socket: Path
    write: Callable[[Fact], None]
    kept: KeptUnpressed
    why_rest: Callable[[], UserError | None]


class Ambient:
    """Owned by the capture loop; only the courier has a thread."""

    def __init__(self, settings: AmbientSettings, around: Surroundings) -> None:
        self._settings = settings
        self._around = around
        self._pieces = Pieces(LONGEST)
        self._undecided: list[Piece] = []
        self._silent = selection.why_silent(settings.rules, self._now())
        self._pressed_for = PressedFor()
        self._earlier = selection.nothing_yet(settings.rules)
        self._queue = HeardQueue(settings.most_bytes)
        self._courier = Courier(around.worker_socket)
        self._passed = PassedOver(around.source.stream, around.write)
        self._kept = 0
        self._began_s = self._next_s = self._now_s = 0.0
        self._rests: UserError | None = None
        self._failed: UserError | None = None
        self._failed_s = 0.0

    @property
    def is_on(self) -> bool:
        """False where the budget or the quiet hours leave nothing of what is said now."""
        return self._silent is None

    @property
    def waiting(self) -> Iterable[Candidate]:
        """The candidates that wait, the oldest first."""
        return iter(self._queue)

    def turn(self, now_s: float) -> None:
        self._now_s = now_s
        self._silent = selection.why_silent(self._settings.rules, self._now())
        ring = self._around.sound.ring
        self._pressed_for.look(self._around.keeping(), ring.now, ring.oldest)
        self._take_answer()
        self._undecided += self._new()
        self._undecided += self._pressed()
        self._weigh_decided()
        self._gone(self._queue.drop_old(now_s))
        self._call_back()
        if now_s >= self._next_s and not self._pressed_for.is_open:
            self._hand_over()
        self._passed.turn(now_s)

    def forget(self, reason: EarlyReason) -> None:
        self._gone(self._queue.wipe(reason))
        for part in self._parts(self._undecided):
            self._pass_over(part.spoken, reason)
        self._undecided = []
        self._pressed_for.forget()
        self._call_back()
        self._passed.settle()

    def end(self) -> None:
        self.forget("stopped")
        self._courier.end()

    def status(self) -> SelectionStatus:
        told = self._silent or self._trouble()
        sentence = "It keeps by itself what seems to matter, and forgets the rest at once."
        if self._silent is not None:
            sentence = self._silent.sentence
        elif told is not None:
            sentence = f"{sentence} {told.sentence}"
        return SelectionStatus(
            policy="ambient",
            is_on=self.is_on,
            sentence=sentence,
            advice="" if told is None else told.advice,
            kept=self._kept,
            waiting=len(self._queue),
            passed=self._passed.counts,
        )

    def _new(self) -> Iterator[Piece]:
        """What has ended, but for a text to enrol a voice by, which nobody wants back."""
        for piece in self._pieces.ended(self._around.sound.heard):
            if not self._around.sound.reading.has(piece.spoken):
                yield piece

    def _pressed(self) -> Iterator[Piece]:
        """What a press has, or has a part of, and what it cost where it was not handed over yet."""
        carried = self._courier.carried
        for candidate in self._queue.drop_pressed(self._pressed_for):
            if candidate is not carried:
                self._earlier = selection.given_back(
                    self._earlier, candidate.spoken.duration_s, self._settings.rules
                )
            yield candidate.piece

    def _weigh_decided(self) -> None:
        """Weigh what of each no press has, once that is known."""
        decided = [each for each in self._undecided if self._pressed_for.is_decided(each)]
        self._undecided = [each for each in self._undecided if each not in decided]
        for part in self._parts(decided):
            self._weigh(part)

    def _parts(self, pieces: Iterable[Piece]) -> Iterator[Piece]:
        for each in pieces:
            yield from self._pressed_for.left_of(each)

    def _weigh(self, piece: Piece) -> None:
        sound, spoken = self._around.sound, piece.spoken
        heard = Spoken(
            at_s=spoken.end / RATE_HZ,
            seconds=spoken.duration_s,
            measured=sound.heard.measured(spoken.start, spoken.end),
            recorded=self._recorded(spoken),
        )
        self._earlier, weighed = selection.weigh(self._earlier, heard, self._settings.rules)
        if weighed.reasons:
            self._pass_over(spoken, weighed.reasons[0])
        else:
            self._wait(piece, weighed)

    def _wait(self, piece: Piece, weighed: Weighed) -> None:
        start = max(piece.clip.start, self._around.sound.ring.oldest)
        name = self._around.source.name(start)
        clip = self._around.source.clip(name, start)
        file = self._file(clip, Span(start, piece.clip.end)) if start < piece.clip.end else None
        if file is None:
            self._pass_over(piece.spoken, "no_room")
            return
        signals = {"emphasis": round(weighed.emphasis, 3)}
        self._gone(self._queue.add(Candidate(name, piece, self._now_s, file, signals)))

    def _file(self, clip: Clip, span: Span) -> UnswappedFile | None:
        """Its sound in memory; where that has no room, the oldest go until it has."""
        while True:
            head = self._around.clip_bytes(clip, [])
            views = self._around.sound.ring.views(span.start, span.end)
            try:
                return UnswappedFile(
                    [*head, *(each.data for each in views)], self._settings.protection
                )
            except OSError as error:
                log.get_log().warning("no_memory_for_candidates", reason=error.strerror)
                gone = self._queue.make_room()
                if gone is None:
                    return None
                self._gone([gone])

    def _hand_over(self) -> None:
        candidate = self._queue.first
        if self._courier.carried is None and candidate is not None:
            self._rests = self._around.why_rest()
            if self._rests is not None:
                self._next_s = self._now_s + AGAIN_AFTER_S
                return
            self._began_s = self._now_s
            ring = self._around.sound.ring
            self._around.kept.note(candidate.id, candidate.piece, ring.oldest)
            self._courier.hand_over(candidate)

    def _call_back(self) -> None:
        """What went while it was on its way shall not be kept either."""
        carried = self._courier.carried
        if carried is not None and carried not in self._queue:
            self._courier.take_back()

    def _take_answer(self) -> None:
        answered = self._courier.answer()
        if answered is None:
            return
        self._next_s = self._now_s + self._rest_s(answered)
        waited = answered.candidate in self._queue
        if answered.outcome == "passed":
            self._around.kept.drop(answered.candidate.id)
        if answered.outcome == "nobody" and waited:
            return  # it waits for the next worker
        self._failed, self._failed_s = answered.why, self._now_s
        self._queue.remove(answered.candidate)
        self._kept += answered.outcome == "kept"
        if waited and answered.outcome == "passed":
            self._pass_over(answered.candidate.spoken, *answered.reasons[:1])
        elif waited and answered.outcome == "declined":
            self._pass_over(answered.candidate.spoken, "not_judged")

    def _trouble(self) -> UserError | None:
        """What keeps things from being written down, as long as it is so."""
        if self._rests is not None and len(self._queue):
            rests = self._around.why_rest()
            if rests is not None:
                return rests
        return self._failed if self._now_s - self._failed_s < FAILURE_TOLD_S else None

    def _rest_s(self, answered: Answered) -> float:
        """How long the models rest, so that they have worked no more than their share."""
        if answered.outcome in {"nobody", "declined"}:
            return AGAIN_AFTER_S
        share = self._settings.cpu_share
        took_s, rests = self._now_s - self._began_s, (1 - share) / share
        if answered.cpu_s is None:
            return min(LONGEST_REST_S, took_s * rests)
        return min(took_s, answered.cpu_s) * rests

    def _gone(self, gone: Iterable[Gone]) -> None:
        for each in gone:
            self._pass_over(each.candidate.spoken, each.reason)

    def _pass_over(self, spoken: Span, reason: str = "nothing_stood_out") -> None:
        self._passed.add(Stretch(spoken, reason, self._recorded(spoken)), self._now_s)

    def _now(self) -> Recorded:
        return self._around.source.recorded(self._around.sound.now)

    def _recorded(self, spoken: Span) -> Recorded:
        return self._around.source.recorded(spoken.start)
