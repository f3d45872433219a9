"""Lays the demo day out in a home of its own, its dates counted back from today (a root).

A process of its own (`python -m deploy.demo_home HOME`): decoding brings FFmpeg along, and
the supervisor that asks for it runs for months.
"""

import shutil
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from core.clock import from_datetime
from core.places import Home
from dashboard.demo import demo_moments
from pipeline import media
from pipeline.spool import Clip, Spool
from pipeline.store.drafts import new_moment_id


def demo_home(home: Home) -> Home:
    """Where the demo lives: beside the wearer's archive, never in it."""
    return Home(home.path / "demo")


def is_laid_out(demo: Home, today: date) -> bool:
    """Whether the demo is there and ends today."""
    try:
        return _marker(demo).read_text(encoding="ascii") == today.isoformat()
    except FileNotFoundError:
        return False


def lay_out(demo: Home, now: datetime) -> int:
    """Make the demo's home anew; how many recordings wait in its spool for the worker.

    The newest comes first, so that the page soon has something on it. Killed halfway, it
    is made anew by the next start: the marker is written last.
    """
    shutil.rmtree(demo.path, ignore_errors=True)
    spool = Spool(demo.spool)
    spoken = demo_moments(now)
    for path, at in spoken:
        recorded = from_datetime(at, source="given")
        clip = Clip(new_moment_id(), "file", recorded, source=path.name)
        spool.post_clip(clip, media.decode(path))
    _marker(demo).write_text(now.date().isoformat(), encoding="ascii")
    return len(spoken)


def _marker(demo: Home) -> Path:
    return demo.path / "laid-out"


if __name__ == "__main__":
    lay_out(Home(Path(sys.argv[1])), datetime.now(UTC).astimezone())
