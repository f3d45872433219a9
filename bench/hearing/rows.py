"""What a row of `bench hear` is asked, and what it comes to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.paths import home_at
from core.settings import Settings
from pipeline import models


@dataclass(frozen=True, slots=True)
class Asked:
    """How often each side runs, and which recordings; `data` is the folder of them."""

    data: Path
    runs: int = 5
    every: int = 1
    """Take each nth recording only."""


@dataclass(frozen=True, slots=True)
class Told:
    """The outcome of a row: lines for people, figures for programs, the goals that it missed."""

    lines: Sequence[str]
    figures: dict[str, Any]
    missed: Sequence[str] = field(default=())


Measure = Callable[[Asked], Told]


def whisper() -> Path:
    """The weights that both sides use."""
    return models.find("transcriber", settings=Settings(), home=home_at(None).path)
