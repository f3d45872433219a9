"""Lays the demo day out in a home of its own, its dates counted back from today (a root).

A process of its own (`python -m deploy.demo_home HOME`): decoding brings FFmpeg along, and
the supervisor that asks for it runs for months.
"""

import shutil
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from core.access.private import keep_to_ourselves
from core.clock import from_datetime
from core.paths import Home
from dashboard.demo import FOLDER, demo_moments


def is_laid_out(demo: Home, today: date) -> bool:
    """True where the demo is there and ends today."""
    try:
        return _marker(demo).read_text(encoding="ascii") == today.isoformat()
    except FileNotFoundError:
        return False


def clear(demo: Home) -> None:
    """Take away what is there, half a demo or yesterday's. Nobody may have it open."""
    shutil.rmtree(demo.path, ignore_errors=True)


def lay_out(demo: Home, now: datetime) -> int:
    """Put the recordings into the spool of a cleared home; how many.

    A worker may work on it meanwhile. Killed halfway, it is made anew by the next start:
    the marker is written last.
    """
    from core.spool_port import Clip  # noqa: PLC0415
    from pipeline import media  # noqa: PLC0415 - FFmpeg: the supervisor imports this file
    from pipeline.spool.spool import Spool  # noqa: PLC0415
    from pipeline.store.format.drafts import new_moment_id  # noqa: PLC0415

    spool = Spool(demo.spool)
    spoken = _in_order(now)
    for path, at in spoken:
        recorded = from_datetime(at, source="given")
        clip = Clip(new_moment_id(), "file", recorded, source=path.name)
        spool.post_clip(clip, media.decode(path))
    _marker(demo).write_text(now.date().isoformat(), encoding="ascii")
    return len(spoken)


def _in_order(now: datetime) -> list[tuple[Path, datetime]]:
    """The newest first, so that the page soon has something on it.

    Then what the first minute soon points at, and the rest.
    """
    from dashboard.show.first_minute import load_demo  # noqa: PLC0415 - and search with it

    newest, *others = demo_moments(now)
    demo = load_demo(FOLDER)
    soon = frozenset[str]() if demo is None else demo.opposites | demo.answers
    return [newest, *sorted(others, key=lambda each: each[0].stem not in soon)]


def _marker(demo: Home) -> Path:
    return demo.path / "laid-out"


if __name__ == "__main__":
    keep_to_ourselves()
    lay_out(Home(Path(sys.argv[1])), datetime.now(UTC).astimezone())
