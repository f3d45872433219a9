"""What capture itself knows and a day must show: gaps, pauses, steps of the clock.

A fact goes through the spool like a clip does, and becomes one event of the journal. No
word of the wearer is in it: ids, numbers, enumerations.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .clock import Recorded

FactKind = Literal["gap_found", "pause_began", "pause_ended", "clock_stepped"]

GapReason = Literal["overflow", "restarted", "stalled", "busy", "stopped"]
"""Why sound is missing: the sound system lost it; the microphone was started anew; it came too
slowly; capture itself was too slow to take it; capture did not run, though it was not told to end.
"""

Detail = int | str | bool | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. Its id is made of stream, position and kind, so that repeating is harmless.

    `recorded` is when it began; `details` are as docs/journal-format.md lists them by kind.
    """

    kind: FactKind
    stream: str
    position: int
    recorded: Recorded
    details: Mapping[str, Detail]

    @property
    def id(self) -> str:
        return f"{self.stream}-{self.position}-{self.kind}"
