"""The demo day: three weeks of one life, spoken by synthesised voices; its last scene is today's.

`planted.json` says what is to be found in it, for tests and benchmarks; no page shows it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
SOUNDS = FOLDER / "sounds"
ENDING = ".m4a"
"""Opus in MP4, which iPhones play; of its names this is the one that is served as audio."""

SCENE = SOUNDS / f"scene{ENDING}"

HEARD = FOLDER / "heard.jsonl"
"""What was heard in the recordings; `deploy/demo_words.py` makes it."""

STEP = timedelta(minutes=10)
"""Between moments of today whose time of day has not come yet; they lie before now."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line of `moments.jsonl`: what was said when, by whom, and over which noise.

    `time` is hours and minutes of the wearer's day; None for the last scene, which is now.
    """

    id: str
    days_ago: int
    time: str | None
    text: str
    voice: str
    bed: str
    bed_dbfs: float
    roles: tuple[str, ...]

    @property
    def sound(self) -> Path:
        return SOUNDS / f"{self.id}{ENDING}"


def everything_spoken() -> tuple[Spoken, ...]:
    """The whole life in the order of its time, the last scene at the end."""
    lines = (FOLDER / "moments.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(_spoken(json.loads(line)) for line in lines)


def demo_moments(now: datetime) -> list[tuple[Path, datetime]]:
    """The recordings to keep and their times, the newest first: all but the last scene.

    Days are counted back from `now`, in this machine's zone, and none of the times is after it.
    """
    return list(_newest_first(now))


def offered_question() -> dict[str, str]:
    """The question that the demo offers, and its vector in base64: it is answered at once."""
    with HEARD.open(encoding="utf-8") as lines:
        asked = json.loads(lines.readline())["asked"]
    return {asked["text"]: asked["vector"]}


def _newest_first(now: datetime) -> Iterator[tuple[Path, datetime]]:
    latest = now
    for spoken in reversed(everything_spoken()):
        if spoken.time is not None:
            latest = min(_day_and_time(now, spoken.days_ago, spoken.time), latest - STEP)
            yield spoken.sound, latest


def _day_and_time(now: datetime, days_ago: int, shown: str) -> datetime:
    hour, minute = (int(part) for part in shown.split(":"))
    day = now.date() - timedelta(days=days_ago)
    # Its own offset, which need not be that of now: summer time may have begun in between.
    return datetime.combine(day, time(hour, minute)).astimezone()


def _spoken(line: dict[str, Any]) -> Spoken:
    noise = line.pop("noise")
    return Spoken(
        **line | {"roles": tuple(line["roles"])}, bed=noise["bed"], bed_dbfs=noise["dbfs"]
    )
