"""The first minute: which strip a newcomer is shown, and what the demo day has to tell.

The steps that follow are in `static/app.js` (`nextStep`): they turn on sound and on time.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .present import ShownWord
from .standing import Told

QUESTION = "why does nobody react"
"""What the search box offers on the demo: its best answer shares no word with it."""


WORTH_S = 38.6
"""Where in the last scene the sentence ends that the prompt to press waits for: `A warning
isn't a shout.` Whoever presses earlier keeps what was said until then, and that is fine too."""

OPPOSITES = frozenset({"a-shout"})
"""The recordings that say the opposite of that sentence: `A warning is a shout.`"""


@dataclass(frozen=True, slots=True)
class Demo:
    """The bundled day: the last scene's sound, and which recordings contradict it.

    Those are shown only where search finds them by what was kept.
    """

    scene: Path

    def is_opposite(self, source: str | None) -> bool:
        return source is not None and Path(source).stem in OPPOSITES


@dataclass(frozen=True, slots=True)
class FirstMinute:
    """The strip at the top of the page for somebody who is new."""

    kind: Literal["microphone", "demo"]
    question: str = QUESTION
    worth_s: float = WORTH_S


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
    return None if scene is None else Demo(scene)


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
