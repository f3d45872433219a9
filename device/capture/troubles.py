"""What is wrong, and how everything stands: one place that the light, the page and the log ask."""

import math
import os
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from core import log
from core.audio import RATE_HZ, Pcm
from core.capture_status import CaptureState, CaptureStatus, Continuing, Levels, ReplayStatus
from core.errors import UserError
from device.microphone.replayed_file import ReplayedFile
from device.signals import patterns
from device.signals.scheduler import SignalState

if TYPE_CHECKING:
    from .loop import Capture

_SENTENCES: Mapping[CaptureState, str] = {
    "starting": "Capture is starting.",
    "listening": "I hear you. Nothing is being kept.",
    "keeping": "Keeping what was said.",
    "continuing": "Keeping, and it goes on until you let go.",
    "recording": "Recording; it goes on until you end it.",
    "paused": "Paused: the microphone is closed, and nothing is held in memory.",
    "fault": "The microphone is not heard.",
}

_SILENT = UserError(
    "No sound has come from the microphone for some seconds.",
    advice="It is being started anew; if this stays, unplug it and plug it in again.",
)

_STUCK = UserError(
    "The button has been down for a quarter of an hour, so it is not listened to.",
    advice="See what presses on it; it works again once it has come up.",
)

PARTS = {
    "microphone": patterns.MICROPHONE,
    "disk": patterns.DISK,
    "speech model": patterns.SPEECH_MODEL,
    "button": patterns.BUTTON,
    "stuck button": patterns.BUTTON,
}
"""What the light tells apart; everything else is one."""


class Troubles:
    """The troubles that are known. Owned by the capture loop."""

    def __init__(self) -> None:
        self.fault: UserError | None = None
        self._troubles: dict[str, UserError] = {}

    def note_fault(self, error: UserError) -> None:
        """No sound comes, and why."""
        if self.fault is None or self.fault.sentence != error.sentence:
            log.get_log().error("microphone_fault", sentence=error.sentence)
        self.fault = error

    def mend(self) -> None:
        """Sound came."""
        self.fault = None

    def trouble(self, part: str, error: UserError) -> None:
        """Something is not as it should be, and sound comes all the same."""
        if part not in self._troubles:
            log.get_log().warning("capture_trouble", part=part, reason=error.code)
        self._troubles[part] = error

    def note(self, part: str, error: UserError | None) -> None:
        """As `trouble`; None where there is none any more."""
        if error is None:
            self._troubles.pop(part, None)
        else:
            self.trouble(part, error)

    def note_stuck(self, *, stuck: bool) -> None:
        self.note("stuck button", _STUCK if stuck else None)

    def truth(self, capture: "Capture", *, block_came: bool) -> SignalState:
        """What the light is to follow."""
        return SignalState(
            state=capture.engine.session.state,
            part=self._part(capture),
            block_came=block_came,
            waiting=capture.waiting > 0,
            speaking=capture.sound.heard.speaking,
        )

    def sentence(self, capture: "Capture") -> tuple[str, str]:
        """How things stand, and what to do about it; the advice is empty where all is well."""
        state = capture.engine.session.state
        error = self._error(state)
        if error is not None:
            return error.sentence, error.advice
        levels = _levels(capture)
        if state == "listening" and levels.sentence:
            return levels.sentence, levels.advice
        return _SENTENCES[state], ""

    def status(self, capture: "Capture") -> CaptureStatus:
        """What the socket answers."""
        sentence, advice = self.sentence(capture)
        ring, wires, facts = capture.sound.ring, capture.wires, capture.facts
        return CaptureStatus(
            process=os.getpid(),
            state=capture.engine.session.state,
            sentence=sentence,
            advice=advice,
            ring_s=round((ring.now - ring.oldest) / RATE_HZ, 1),
            ring_length_s=ring.capacity / RATE_HZ,
            ring_memory=capture.ring_memory,
            stream=capture.engine.stream,
            kept=capture.engine.kept,
            waiting=wires.spooled.waiting_count(),
            gaps=facts.gaps,
            lost_s=round(facts.lost_samples / RATE_HZ, 1),
            free_bytes=wires.spooled.free_bytes(),
            reserve_bytes=wires.spooled.reserve_bytes,
            microphone=wires.microphone.name,
            pause=capture.engine.session.pause,
            continuing=_continuing(capture),
            taken_back=tuple(wires.spooled.taken_back()),
            levels=_levels(capture) if capture.clock.is_tied else None,
            replay=_replay(capture),
        )

    def _part(self, capture: "Capture") -> int | None:
        state = capture.engine.session.state
        if state == "fault":
            return patterns.MICROPHONE
        part = next(iter(self._troubles), None)
        return None if part is None else PARTS.get(part, patterns.OTHER)

    def _error(self, state: CaptureState) -> UserError | None:
        if state == "paused":
            return None
        if state == "fault":
            return self.fault or _SILENT
        return self.fault or next(iter(self._troubles.values()), None)


def level(capture: "Capture", pcm: Pcm) -> dict[str, Any]:
    """What a page that watches is told with each block."""
    rms = math.sqrt(float(np.mean(pcm.astype(np.float64) ** 2))) / 32768
    ring = capture.sound.ring
    return {
        "event": "level",
        "dbfs": round(20 * math.log10(max(rms, 1e-5)), 1),
        "speaking": capture.sound.heard.speaking,
        "ring_s": round((ring.now - ring.oldest) / RATE_HZ, 1),
    }


def _levels(capture: "Capture") -> Levels:
    """A file that is played is what it is: nobody is told to look for a switch."""
    told = capture.meter.told()
    is_file = isinstance(capture.wires.microphone, ReplayedFile)
    return replace(told, sentence="", advice="") if is_file else told


def _continuing(capture: "Capture") -> Continuing | None:
    keep = capture.engine.session.keeping.open
    if keep is None or not keep.held:
        return None
    return Continuing(
        f"{capture.engine.stream}-{keep.press}",
        round((capture.sound.now - keep.start) / RATE_HZ, 1),
    )


def _replay(capture: "Capture") -> ReplayStatus | None:
    microphone = capture.wires.microphone
    if not isinstance(microphone, ReplayedFile):
        return None
    progress = microphone.progress()
    return ReplayStatus(round(progress.seconds, 2), round(progress.at_s, 2), progress.playing)
