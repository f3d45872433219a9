"""The first minute: which strip a newcomer is shown, and what the demo day has to tell.

The steps that follow are in `static/app.js` (`nextStep`): they turn on sound and on time.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from .standing import Told

QUESTION = "why does nobody react"
"""What the search box offers on the demo: its best answer shares no word with it."""


@dataclass(frozen=True, slots=True)
class Demo:
    """The bundled day: the last scene's sound, and which recordings contradict each other.

    `opposites` are the names of recordings, without their endings, that say the opposite of
    something in the last scene. They are never shown for that alone: search has to find them.
    """

    scene: Path
    opposites: frozenset[str] = frozenset()

    def is_opposite(self, source: str | None) -> bool:
        return source is not None and Path(source).stem in self.opposites


@dataclass(frozen=True, slots=True)
class FirstMinute:
    """The strip at the top of the page for somebody who is new."""

    kind: Literal["microphone", "demo"]
    question: str = QUESTION


def first_minute(
    capture: Told | None, *, is_dismissed: bool, has_kept: bool, has_demo: bool
) -> FirstMinute | None:
    """None once it was dismissed, where nothing listens, or where something was kept by a press."""
    if is_dismissed or capture is None or capture.get("state") == "fault":
        return None
    if capture.get("replay") is not None:
        return FirstMinute("demo") if has_demo else None
    return None if has_kept else FirstMinute("microphone")


def load_demo(folder: Path) -> Demo | None:
    """The demo day in this folder; None where it is not there."""
    scene = next((folder / "sounds").glob("scene.*"), None)
    return None if scene is None else Demo(scene, _opposites(folder / "planted.json"))


def _opposites(path: Path) -> frozenset[str]:
    try:
        planted: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return frozenset()
    return frozenset(planted.get("opposite_of_scene", ()))
