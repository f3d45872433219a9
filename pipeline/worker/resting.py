"""Letters that cannot be worked on for now: each rests by itself, longer each time.

No other waits for it. Forgotten with the process: a new one tries everything at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.clock import Clock
from pipeline.spool.spool import Letter

FIRST_S = 2.0
LONGEST_S = 600.0
"""A disk that fails at one place is asked again six times an hour."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Why a letter rests, for how long, and until when on the monotonic clock."""

    reason: str
    for_s: float
    until_s: float


class Resting:
    """The letters that rest, by name."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rests: dict[str, Rest] = {}

    def put(self, letter: Letter, reason: str) -> Rest:
        """Let this letter rest, twice as long as the last time."""
        before = self._rests.get(letter.path.name)
        for_s = FIRST_S if before is None else min(LONGEST_S, 2 * before.for_s)
        rest = Rest(reason, for_s, self._clock.monotonic_s() + for_s)
        self._rests[letter.path.name] = rest
        return rest

    def over(self, letter: Letter) -> None:
        """It was worked on, so whatever comes under this name is new."""
        self._rests.pop(letter.path.name, None)

    def ready(self, letters: Sequence[Letter]) -> list[Letter]:
        """Those of these letters, which are all that wait, that rest no more."""
        names = {letter.path.name for letter in letters}
        self._rests = {name: rest for name, rest in self._rests.items() if name in names}
        now_s = self._clock.monotonic_s()
        resting = {name for name, rest in self._rests.items() if now_s < rest.until_s}
        return [each for each in letters if each.path.name not in resting]

    def reasons(self) -> dict[str, str]:
        """Why each rests, by its name."""
        return {name: rest.reason for name, rest in self._rests.items()}
