"""When something was recorded, once more is known of its boot's clock than it knew itself. Pure.

The rule is in docs/journal-format.md, under Time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.clock import Recorded
from pipeline.store.format.events import Event

TOLERANCE_MS = 120_000
"""What a moment says of its own time is believed to within this: it was read at the moment
itself, a correction may be from months later. Part of the format."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What is known of one boot: its wall time less its CLOCK_BOOTTIME, and the zone, if told."""

    offset_ms: int
    utc_offset_min: int | None

    def of(self, recorded: Recorded) -> Recorded:
        """That time as this correction has it, where the own one is unset or wrong."""
        if recorded.boottime_ms is None or recorded.source not in (None, "clock"):
            return recorded
        at_ms = recorded.boottime_ms + self.offset_ms
        if recorded.at_ms is not None and abs(recorded.at_ms - at_ms) <= TOLERANCE_MS:
            return recorded
        zone = recorded.utc_offset_min if self.utc_offset_min is None else self.utc_offset_min
        return replace(recorded, at_ms=at_ms, utc_offset_min=zone)


Corrections = Mapping[str, Correction]
"""By boot."""


def corrections(events: Iterable[Event]) -> dict[str, Correction]:
    """What the `clock_stepped` events among these come to, in whatever order they are given."""
    found: dict[str, Correction] = {}
    for event in sorted(events, key=lambda each: each.order):
        if event.kind == "clock_stepped" and event.version == 1:
            known = read_recorded(event.payload["recorded"])
            if known.boot and known.at_ms is not None and known.boottime_ms is not None:
                offset_ms = known.at_ms - known.boottime_ms
                found[known.boot] = Correction(offset_ms, known.utc_offset_min)
    return found


def corrected(recorded: Recorded, by: Corrections) -> Recorded:
    """The time as it is known now."""
    correction = by.get(recorded.boot or "")
    return recorded if correction is None else correction.of(recorded)


def read_recorded(fields: Mapping[str, Any]) -> Recorded:
    """A `recorded` out of a payload."""
    return Recorded(
        fields["at_ms"],
        fields["utc_offset_min"],
        fields["boot"],
        fields["boottime_ms"],
        fields["from"],
    )


def boots_named(events: Iterable[Event]) -> set[str]:
    """The boots by whose clocks these events tell a time."""
    times = [event.payload.get(name) for event in events for name in ("recorded", "ended")]
    return {str(each["boot"]) for each in times if each and each.get("boot")}
