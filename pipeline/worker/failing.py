"""The letters on which the models failed: each waits by itself, and no other waits for it."""

import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core.clock import Clock
from core.log import get_log
from pipeline.spool.names import without_words
from pipeline.spool.spool import Letter
from pipeline.spool.tries import Conditions, Tries, Why, failed_letters, read_tries, write_tries
from pipeline.worker import backoff


class Failing:
    """Remembers failures beside their letters, and says which letters are due."""

    def __init__(self, folder: Path, clock: Clock, conditions: Callable[[], Conditions]) -> None:
        self._folder = folder
        self._clock = clock
        self.conditions = conditions

    def due(self, letters: Sequence[Letter]) -> list[Letter]:
        """Those of these letters that wait for nothing but their turn."""
        left_s = {path: seconds for path, _, seconds in self._failed()}
        return [each for each in letters if not left_s.get(each.path)]

    def note(self, letter: Path, why: Why, before: Conditions) -> Tries:
        """Remember one more failure, which began under these conditions."""
        failed = read_tries(letter)
        count = 1 if failed is None else failed.count + 1
        tries = Tries(count, why, self._clock.recorded_now(), before)
        write_tries(letter, tries)
        get_log().warning("letter_failed", letter=without_words(letter.name), why=why, times=count)
        return tries

    def told(self) -> list[dict[str, Any]]:
        """How things stand with each of them, for a program and in a sentence."""
        return [
            {
                "letter": path.name,
                "moment": path.name.partition(".")[0] if path.suffix == ".clip" else None,
                "tries": tries.count,
                "in_s": round(left_s, 1),
                "reason": backoff.in_words(tries, left_s),
            }
            for path, tries, left_s in self._failed()
        ]

    def _failed(self) -> list[tuple[Path, Tries, float]]:
        """Each failed letter, what is remembered of it, and how long it waits yet."""
        failed = failed_letters(self._folder)
        if not failed:
            return []
        now, conditions = self._clock.recorded_now(), self.conditions()
        return [(path, tries, backoff.left_s(tries, now, conditions)) for path, tries in failed]


def log_fault(letter: Letter, error: Exception) -> None:
    """Say where something of ours broke on it, and none of its words."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    get_log().error(
        "fault",
        letter=without_words(letter.path.name),
        fault=type(error).__name__,
        file=Path(where.filename).name,
        line=where.lineno,
    )
