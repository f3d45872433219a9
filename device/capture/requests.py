"""Answers of capture at its socket: one case for each thing that can be asked."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol, TypeGuard

from core import log
from core.capture_status import CaptureStatus, PausedBy
from core.errors import UserError
from device.session.session import Event, PauseAsked, ResumeAsked

from . import events
from .controls import Controls
from .engine import Done, Engine, Outcome
from .events import PressedBy

LONGEST_PAUSE_S = 24 * 3600.0
"""A timed pause is a meeting or a meal; for longer there is the pause without an end."""

LONGEST_PAIRING_S = 600.0
"""Whoever opens one tells its end, and may be gone by then: the light must not lie for long."""

Asked = Mapping[str, Any]
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody asks at the socket. `answer` is called once."""

    asked: Asked
    answer: Callable[[Answer], None]
    at_s: float


class Requested(Protocol):
    """Everything that a request may ask of capture."""

    controls: Controls
    engine: Engine

    def do(self, event: Event) -> Outcome:
        """The outcome of an event of the session."""
        ...

    def status(self) -> CaptureStatus: ...

    def bring_back(self, keep: str) -> bool:
        """True where a keep that a pause took back could be brought back."""
        ...

    def power_off(self) -> UserError | None:
        """The reason why the machine stays on; None where it is being switched off."""
        ...

    def show_pairing(self, for_s: float) -> None:
        """Have the light show for so long that a phone may be let in; 0 ends it."""
        ...

    def play(self) -> float:
        """The seconds of the file that plays from its start now. Raises UserError."""
        ...


def answer(capture: Requested, request: Request) -> Answer:
    """The answer as docs/commands.md has it, also where it is not understood or refused."""
    try:
        return _answer(capture, request)
    except UserError as error:
        return _error(error)
    except OSError as error:
        log.get_log().error("request_failed", reason=error.strerror)
        return _DISK_FAILS


def _answer(capture: Requested, request: Request) -> Answer:  # noqa: C901, PLR0911 - a table
    controls, at_s = capture.controls, request.at_s
    match request.asked:
        case {"do": "press"}:
            return _outcome(controls.press(at_s, _pressed_by(request.asked)))
        case {"do": "hold", "on": bool(on)}:
            by = _pressed_by(request.asked)
            return _outcome(controls.hold_page(at_s, on=on, by=by))
        case {"do": "record", "on": bool(on)}:
            return _outcome(controls.record(at_s, on=on))
        case {"do": "pause"}:
            return _pause(capture, request.asked)
        case {"do": "resume"}:
            return _outcome(capture.do(ResumeAsked(_by(request.asked))))
        case {"do": "bring_back", "keep": str(keep)}:
            is_back = capture.bring_back(keep)
            return {"outcome": "done", "keep": keep} if is_back else _outcome(_GONE)
        case {"do": "power_off"}:
            return _outcome(_refusal(capture.power_off()))
        case {"do": "pairing"}:
            return _pairing(capture, request.asked.get("for_s"))
        case {"do": "status"}:
            return capture.status().as_json()
        case {"do": "read_aloud", "on": bool(on)}:
            return _reads(capture, on=on)
        case {"do": "read_aloud", "since": int(since)}:
            return _read(capture, since)
        case {"do": "play"}:
            return {"ok": True, "seconds": capture.play()}
    return _UNKNOWN


def presses(asked: Asked) -> bool:
    """True where a request wants to keep what was said."""
    match asked:
        case {"do": "press"} | {"do": "hold" | "record", "on": True}:
            return True
    return False


def _pause(capture: Requested, asked: Asked) -> Answer:
    for_s = asked.get("for_s")
    if for_s is not None and not (_is_number(for_s) and 0 < for_s <= LONGEST_PAUSE_S):
        return _NO_DURATION
    pause = PauseAsked(_by(asked), None if for_s is None else float(for_s))
    return _outcome(capture.do(pause))


def _pairing(capture: Requested, for_s: object) -> Answer:
    if not (_is_number(for_s) and 0 <= for_s <= LONGEST_PAIRING_S):
        return _NO_PAIRING
    capture.show_pairing(float(for_s))
    return _outcome(Done())


def _reads(capture: Requested, *, on: bool) -> Answer:
    """Somebody begins to read aloud, to enrol their voice, or has read enough."""
    if capture.engine.session.pause is not None:
        return _outcome(_PAUSED)
    reading = capture.engine.sound.reading
    if not on:
        reading.end()
        return _outcome(Done())
    return {"outcome": "done", "next": reading.begin()}


def _read(capture: Requested, since: int) -> Answer:
    """The next of what is read aloud: int16 little-endian at 16 kHz, in base64."""
    found = capture.engine.sound.reading.since(since)
    if found is None:
        return _outcome(_NOT_READING)
    position, pcm = found
    sound = b64encode(pcm.astype("<i2").tobytes()).decode("ascii")
    return {"outcome": "done", "next": position, "pcm": sound}


def _pressed_by(asked: Asked) -> PressedBy:
    match asked.get("by"):
        case "page":
            return "page"
        case "phone":
            return "phone"
    return "command"


def _by(asked: Asked) -> PausedBy:
    return "page" if asked.get("by") == "page" else "command"


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _refusal(error: UserError | None) -> Outcome:
    return Done() if error is None else events.Refused(error.sentence, error.advice)


def _outcome(outcome: Outcome) -> Answer:
    match outcome:
        case Done():
            return {"outcome": "done"}
        case events.Taken():
            return {"outcome": "taken", **asdict(outcome)}
        case events.Refused():
            fields = asdict(outcome)
            return {"outcome": "refused", **{k: v for k, v in fields.items() if v is not None}}


def _error(error: UserError) -> Answer:
    return {"error": error.code, "sentence": error.sentence, "advice": error.advice}


_GONE = events.Refused(
    "It cannot be brought back any more.", "What a pause takes back is erased after ten minutes."
)
_PAUSED = events.Refused("Paused, so nothing is heard.", "Resume first.")
_NOT_READING = events.Refused(
    "Nobody reads aloud any more: it lasts three minutes, and a pause ends it.", "Begin again."
)
_DISK_FAILS = {
    "error": "disk_fails",
    "sentence": "The disk of the home cannot be read or written.",
    "advice": "`afterthought doctor` says more.",
}
_NO_DURATION = {
    "error": "wrong_usage",
    "sentence": "A pause can last up to a day.",
    "advice": "Leave the length out to pause until you resume.",
}
_NO_PAIRING = {
    "error": "wrong_usage",
    "sentence": "A pairing lasts ten minutes at most.",
    "advice": "Name its length in seconds, or 0 to end it.",
}
_UNKNOWN = {
    "error": "wrong_usage",
    "sentence": "Capture does not do that.",
    "advice": "See docs/commands.md: press, record, pause, resume, power_off, status.",
}
BUSY = {
    "error": "capture_stuck",
    "sentence": "Capture is too busy to answer.",
    "advice": "Try again in a moment.",
}
