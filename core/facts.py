"""Facts that capture itself knows and a day must show: gaps, pauses, what was passed over.

A fact goes through the spool like a clip does, and becomes one event of the journal. No
word of the wearer is in it: ids, numbers, enumerations.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from .clock import Recorded, length_in_words

FactKind = Literal["gap_found", "pause_began", "pause_ended", "clock_stepped", "passed_over"]

GapReason = Literal["overflow", "restarted", "stalled", "busy", "stopped"]
"""Why sound is missing: the sound system lost it; the microphone was started anew; it came too
slowly; capture itself was too slow to take it; capture did not run, though it was not told to end.
"""

_REASONS: Mapping[str, str] = {
    "overflow": "the sound system could not keep up",
    "restarted": "the microphone was restarted",
    "stalled": "the microphone sent too little",
    "busy": "capture could not keep up",
    "stopped": "capture was not running",
}
_TOLD_UNCERTAINTY_MS = 10_000
"""Less than this about a gap's beginning is nobody's concern."""

Detail = int | str | bool | None | Mapping[str, int] | list[list[int | str]]
"""The last two are what was passed over: counts, and stretches."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. Its id is made of stream, position and kind, so that repeating is harmless.

    `recorded` is when it began; `details` are as docs/journal-format.md lists them by kind. A
    pause's end carries the stream and position of its beginning. `ended` is the end of a gap
    that was measured by clocks and not by samples. A step of the clock is of no stream.
    """

    kind: FactKind
    stream: str
    position: int
    recorded: Recorded
    details: Mapping[str, Detail]
    ended: Recorded | None = None

    @property
    def id(self) -> str:
        if self.kind == "clock_stepped":  # of no stream: two may come while there is none
            return f"{self.recorded.boot}-{self.recorded.boottime_ms}-{self.kind}"
        return f"{self.stream}-{self.position}-{self.kind}"

    @property
    def subject(self) -> str:
        """The subject of its event: a pause's two facts share one, a boot's clock all of them."""
        if self.kind == "clock_stepped":
            return boot_subject(self.recorded.boot or "")
        if self.kind in {"gap_found", "passed_over"}:
            return self.id
        return f"{self.stream}-{self.position}-pause"


def gap_found(  # noqa: PLR0913 - what docs/journal-format.md lists for it
    stream: str,
    position: int,
    recorded: Recorded,
    reason: GapReason,
    *,
    duration_ms: int | None,
    samples: int | None = None,
    estimated: bool = True,
    uncertain_ms: int | None = None,
    ended: Recorded | None = None,
) -> Fact:
    """Sound is missing from this position of the stream on, which was heard at `recorded`."""
    details: dict[str, Detail] = {
        "reason": reason,
        "samples": samples,
        "duration_ms": duration_ms,
        "estimated": estimated,
        "uncertain_ms": uncertain_ms,
    }
    return Fact("gap_found", stream, position, recorded, details, ended)


def passed_over(  # noqa: PLR0913 - what docs/journal-format.md lists for it
    stream: str,
    position: int,
    recorded: Recorded,
    *,
    duration_ms: int,
    counts: Mapping[str, int],
    spans: Iterable[tuple[int, int, str]],
) -> Fact:
    """Utterances that were not kept from this position on, the first of them heard at `recorded`.

    `counts` by reason; `spans` are offset and length in ms, and reason, of as many as are told.
    """
    details: dict[str, Detail] = {
        "duration_ms": duration_ms,
        "counts": dict(sorted(counts.items())),
        "spans": [list(each) for each in spans],
    }
    return Fact("passed_over", stream, position, recorded, details)


def boot_subject(boot: str) -> str:
    """The subject of events about one run of the machine."""
    return f"boot:{boot}"


def ms_between(one: Recorded, other: Recorded) -> int | None:
    """The time between by the clock of the boot that both share; None where they share none."""
    if one.boot is None or one.boot != other.boot:
        return None
    if one.boottime_ms is None or other.boottime_ms is None:
        return None
    return max(0, other.boottime_ms - one.boottime_ms)


def gap_sentence(
    duration_ms: int | None, reason: str, *, estimated: bool, uncertain_ms: int | None = None
) -> str:
    """A gap in words, the same in the log, on the page and in the doctor."""
    length = "Sound was" if duration_ms is None else f"{length_in_words(duration_ms)} of sound were"
    why = _REASONS.get(reason, reason.replace("_", " "))
    sentence = f"{length} lost: {why}{' (estimated)' if estimated else ''}."
    if uncertain_ms is None or uncertain_ms < _TOLD_UNCERTAINTY_MS:
        return sentence
    return f"{sentence} It may have begun up to {length_in_words(uncertain_ms)} later."
