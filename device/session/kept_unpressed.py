"""Which moments hold sound that nobody pressed for: a press that reaches it takes their place."""

from collections.abc import Callable

from core.audio import Span

from .pieces import Piece, without

KeptWithin = Callable[[Span], tuple[str, ...]]


class KeptUnpressed:
    """Owned by the capture loop. Remembers what the ring still has.

    What was handed over counts until it is known to be passed over: it may be kept although it
    was taken back.
    """

    def __init__(self) -> None:
        self._found: dict[str, Piece] = {}

    def note(self, moment: str, piece: Piece, oldest: int) -> None:
        """It is kept, or may be from now on. `oldest` is the ring's."""
        self._found = {name: each for name, each in self._found.items() if each.clip.end > oldest}
        self._found[moment] = piece

    def drop(self, moment: str) -> None:
        """It was passed over."""
        self._found.pop(moment, None)

    def within(self, span: Span) -> tuple[str, ...]:
        """Those of which this span has all that was spoken, but for a quarter of a second."""
        return tuple(name for name, each in self._found.items() if not without(each, [span]))
