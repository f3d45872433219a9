"""How things stand, as sentences: capture, the worker, and what was just done. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Told = Mapping[str, Any]

_STATES = {
    "starting": "Starting.",
    "listening": "Listening. Nothing is kept until you press.",
    "keeping": "Keeping what is being said.",
    "fault": "The microphone is not heard.",
}
_ABSENT = "Nothing listens: capture is not running."
_ABSENT_ADVICE = "Start it with `afterthought run`."


@dataclass(frozen=True, slots=True)
class State:
    """The truth about the microphone and the worker at this instant.

    `code` is capture's state, or `absent`. `memory` says how much lies in memory only,
    `lost` what is known to be lost, `worker` what waits; each is empty where there is
    nothing to say.
    """

    code: str
    sentence: str
    advice: str = ""
    memory: str = ""
    lost: str = ""
    worker: str = ""

    @property
    def can_press(self) -> bool:
        return self.code in {"listening", "keeping"}

    @property
    def version(self) -> str:
        """Differs wherever it would read differently, but for the seconds in memory."""
        return f"{self.code}/{self.sentence}/{self.advice}/{self.lost}/{self.worker}"


def state(capture: Told | None, worker: Told | None, waiting: int) -> State:
    """`capture` and `worker` are what their sockets answered, None where nobody did."""
    at_the_worker = _worker(worker, waiting)
    if capture is None:
        return State("absent", _ABSENT, _ABSENT_ADVICE, worker=at_the_worker)
    code = str(capture.get("state", "starting"))
    return State(
        code=code,
        sentence=_of_capture(code, capture),
        advice=str(capture.get("advice") or ""),
        memory=memory(float(capture.get("ring_s") or 0)),
        lost=_lost(int(capture.get("lost_samples") or 0)),
        worker=at_the_worker,
    )


def _of_capture(code: str, capture: Told) -> str:
    """Our own words where all is well; capture's, which know the cause, where it is not."""
    told = str(capture.get("sentence") or "")
    if code in {"listening", "keeping"}:
        return _STATES[code]
    return told or _STATES.get(code, code.capitalize() + ".")


def memory(ring_s: float) -> str:
    if ring_s < 1:
        return ""
    return f"The last {round(ring_s)} s are in memory and nowhere else."


def _lost(samples: int) -> str:
    seconds = samples / 16_000
    return f"{seconds:.1f} s of sound were lost since it started." if seconds >= 0.1 else ""  # noqa: PLR2004


def _worker(worker: Told | None, waiting: int) -> str:
    if worker is None:
        safe = f"{_counted(waiting)} for it and safe." if waiting else "What you keep will wait."
        return f"The worker is not running. {safe}"
    return str(worker.get("trouble") or "")


def _counted(waiting: int) -> str:
    return "1 moment waits" if waiting == 1 else f"{waiting} moments wait"


_DONE = {
    "taken": "Taken. Its words come in a moment.",
    "hidden": "Hidden. You can bring it back.",
    "undone": "Taken back. It is hidden, and you can bring it back.",
    "restored": "It is seen again.",
    "forgotten": "Forgotten: its words and its sound are gone from this archive. Exports and "
    "backups made before, and old blocks on a memory card, are out of reach.",
    "noted": "Noted.",
    "noted_waiting": "Noted. It waits for the worker, which is not running, and is safe.",
    "playing": "She is thinking aloud.",
}


def done(code: str | None) -> str:
    """What a redirect says was just done; empty for a code that is none of ours."""
    return _DONE.get(code or "", "")
