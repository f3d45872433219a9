"""How far the work has come, on standard error, where somebody watches at a terminal."""

import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Self

from core.command_line import Screen, harmless

if TYPE_CHECKING:
    from tqdm import tqdm

AFTER_S = 1.0
"""What is done sooner needs no bar."""

EVERY_S = 0.2


class Meter:
    """A bar that counts seconds of sound, lines or bytes; where nobody watches, there is none."""

    def __init__(self, title: str, screen: Screen, unit: str = "s") -> None:
        self._title = title
        self._screen = screen
        self._unit = unit
        self._bar: tqdm[Any] | None = None

    def __enter__(self) -> Self:
        if self._screen.is_watched():
            from tqdm import tqdm  # noqa: PLC0415

            self._bar = tqdm(
                desc=harmless(self._title.encode(errors="replace").decode()),
                unit=self._unit,
                unit_scale=self._unit == "B",
                file=sys.stderr,
                leave=False,
                mininterval=EVERY_S,
                delay=AFTER_S,
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def watch(self, items: Iterable[Any]) -> Iterator[Any]:
        """Count lines, or seconds of sound, as they come by."""
        from core.audio import RATE_HZ  # noqa: PLC0415

        counted = 0.0
        for item in items:
            counted += 1 if self._unit == "lines" else len(item) / RATE_HZ
            if self._bar is not None:
                self._bar.update(int(counted) - self._bar.n)
            yield item

    def reached(self, done: int, total: int) -> None:
        """Show how much is there of a known whole."""
        if self._bar is not None:
            self._bar.total = total
            self._bar.update(done - self._bar.n)

    def event(self, event: dict[str, Any]) -> None:
        """Show how far the worker has come with a clip."""
        if event["event"] == "progress" and self._bar is not None:
            done_s = round(event["done_s"], 1)
            if done_s < self._bar.n:  # the next step begins at the start again
                self._bar.reset(round(event["total_s"], 1))
            self._bar.set_postfix_str(event["step"], refresh=False)
            self._bar.update(done_s - self._bar.n)

    def say(self, sentence: str) -> None:
        """Something beside the result, with the bar out of its way."""
        if self._bar is None:
            self._screen.say(sentence)
        else:
            self._bar.write(harmless(sentence), file=sys.stderr)
