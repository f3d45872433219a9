"""What a transcriber asks of a Whisper, step by step, and several transcripts in step.

The decoder spends its time on reading its weights, not on reckoning: four sounds in one search cost
half of what they cost one after the other (docs/decisions/025).
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Heard = npt.NDArray[np.float32]
"""What the encoder made of a sound; shape (positions, width), a position for each 20 ms."""


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """The likeliest tokens that were said in `size` frames, after those `said` before them.

    `timed` asks for the times of sentences; where it `repeats_none`, no three tokens come twice.
    """

    heard: Heard
    size: int
    language: str
    beams: int
    timed: bool
    said: tuple[int, ...] = ()
    repeats_none: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where in `size` frames the words lie that these tokens make."""

    heard: Heard
    size: int
    language: str
    tokens: tuple[int, ...]


Step = Search | Place

_Made = TypeVar("_Made")

Steps = Generator[Step, Any, _Made]
"""Yields what it asks, takes a `Reading` for a search and a list of `Placed` for a place."""


def in_step(
    works: Sequence[Steps[_Made]], answer: Callable[[Sequence[Step]], Sequence[object]]
) -> list[_Made]:
    """What each of these comes to, in their order; what they ask at a time is answered at once."""
    made: dict[int, _Made] = {}
    answers: dict[int, object] = dict.fromkeys(range(len(works)))
    while answers:
        asked: dict[int, Step] = {}
        for nth, answered in answers.items():
            try:
                asked[nth] = works[nth].send(answered)
            except StopIteration as ended:
                made[nth] = ended.value
        answers = dict(zip(asked, answer(list(asked.values())), strict=True)) if asked else {}
    return [made[nth] for nth in range(len(works))]
