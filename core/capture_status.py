"""The status of capture: the one answer that the command line, the page and the doctor read."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:  # with the settings, a tenth of what `list` takes to start
    from core.settings import Policy

CaptureState = Literal[
    "starting", "listening", "keeping", "continuing", "recording", "paused", "fault"
]
STATE_SENTENCES: Mapping[CaptureState, str] = {
    "starting": "Starting.",
    "listening": "I hear you. Nothing is being kept.",
    "keeping": "Keeping what was said.",
    "continuing": "Keeping, until you let go.",
    "recording": "Recording, until you stop it.",
    "paused": "Paused. The microphone is closed, and nothing is held in memory.",
    "fault": "No sound comes from the microphone.",
}
"""How each state is worded wherever it is read: in a terminal, in systemd's status, on the page."""

LISTENING_BY_ITSELF: "Mapping[Policy, str]" = {
    "button": STATE_SENTENCES["listening"],
    "ambient": "I hear you, and keep by myself what seems to matter.",
    "everything": "I hear you, and keep all that is said.",
}
"""The same of listening, where more than presses keeps."""

PausedBy = Literal["button", "switch", "page", "command"]
RingMemory = Literal["locked", "no_swap", "swappable"]
"""How the ring is kept off the disk: locked in memory, in a group that may not swap, or not."""


@dataclass(frozen=True, slots=True)
class Pausing:
    """The microphone is closed. `remaining_s` is running time; None: until somebody resumes."""

    by: PausedBy
    remaining_s: float | None = None


@dataclass(frozen=True, slots=True)
class Continuing:
    """A keep that goes on, by a hold or as a recording, and how long it is by now."""

    keep: str
    seconds: float


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A keep that a pause took back: it can be brought back for so long, then its bytes go."""

    keep: str
    remaining_s: float


@dataclass(frozen=True, slots=True)
class Levels:
    """The microphone's levels over the last minute. `sentence` is empty where all is well.

    `dc` is a share of full scale; `clipped_share` of all samples; loudness in dB of full scale,
    of a second: the floor is what nine tenths lie above.
    """

    floor_dbfs: float
    loudest_dbfs: float
    clipped_share: float
    dc: float
    sentence: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class ReplayStatus:
    """A file plays the microphone's part, and has come so far."""

    seconds: float
    at_s: float
    playing: bool


@dataclass(frozen=True, slots=True)
class SelectionStatus:
    """What is kept without a press, since capture started.

    Where it `is_on`, `sentence` says what is done; else why not, and `advice` what to do. `kept`
    and `passed`, by reason, are utterances; `waiting` those that are not judged yet.
    """

    policy: "Policy"
    is_on: bool
    sentence: str
    advice: str = ""
    kept: int = 0
    waiting: int = 0
    passed: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaptureStatus:
    """The truth at one instant. Durations in seconds, sizes in bytes.

    `waiting` counts clips that lie in the spool; `gaps` and `lost_s` sound that is known
    to be lost since capture started; `heard_today_s` the sound that came since midnight, also to
    captures before this one. `selection` is None where only presses keep.
    """

    process: int
    state: CaptureState
    sentence: str
    advice: str
    ring_s: float
    ring_length_s: float
    ring_memory: RingMemory
    stream: str
    kept: int
    waiting: int
    gaps: int
    lost_s: float
    free_bytes: int
    reserve_bytes: int
    microphone: str
    pause: Pausing | None = None
    continuing: Continuing | None = None
    taken_back: tuple[TakenBack, ...] = ()
    levels: Levels | None = None
    replay: ReplayStatus | None = None
    heard_today_s: float = 0.0
    selection: SelectionStatus | None = None

    def as_json(self) -> dict[str, Any]:
        """The status as it goes over the socket."""
        return {**asdict(self), "taken_back": [asdict(it) for it in self.taken_back]}


def from_json(told: Mapping[str, Any]) -> CaptureStatus:
    """The status that came over the socket. Raises KeyError or TypeError for what is no status."""
    fields = dict(told)
    parts = {
        "pause": Pausing,
        "continuing": Continuing,
        "levels": Levels,
        "replay": ReplayStatus,
        "selection": SelectionStatus,
    }
    for name, kind in parts.items():
        if fields.get(name) is not None:
            fields[name] = kind(**fields[name])
    fields["taken_back"] = tuple(TakenBack(**each) for each in fields.get("taken_back", ()))
    return CaptureStatus(**fields)
