"""The place of each piece of sound in its file, with silence for damage and gaps. Pure."""

from dataclasses import dataclass
from typing import Literal

Times = Literal["written", "counted", "parsed"]
"""The ways in which a format tells when a piece sounds.

`written`: each packet carries its time, so a gap between two is one that the recorder left.
`counted`: FFmpeg counts samples or packets by their numbers, so a gap is something lost.
`parsed`: there is nothing but bytes: a gap is known by the bytes that are no sound.
"""

GAP_S = 0.05
"""What is less is rounding: WebM counts in milliseconds, and a recorder's clock wavers by some."""

LONGEST_GAP_S = 12 * 3600.0
"""What is longer is a broken time, not a silence."""

LONGEST_END_S = 1.0
"""Behind the last packet of a parsed file may lie anything: what is longer is no sound."""

BACK_S = 1.0
"""Times that go back so far begin anew: two recordings were joined."""


@dataclass(slots=True)
class Account:
    """The seconds of a file's length that are not its own sound.

    `damaged_s` could not be decoded and `gaps_s` has no sound in the file: in their places there
    is silence. `missing_s` is the end of a file that breaks off; nothing stands for it.
    """

    damaged_s: float = 0.0
    gaps_s: float = 0.0
    missing_s: float = 0.0
    broke_off: bool = False
    error: Exception | None = None

    def note(self, error: Exception) -> None:
        """Remember the first error: it is told where there is no sound at all."""
        self.error = self.error or error


class Timeline:
    """Tells how much silence belongs before each piece of sound, and keeps account of it.

    Times are seconds by the file's own clock; `starts_s` is where the file begins, and `length_s`
    what it says of its whole length, where it does.
    """

    def __init__(
        self, account: Account, times: Times, *, starts_s: float | None, length_s: float | None
    ) -> None:
        self._account = account
        self._times = times
        self._due_s = starts_s if times == "written" else None
        self._latest_s = None
        if times == "written" and starts_s is not None and length_s is not None:
            self._latest_s = starts_s + length_s + 1
        self._lost_s = 0.0
        self._hit = self._suspected = False
        self._paused_s = 0.0

    def pause(self, seconds: float) -> None:
        """Note that the speaker paused: a packet says so, and has no sound of its own."""
        self._paused_s += seconds
        if self._due_s is not None:
            self._due_s += seconds

    def lose(self, seconds: float) -> None:
        """Note that a piece of about this length cannot be decoded; 0 where nobody knows."""
        self._lost_s = min(self._lost_s + seconds, LONGEST_GAP_S)
        self._hit = True

    def suspect(self) -> None:
        """Note that bytes were skipped: a gap here is damage."""
        self._suspected = True

    def silence_before(self, at_s: float | None, seconds: float) -> float:
        """The silence that belongs before a piece of so many seconds, which sounds at `at_s`."""
        ahead_s = self._ahead_s(at_s)
        silence_s = 0.0
        if self._hit:
            silence_s = self._length_of_damage(ahead_s)
            self._account.damaged_s += silence_s
        elif ahead_s is not None and ahead_s > GAP_S:
            silence_s = ahead_s
            if self._times == "written" and not self._suspected:
                self._account.gaps_s += silence_s
            else:
                self._account.damaged_s += silence_s
        self._go_on(at_s, ahead_s, seconds, moved=self._hit or silence_s > 0)
        return silence_s + self._take_pause()

    def silence_at_end(self) -> float:
        """The silence for what could not be decoded and has nothing behind it."""
        longest_s = LONGEST_END_S if self._times == "parsed" else LONGEST_GAP_S
        silence_s, self._lost_s = min(self._lost_s, longest_s), 0.0
        self._account.damaged_s += silence_s
        return silence_s + self._take_pause()

    def _take_pause(self) -> float:
        paused_s, self._paused_s = self._paused_s, 0.0
        return paused_s

    def _ahead_s(self, at_s: float | None) -> float | None:
        """Seconds between the end of what came before and this piece; None where nobody knows."""
        if at_s is None or self._due_s is None:
            return None
        ahead_s = at_s - self._due_s
        too_late = self._latest_s is not None and at_s > self._latest_s
        if ahead_s < -BACK_S or ahead_s > LONGEST_GAP_S or too_late:
            return None
        return ahead_s

    def _length_of_damage(self, ahead_s: float | None) -> float:
        if ahead_s is None:
            return self._lost_s
        if self._times == "written":
            return max(0.0, ahead_s)
        if self._times == "counted":
            return ahead_s if ahead_s > 0 else self._lost_s
        return max(ahead_s, self._lost_s)

    def _go_on(
        self, at_s: float | None, ahead_s: float | None, seconds: float, *, moved: bool
    ) -> None:
        """Written times are held against all that came before, so that small gaps add up."""
        adds_up = self._times == "written" and ahead_s is not None and not moved
        if at_s is None or adds_up:
            self._due_s = None if self._due_s is None else self._due_s + seconds
        else:
            self._due_s = at_s + seconds
        self._lost_s, self._hit, self._suspected = 0.0, False, False
