"""What this device does, in words for whoever is near it. Pure, and nothing of the wearer's.

The same sentences stand in `docs/privacy.md`.
"""

from dataclasses import dataclass

from core.capture_status import CaptureStatus
from core.clock import length_in_words
from core.settings import Policy
from dashboard.sentences import say

CANDIDATES_S = 15 * 60
"""The longest that an utterance waits in memory, where what seems to matter is kept."""


@dataclass(frozen=True, slots=True)
class ForOthers:
    """What it does now, for how long it holds that, who can hear it, and how to have it stop."""

    now: str
    how_long: str
    who: str
    ask: str


def for_others(capture: CaptureStatus | None, *, own_voice: bool = False) -> ForOthers:
    """By what capture says of itself; None where it does not answer.

    `own_voice`: what others say is passed over, where it is known whose voice it is.
    """
    return ForOthers(
        now=_now(capture, own_voice=own_voice),
        how_long=_how_long(capture),
        who=say("others.who"),
        ask=say("others.ask"),
    )


def _now(capture: CaptureStatus | None, *, own_voice: bool) -> str:
    if capture is None:
        return say("others.absent")
    if capture.state in {"paused", "recording", "fault"}:
        return say.of("others", capture.state)
    policy = _policy(capture)
    told = "ambient_own_voice" if policy == "ambient" and own_voice else policy
    return say.of("others", told, length=_length(capture.ring_length_s))


def _how_long(capture: CaptureStatus | None) -> str:
    if capture is None or capture.state == "paused":
        return say("others.stays")
    policy = _policy(capture)
    longest_s = max(capture.ring_length_s, CANDIDATES_S if policy == "ambient" else 0)
    may_be_swapped = capture.ring_memory == "swappable"  # so it might reach the disk after all
    gone = say(
        "others.gone" if may_be_swapped else "others.gone_unwritten", length=_length(longest_s)
    )
    return f"{gone} {say('others.stays')}"


def _policy(capture: CaptureStatus) -> Policy:
    """What is kept without a press now; where it cannot be done, only presses keep."""
    selection = capture.selection
    return selection.policy if selection is not None and selection.is_on else "button"


def _length(seconds: float) -> str:
    return length_in_words(round(seconds * 1000))
