"""How far the work has come, on standard error, where somebody watches."""

import sys
from collections.abc import Iterable, Iterator
from typing import Any, Self

from core.command_line import harmless


class Meter:
    """A bar that counts seconds of sound, or lines."""

    def __init__(self, title: str, unit: str = "s") -> None:
        self._title = title
        self._unit = unit

    def __enter__(self) -> Self:
        from tqdm import tqdm  # noqa: PLC0415

        self._bar = tqdm(
            desc=harmless(self._title.encode(errors="replace").decode()),
            unit=self._unit,
            file=sys.stderr,
            leave=False,
            mininterval=0.2 if sys.stderr and sys.stderr.isatty() else 10.0,  # no screen
            disable=sys.stderr is None,
            delay=1.0,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def watch(self, items: Iterable[Any]) -> Iterator[Any]:
        """Count lines, or seconds of sound, as they come by."""
        from core.audio import RATE_HZ  # noqa: PLC0415

        for item in items:
            self._bar.update(1 if self._unit == "lines" else round(len(item) / RATE_HZ, 2))
            yield item

    def event(self, event: dict[str, Any]) -> None:
        """Show how far the worker has come with a clip."""
        if event["event"] == "progress":
            done_s = round(event["done_s"], 1)
            if done_s < self._bar.n:  # the next step begins at the start again
                self._bar.reset(round(event["total_s"], 1))
            self._bar.set_postfix_str(event["step"], refresh=False)
            self._bar.update(done_s - self._bar.n)

    def say(self, sentence: str) -> None:
        if sys.stderr is not None:
            self._bar.write(harmless(sentence), file=sys.stderr)
