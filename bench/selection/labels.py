"""What two readers would want back of the day, and how far they agree.

They read and listened by themselves, blind to the rules and to each other. `labels.json` has the
verdict of each on every segment of the day, by its place there; no text, and nothing of a rule.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_FILE = Path(__file__).with_name("labels.json")


@dataclass(frozen=True, slots=True)
class Labels:
    """One verdict a segment of the day, by each of the two."""

    day: str
    one: tuple[bool, ...]
    two: tuple[bool, ...]

    @property
    def agreed(self) -> tuple[bool, ...]:
        """What both want back."""
        return tuple(first and second for first, second in zip(self.one, self.two, strict=True))

    @property
    def kappa(self) -> float:
        """Cohen's: how far they agree beyond chance. It caps what any rule can reach."""
        return kappa(self.one, self.two)


def read_labels() -> Labels:
    """The labels as they are committed."""
    told = json.loads(_FILE.read_text(encoding="utf-8"))
    return Labels(told["day"], tuple(told["one"]), tuple(told["two"]))


def kappa(one: Sequence[bool], two: Sequence[bool]) -> float:
    """Cohen's kappa of two readers; 1 where they agree on everything."""
    total = len(one)
    same = sum(first == second for first, second in zip(one, two, strict=True)) / total
    yes = (sum(one) / total) * (sum(two) / total)
    by_chance = yes + (1 - sum(one) / total) * (1 - sum(two) / total)
    return 1.0 if by_chance == 1 else (same - by_chance) / (1 - by_chance)
