"""Lays the demo day out in a home of its own, its dates counted back from today (a root).

A process of its own (`python -m deploy.demo_home HOME`): the archive brings much along that the
supervisor, which runs for months, does not need.
"""

import asyncio
import base64
import contextlib
import json
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.access.private import keep_to_ourselves
from core.clock import from_datetime
from core.errors import UserError
from core.paths import Home
from dashboard.demo import HEARD, demo_moments

if TYPE_CHECKING:
    from pipeline.store.format.events import Draft


def is_laid_out(demo: Home, today: date) -> bool:
    """True where the demo is there and ends today."""
    try:
        return _marker(demo).read_text(encoding="ascii") == today.isoformat()
    except FileNotFoundError:
        return False


def clear(demo: Home) -> None:
    """Take away what is there, half a demo or yesterday's. Nobody may have it open."""
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(demo.path)


async def lay_out(demo: Home, now: datetime) -> int:
    """Put the moments, with their words and vectors, into the archive of a cleared home; how many.

    All in one transaction. Killed before that, it is made anew by the next start: the marker is
    written last.
    """
    # The supervisor imports this file, and needs none of these.
    from pipeline.store.sound_files import sound_path  # noqa: PLC0415
    from pipeline.store.sqlite.archive import open_archive  # noqa: PLC0415

    heard = {each["file"]: each for each in _heard()}
    oldest_first = demo_moments(now)[::-1]
    async with open_archive(demo.path) as archive:
        for path, _ in oldest_first:
            target = sound_path(demo.path, heard[path.name]["sound"]["sha256"])
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)  # not durable: a demo that is half there is made anew
        await archive.append(
            *(draft for path, at in oldest_first for draft in _moment(heard[path.name], at))
        )
    _marker(demo).write_text(now.date().isoformat(), encoding="ascii")
    return len(oldest_first)


def _heard() -> Iterator[dict[str, Any]]:
    """What each recording came to, by `demo_words.py`."""
    _, *lines = HEARD.read_text(encoding="utf-8").splitlines()
    yield from map(json.loads, lines)


def _moment(heard: dict[str, Any], at: datetime) -> Iterator["Draft"]:
    from core.moment import Reference, Transcript, Word  # noqa: PLC0415
    from pipeline.store.format import drafts  # noqa: PLC0415

    kept = drafts.Kept(
        drafts.new_moment_id(),
        "file",
        from_datetime(at, source="given"),
        duration_ms=heard["duration_ms"],
        sound=drafts.Sound(**heard["sound"]),
        reference=Reference(heard["file"]),
    )
    words = tuple(Word(*each) for each in heard["transcript"].pop("words"))
    transcript = Transcript(words=words, **heard["transcript"])
    yield drafts.moment_kept(kept, author="wearer")
    yield drafts.moment_transcribed(kept.id, transcript, revision=0)
    found = heard["embedding"]
    if found is not None:
        cuts = tuple(drafts.PassageCut(*each) for each in found["passages"])
        vectors = tuple(map(base64.b64decode, found["vectors"]))
        embedding = drafts.Embedding(found["model"], cuts, vectors)
        yield drafts.moment_embedded(kept.id, embedding)


def _marker(demo: Home) -> Path:
    return demo.path / "laid-out"


def main() -> int:
    """Make the demo of the named home anew; the exit status. The reason is its last line."""
    keep_to_ourselves()
    demo = Home(Path(sys.argv[1]))
    try:
        clear(demo)
        demo.path.mkdir(parents=True)
        asyncio.run(lay_out(demo, datetime.now(UTC).astimezone()))
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_status
    except OSError as error:
        sys.stderr.write(f"{error.strerror} ({error.filename or demo.path}).\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
