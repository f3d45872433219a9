"""What presses and recordings have kept of the sound, as far as it is remembered. Pure.

Whoever keeps without a press looks here, so that no sound is kept twice and none is lost between.
"""

from dataclasses import dataclass

from core.audio import Span

from .pieces import Piece, without
from .values import Keep, Keeping


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A keep's name, and what it holds as far as that is known."""

    press: int
    span: Span


class PressedFor:
    """To be shown each state of the keeping. Remembers what the ring still has."""

    def __init__(self) -> None:
        self._found: list[_Stretch] = []
        self._keep: Keep | None = None

    @property
    def is_open(self) -> bool:
        """True while something is being kept."""
        return self._keep is not None and not self._keep.closed

    def look(self, keeping: Keeping, now: int, oldest: int) -> None:
        """Take in what is kept by now; `now` and `oldest` are the ring's."""
        keep, before = keeping.keep, self._keep
        self._keep = keep
        if before is not None and not before.closed and _is_another(keep, before):
            self._ended(keeping.floor if keep is None else keep.floor)
        if keep is not None:
            end = now if keep.end is None else keep.end
            earlier = [each for each in self._found if each.press < keep.press]
            self._found = [*earlier, _Stretch(keep.press, Span(keep.start, max(keep.start, end)))]
        self._found = [each for each in self._found if each.span.end > oldest]

    def forget(self) -> None:
        """Nothing that was said before is to be kept any more."""
        self._found = []

    def is_decided(self, piece: Piece) -> bool:
        """False while a press may yet come to an end before this piece does."""
        keep = self._keep
        if keep is None or keep.closed or keep.held or keep.end is not None:
            return True
        return piece.spoken.end <= keep.start

    def left_of(self, piece: Piece) -> list[Piece]:
        """What of it no press holds."""
        return without(piece, (each.span for each in self._found))

    def _ended(self, floor: int) -> None:
        """The keep that was open has ended unseen, at its floor at the latest."""
        if self._found:
            last = self._found.pop()
            start, end = last.span.start, min(last.span.end, floor)
            self._found.append(_Stretch(last.press, Span(start, max(start, end))))


def _is_another(keep: Keep | None, before: Keep) -> bool:
    return keep is None or keep.press != before.press
