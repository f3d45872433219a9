"""What capture answers at its socket: one function for each thing that can be asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core import log
from core.errors import UserError
from device.microphone.replayed_file import ReplayedFile
from device.session.session import PauseAsked, ResumeAsked

if TYPE_CHECKING:
    from .loop import Capture

LONGEST_PAUSE_S = 24 * 3600.0
"""A timed pause is a meeting or a meal; for longer there is the pause without an end."""

Asked = Mapping[str, Any]
Answered = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody asks at the socket. `answer` is called once."""

    asked: Asked
    answer: Callable[[Answered], None]
    at_s: float


def answer(capture: "Capture", request: Request) -> Answered:
    """What came of it. Anything that is not understood, or that the disk refuses, is told so."""
    try:
        return _answer(capture, request)
    except OSError as error:
        log.get_log().error("request_failed", reason=error.strerror)
        return _DISK_FAILS


def _answer(capture: "Capture", request: Request) -> Answered:  # noqa: PLR0911 - a table
    match request.asked:
        case {"do": "press"}:
            return capture.controls.press(request.at_s)
        case {"do": "hold", "on": bool(on)}:
            return capture.controls.hold_page(request.at_s, on=on)
        case {"do": "record", "on": bool(on)}:
            return capture.controls.record(request.at_s, on=on)
        case {"do": "pause"}:
            return _pause(capture, request.asked)
        case {"do": "resume"}:
            return capture.do(ResumeAsked(_by(request.asked)))
        case {"do": "bring_back", "keep": str(keep)}:
            return _bring_back(capture, keep)
        case {"do": "shutdown"}:
            return _shut_down(capture)
        case {"do": "status"}:
            return capture.troubles.status(capture).as_json()
        case {"do": "play"}:
            return _play(capture)
    return _UNKNOWN


def _pause(capture: "Capture", asked: Asked) -> Answered:
    for_s = asked.get("for_s")
    if for_s is not None and not (_is_number(for_s) and 0 < for_s <= LONGEST_PAUSE_S):
        return _NO_DURATION
    return capture.do(PauseAsked(_by(asked), None if for_s is None else float(for_s)))


def _bring_back(capture: "Capture", keep: str) -> Answered:
    if not capture.wires.spooled.bring_back(keep):
        return _GONE
    capture.brought_back(keep)
    return {"outcome": "done", "keep": keep}


def _shut_down(capture: "Capture") -> Answered:
    error = capture.wires.power_off()
    return {"outcome": "done"} if error is None else _refused(error)


def _play(capture: "Capture") -> Answered:
    if not isinstance(capture.wires.microphone, ReplayedFile):
        return _NO_REPLAY
    if capture.engine.session.pause is not None:
        return _PAUSED
    capture.engine.begin_anew()
    capture.wires.microphone.play()
    return {"ok": True, "seconds": capture.wires.microphone.progress().seconds}


def _by(asked: Asked) -> Any:  # noqa: ANN401 - one of PausedBy
    return "page" if asked.get("by") == "page" else "command"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _refused(error: UserError) -> Answered:
    return {"outcome": "refused", "sentence": error.sentence, "advice": error.advice}


_DISK_FAILS = {
    "error": "disk_fails",
    "sentence": "The disk of the home cannot be read or written.",
    "advice": "`afterthought doctor` tells how it stands.",
}
_GONE = {
    "outcome": "refused",
    "sentence": "It cannot be brought back any more.",
    "advice": "What a pause takes back is erased after ten minutes.",
}
_NO_DURATION = {
    "error": "wrong_usage",
    "sentence": "A pause lasts more than nothing and a day at most.",
    "advice": "Leave its length out to pause until you resume.",
}
_PAUSED = {
    "error": "paused",
    "sentence": "It is paused, so nothing is played.",
    "advice": "Resume it first.",
}
_NO_REPLAY = {
    "error": "no_replay",
    "sentence": "A real microphone is listening; there is no file to play.",
    "advice": "Start capture with --replay FILE.",
}
_UNKNOWN = {
    "error": "wrong_usage",
    "sentence": "Capture does not do that.",
    "advice": "See docs/commands.md: press, record, pause, resume, shutdown, status.",
}
BUSY = {
    "error": "capture_stuck",
    "sentence": "Capture has more to do than it can.",
    "advice": "Try again in a moment.",
}
