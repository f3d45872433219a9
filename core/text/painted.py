"""Text of which some parts stand out where a terminal shows colours. Pure.

A style is beside the text and never in it, so what somebody said can never paint anything.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

Style = Literal["plain", "dim", "bold", "red", "yellow", "green"]

_CODES: dict[Style, str] = {"dim": "2", "bold": "1", "red": "31", "yellow": "33", "green": "32"}


@dataclass(frozen=True, slots=True)
class Painted:
    """Stretches of text one after the other, each in its style."""

    parts: tuple[tuple[Style, str], ...] = ()

    def __add__(self, other: "Text") -> "Painted":
        return Painted((*self.parts, *painted(other).parts))

    def __radd__(self, other: str) -> "Painted":
        return painted(other) + self

    def __str__(self) -> str:
        return "".join(text for _, text in self.parts)

    def shown(self, harmless: Callable[[str], str], *, colours: bool) -> str:
        """What goes to the terminal, each stretch made harmless before it is painted."""
        return "".join(
            f"\x1b[{_CODES[style]}m{harmless(text)}\x1b[0m"
            if colours and text and style in _CODES
            else harmless(text)
            for style, text in self.parts
        )


Text = str | Painted
"""What may be shown: plain text, or painted."""


def painted(text: Text, style: Style = "plain") -> Painted:
    """All of this text in one style; what is painted already stays as it is."""
    return Painted(((style, text),)) if isinstance(text, str) else text


def joined(separator: str, texts: Iterable[Text]) -> Painted:
    """The texts in order, with the separator between."""
    parts: list[tuple[Style, str]] = []
    for text in texts:
        if parts:
            parts.append(("plain", separator))
        parts += painted(text).parts
    return Painted(tuple(parts))
