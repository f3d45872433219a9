"""The state of capture and the worker, and what was just done, as sentences. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.capture_status import CaptureStatus, Pausing, SelectionStatus
from core.clock import length_in_words
from core.sockets.socket_client import Told
from dashboard.sentences import say

_KEEPS = frozenset({"keeping", "continuing", "recording"})
_HEARING = _KEEPS | {"listening"}


@dataclass(frozen=True, slots=True)
class SetAside:
    """A keep that a pause took back, and the time in which it can be brought back."""

    keep: str
    left_s: float

    @property
    def left(self) -> str:
        return left(self.left_s)


@dataclass(frozen=True, slots=True)
class State:
    """The truth about the microphone and the worker at this instant.

    `code` is capture's state, or `absent`. `notice` says what is not as it should be though
    sound comes, `memory` how much lies in memory only, `lost` what is known to be lost,
    `worker` what waits; each is empty where there is nothing to say. `left_s` is how long a
    timed pause lasts yet, `lasts_s` for how long it has been recording.
    """

    code: str
    sentence: str
    advice: str = ""
    notice: str = ""
    memory: str = ""
    lost: str = ""
    worker: str = ""
    can_press: bool = False
    by_switch: bool = False
    left_s: float | None = None
    lasts_s: float | None = None
    set_aside: tuple[SetAside, ...] = ()
    can_retry: bool = False

    @property
    def can_pause(self) -> bool:
        return self.code != "absent" and not self.by_switch

    @property
    def can_resume(self) -> bool:
        return self.code == "paused" and not self.by_switch

    @property
    def can_record(self) -> bool:
        return self.code in _HEARING and self.code != "recording" and self.can_press

    @property
    def left(self) -> str:
        return "" if self.left_s is None else left(self.left_s)

    @property
    def lasts(self) -> str:
        return "" if self.lasts_s is None else running(self.lasts_s)

    @property
    def label(self) -> str:
        """The text of the button at rest."""
        return say("button.paused") if self.code == "paused" else say("button.keep")

    @property
    def version(self) -> str:
        """A text that differs wherever the state reads differently, but for running times."""
        kinds = f"{self.by_switch:d}{self.left_s is None:d}{self.can_press:d}"
        aside = ",".join(each.keep for each in self.set_aside)
        sentences = (self.sentence, self.advice, self.notice, self.lost, self.worker)
        return f"{self.code}/{kinds}/{aside}/{'/'.join(sentences)}"


def state(
    capture: CaptureStatus | None, worker: Mapping[str, Any] | None, waiting: int, doubt: str = ""
) -> State:
    """The page's state. `capture` and `worker` are their answers, None where there was none.

    `doubt` says why no worker can run on this archive, where that is why.
    """
    at_the_worker = doubt or _worker(worker, waiting)
    can_retry = worker is not None and bool(worker.get("failing")) and not worker.get("trouble")
    if capture is None:
        advice = say("state.absent_advice")
        return State(
            "absent", say("state.absent"), advice, worker=at_the_worker, can_retry=can_retry
        )
    code, pause, goes_on = capture.state, capture.pause, capture.continuing
    return State(
        code=code,
        sentence=_of_capture(capture),
        advice=_advice(capture),
        notice=_notice(capture),
        memory=_memory(capture),
        lost=_lost(capture),
        worker=at_the_worker,
        can_press=_can_press(capture),
        by_switch=pause is not None and pause.by == "switch",
        left_s=None if pause is None else pause.remaining_s,
        lasts_s=None if goes_on is None else goes_on.seconds,
        set_aside=tuple(SetAside(each.keep, each.remaining_s) for each in capture.taken_back),
        can_retry=can_retry,
    )


def refusal(answer: Told, shown: State) -> Told:
    """Capture's refusal as the page words it: in a pause the way out is a button beside it."""
    if not shown.can_resume:
        return answer
    return {**answer, "sentence": say("script.paused"), "advice": ""}


def _of_capture(capture: CaptureStatus) -> str:
    """The state's sentence; capture's own, which knows the cause, where it never came or failed."""
    selection = capture.selection
    if capture.state == "listening" and selection is not None and selection.is_on:
        return say.of("by_itself", selection.policy)
    knows_better = capture.state in {"starting", "fault"} and capture.advice
    if knows_better:
        return capture.sentence
    return say.of("state", capture.state) or capture.sentence


def _advice(capture: CaptureStatus) -> str:
    """The next step, where the state itself asks for something."""
    if capture.pause is not None:
        return _of_pause(capture.pause)
    return "" if capture.state in _HEARING else capture.advice


def _of_pause(pause: Pausing) -> str:
    if pause.by == "switch":
        return say("state.by_switch")
    return "" if pause.remaining_s is not None else say("state.until_resumed")


def _notice(capture: CaptureStatus) -> str:
    """The one thing that is wrong though sound comes: the disk, a part, or the level."""
    if capture.free_bytes < capture.reserve_bytes:
        return say("state.disk_full")
    if capture.state not in _HEARING:
        return ""
    if capture.advice:
        return f"{capture.sentence} {capture.advice}"
    levels = capture.levels
    if levels is not None and levels.sentence:
        return f"{levels.sentence} {levels.advice}".strip()
    return _of_selection(capture.selection)


def _of_selection(selection: SelectionStatus | None) -> str:
    """Why it keeps nothing by itself, though it should, or not as it should."""
    if selection is None or (selection.is_on and not selection.advice):
        return ""
    return f"{selection.sentence} {selection.advice}".strip()


def _can_press(capture: CaptureStatus) -> bool:
    """True where a press would keep something: in a fault, too, what is in memory."""
    if capture.state == "paused" or capture.free_bytes < capture.reserve_bytes:
        return False
    return capture.state in _HEARING or capture.ring_s >= 1


def _memory(capture: CaptureStatus) -> str:
    if capture.state == "paused" or capture.ring_s < 1:
        return ""
    keeps_by_itself = capture.selection is not None and capture.selection.is_on
    is_on_disk = capture.state in _KEEPS or keeps_by_itself
    seconds = round(capture.ring_s)
    return say("state.memory" if is_on_disk else "state.memory_only", seconds=seconds)


def left(seconds: float) -> str:
    """`14 min`, `1 h 5 min`, `40 s`: the time that is left, in the unit that matters."""
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{math.ceil(seconds)} s"
    return length_in_words(math.ceil(seconds / 60) * 60_000)


def running(seconds: float) -> str:
    """`0:07`, `12:05`, `1:02:05`: the time so far."""
    minutes, whole = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{whole:02d}" if hours else f"{minutes}:{whole:02d}"


def _lost(capture: CaptureStatus) -> str:
    if capture.lost_s < 0.1:  # noqa: PLR2004 - it is shown in tenths
        return ""
    length = length_in_words(round(capture.lost_s * 1000))
    return say("state.lost", length=length, count=capture.gaps)


def _worker(worker: Mapping[str, Any] | None, waiting: int) -> str:
    if worker is None:
        return say("worker.absent_waiting", count=waiting) if waiting else say("worker.absent")
    return str(worker.get("trouble") or _failing(worker.get("failing") or ()))


def _failing(letters: Sequence[Mapping[str, Any]]) -> str:
    """What is still to come, and why the one waits that is tried again first."""
    if not letters:
        return ""
    first = min(letters, key=lambda each: float(each["in_s"]))
    return say("worker.failing", count=len(letters), reason=first["reason"])


def why_words_wait(worker: Mapping[str, Any] | None, moment: str) -> str:
    """Why the words of this moment are still to come, by the worker's status; or nothing."""
    failing = () if worker is None else worker.get("failing") or ()
    return next((str(each["reason"]) for each in failing if each["moment"] == moment), "")
