"""What became of an utterance that nobody pressed for, and how it goes over the worker's line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """Kept as a moment, or passed over: then `moment` is None, and nothing of it is left.

    `score` and `signals` are from 0 to 1. `text` is what was heard; only who asks for an
    explanation is told it. `cpu_s` is how long the models worked on it, in all threads.
    """

    moment: str | None
    score: float
    reasons: tuple[str, ...]
    signals: Mapping[str, float] = field(default_factory=dict)
    text: str = ""
    cpu_s: float = 0.0

    @property
    def is_kept(self) -> bool:
        return self.moment is not None


def verdict_as_json(verdict: Verdict, *, explain: bool) -> dict[str, Any]:
    """As the worker's socket answers; without `explain`, no word is in it."""
    told = {
        "verdict": "kept" if verdict.is_kept else "passed",
        "moment": verdict.moment,
        "score": verdict.score,
        "reasons": list(verdict.reasons),
        "signals": dict(verdict.signals),
        "cpu_s": round(verdict.cpu_s, 3),
    }
    return {**told, "text": verdict.text} if explain else told


def read_verdict(told: Mapping[str, Any]) -> Verdict:
    """The verdict that a worker answered."""
    moment = told["moment"]
    return Verdict(
        None if moment is None else str(moment),
        float(told["score"]),
        tuple(map(str, told["reasons"])),
        {str(name): float(value) for name, value in told.get("signals", {}).items()},
        str(told.get("text", "")),
        float(told.get("cpu_s", 0.0)),
    )
