"""The first minute: the strip that a newcomer sees, and what the demo has for it.

The steps that follow are in `static/js/first_minute.js`: they depend on sound and time.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core.capture_status import CaptureStatus

from .lines import ShownWord

QUESTION = "why does nobody react"
"""The question that the demo offers: one of its first answers shares no word with it."""

IDLE_MS = 40_000
"""To somebody who has not pressed by then the demo shows how: it presses once."""


@dataclass(frozen=True, slots=True)
class Demo:
    """The bundled day: the last scene's sound, and what in it is worth a press.

    `worth_s` is where that sentence ends, from the scene's beginning; whoever presses
    earlier keeps what was said until then. `opposites` are the recordings, without their
    endings, that say the opposite; they are shown only where search finds them. `answers`
    are those that QUESTION should bring up.
    """

    scene: Path
    worth_s: float = 0.0
    opposites: frozenset[str] = frozenset()
    answers: frozenset[str] = frozenset()

    def is_opposite(self, source: str | None) -> bool:
        return source is not None and Path(source).stem in self.opposites


@dataclass(frozen=True, slots=True)
class FirstMinute:
    """The strip at the top of the page for somebody who is new."""

    kind: Literal["microphone", "demo"]
    question: str = QUESTION
    worth_s: float = 0.0
    idle_ms: int = IDLE_MS


def first_minute(
    capture: CaptureStatus | None, demo: Demo | None, *, is_dismissed: bool, has_kept: bool
) -> FirstMinute | None:
    """The strip; None once dismissed, where nothing listens, or after the first press.

    Where more than presses keeps there is none: it says that nothing is being kept.
    """
    if is_dismissed or capture is None or capture.state in {"fault", "paused"}:
        return None
    if capture.selection is not None and capture.selection.is_on:
        return None
    if capture.replay is not None:
        return FirstMinute("demo", worth_s=demo.worth_s) if demo else None
    return None if has_kept else FirstMinute("microphone")


def load_demo(folder: Path) -> Demo | None:
    """The demo day in this folder; None where it is not there."""
    try:
        planted: dict[str, Any] = json.loads((folder / "planted.json").read_text("utf-8"))
    except FileNotFoundError:
        return None
    plan = planted["scene_plan"]
    return Demo(
        folder / planted["scene"],
        worth_s=plan["sentences"][plan["worth_keeping"]]["end_s"],
        opposites=frozenset(planted["opposites"]),
        answers=frozenset([planted["hidden_link"]["found"]]),
    )


def sentences(words: Iterable[ShownWord]) -> Iterator[tuple[ShownWord, ...]]:
    """The words in groups that end with a full stop, a question or an exclamation mark."""
    sentence: list[ShownWord] = []
    for word in words:
        sentence.append(word)
        if word.text.endswith((".", "?", "!")):
            yield tuple(sentence)
            sentence = []
    if sentence:
        yield tuple(sentence)
