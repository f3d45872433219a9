"""The events of capture, as values. They become JSON at the control socket, and nowhere else.

No event holds a word of the wearer: ids, numbers, and capture's own sentences.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from core.capture_status import CaptureState

PressedBy = Literal["button", "key", "command", "page", "phone"]
"""Who pressed; a `phone` is not where the device is, the rest are."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """Somebody pressed, whatever came of it. `at_s` is the press's own time on CLOCK_MONOTONIC.

    It comes after what the press did: nothing that follows from it may delay a keep.
    """

    at_s: float
    by: PressedBy


@dataclass(frozen=True, slots=True)
class PairingAsked:
    """The second button asks for a pairing, or for its end. The page opens and ends them."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A press was taken: this keep, in this revision."""

    keep: str
    revision: int


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything up to the press is durable; `seconds` of sound so far."""

    keep: str
    revision: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Closed:
    """The clip has ended and waits for the worker. It begins at position `start` of its stream."""

    keep: str
    revision: int
    seconds: float
    start: int
    path: Path


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was kept, and why. `keep` is the one that could not be written."""

    sentence: str
    advice: str
    keep: str | None = None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A pause took this keep back."""

    keep: str
    revision: int


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """A keep that was taken back waits for the worker again."""

    keep: str


@dataclass(frozen=True, slots=True)
class BecameRecording:
    """A hold is a recording now."""

    keep: str
    revision: int


@dataclass(frozen=True, slots=True)
class GapFound:
    """Sound was lost; `seconds` is None where no clock measured it."""

    seconds: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class StateChanged:
    """Capture is in another state."""

    state: CaptureState
    sentence: str


@dataclass(frozen=True, slots=True)
class LevelMeasured:
    """The loudness of a block, in dB of full scale, and how many seconds the ring holds."""

    dbfs: float
    speaking: bool
    ring_s: float


OfKeep = Taken | Kept | Closed | Refused | TakenBack | BecameRecording
"""What the engine reports of a press and its keep."""

Event = OfKeep | Pressed | PairingAsked | BroughtBack | GapFound | StateChanged | LevelMeasured

_NAMES: dict[type[Event], str] = {
    Pressed: "pressed",
    PairingAsked: "pairing_asked",
    Taken: "taken",
    Kept: "kept",
    Closed: "closed",
    Refused: "refused",
    TakenBack: "taken_back",
    BroughtBack: "brought_back",
    BecameRecording: "recording",
    GapFound: "gap",
    StateChanged: "state",
    LevelMeasured: "level",
}

_INTERNAL = frozenset({"start", "path"})
"""Fields that are nobody's outside this process."""


def name_of(event: Event) -> str:
    """The name of the event on the socket, in the log and by the light."""
    return _NAMES[type(event)]


def as_json(event: Event) -> dict[str, Any]:
    """The event as docs/commands.md has it."""
    fields = {name: value for name, value in asdict(event).items() if name not in _INTERNAL}
    if isinstance(event, Refused) and event.keep is None:
        del fields["keep"]
    return {"event": name_of(event), **fields}
