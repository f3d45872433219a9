"""What the journal has of the wearer's answers to selection: numbers, and no word."""

from collections.abc import Mapping
from typing import Literal

from .events import Draft

SELECTION = "selection"
"""The subject of what is about all that selection has learned."""

Answer = Literal["more", "dismissed"]
"""More like this, or: not this."""


def selection_taught(moment: str, answer: Answer, signals: Mapping[str, int]) -> Draft:
    """The wearer's answer about a moment with these signals, in thousandths."""
    payload = {"answer": answer, "signals": dict(signals)}
    return Draft("selection_taught", moment, "wearer", payload)


def selection_reset() -> Draft:
    """Nothing that was answered before counts any more."""
    return Draft("selection_reset", SELECTION, "wearer")
