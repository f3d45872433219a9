"""Meetings as text, act by act, and which acts people linked to a summary of the meeting."""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

FOLDER = "ami_search"


@dataclass(frozen=True, slots=True)
class SpokenAct:
    """What one person says in a breath. `is_linked`: an annotator linked it to a summary."""

    id: str
    speaker: str
    start_s: float
    end_s: float
    text: str
    is_linked: bool

    @property
    def words(self) -> int:
        return len(self.text.split())


def read_meetings(data: Path) -> dict[str, list[SpokenAct]]:
    """The acts of each meeting in the order of their time."""
    folder = data / FOLDER
    linked = {
        act for line in _lines(folder / "dev_queries.jsonl") for act in json.loads(line)["relevant"]
    }
    meetings: dict[str, list[SpokenAct]] = defaultdict(list)
    for line in _lines(folder / "dev_docs.jsonl"):
        told = json.loads(line)
        act = SpokenAct(
            told["doc"],
            told["speaker"],
            told["start"],
            told["end"],
            told["text"],
            is_linked=told["doc"] in linked,
        )
        meetings[told["meeting"]].append(act)
    return {name: sorted(acts, key=lambda each: each.start_s) for name, acts in meetings.items()}


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()
