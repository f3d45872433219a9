"""One sound file of `keep`: into the spool, to the worker, and what is printed of it."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from core.clock import Recorded
from core.command_line import Screen
from core.paths import Home
from core.pcm import Pcm
from core.spool_port import Clip
from core.text.painted import painted
from pipeline.commands import json_shapes
from pipeline.commands.naming import short_id
from pipeline.commands.progress_bar import Meter
from pipeline.imports import as_text
from pipeline.media import Account, Handling, SoundFile
from pipeline.spool.spool import Spool
from pipeline.store.format.drafts import new_moment_id
from pipeline.store.port import Reader
from pipeline.store.sqlite.connection import understood
from pipeline.worker.delivery import Delivery

ABOUT_THE_FILE = {"sound_unreadable", "disk_reserve"}
"""Errors after which the next file may go in all the same: it is another, or smaller."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One call of `keep`: the act that all of its files are, and the time that it gives them."""

    act: str
    recorded: Recorded | None
    screen: Screen


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that became a moment, and what is known of it beside its moment."""

    moment: str
    letter: Path
    recorded: Recorded
    account: Account
    waits: str | None = None
    """Why its words are still to come, where they are."""


async def keep_file(
    home: Home,
    path: Path,
    asked: Asked,
    handling: Handling,
    delivery: Delivery,
) -> KeptFile:
    """Keep one file whole. Raises UserError."""
    moment = new_moment_id()
    meter = Meter(path.name, asked.screen)
    with meter, understood(home.path), SoundFile(path, handling) as sound:

        def post(stopped: threading.Event) -> tuple[Path, Recorded]:
            chunks = meter.watch(_until(stopped, sound.chunks()))
            first = next(chunks)  # a file without sound is refused before anything is asked of it
            recorded = asked.recorded or sound.recorded_at()
            clip = Clip(moment, "file", recorded, source=as_text(path.name), act=asked.act)
            written = handling.guard(chain([first], chunks))
            return Spool(home.spool).post_clip(clip, written), recorded

        letter, recorded = await delivery.beside(post)
        for remark in (*sound.remarks(), *_about_its_time(path.name, recorded)):
            meter.say(remark)
        await delivery.finish([letter], partial(_tell, meter, path.name, moment))
    return KeptFile(moment, letter, recorded, sound.account, delivery.why_it_waits(letter))


def _until(stopped: threading.Event, chunks: Iterable[Pcm]) -> Iterator[Pcm]:
    for chunk in chunks:
        if stopped.is_set():  # nothing of it is kept
            raise InterruptedError
        yield chunk


def _tell(meter: Meter, name: str, moment: str, event: dict[str, Any]) -> None:
    """What the worker tells of this file, and that it waits; of others nothing."""
    if event["event"] == "waits":
        meter.say(f"{name} is kept. Its words will follow when the worker gets to it.")
    elif event.get("moment") == moment:
        meter.event(event)


async def show_kept(archive: Reader, screen: Screen, file: str, kept: KeptFile) -> bool:
    """Print what became of a file that is a moment; False where it is none."""
    row = await archive.find_moment(kept.moment)
    if row is None:
        return False
    value = {
        "file": file,
        "id": row.id,
        "text": row.text,
        "language": row.language,
        "other_language": row.other_language,
        "words": json_shapes.words(await archive.transcript(row)),
        "seconds": json_shapes.seconds(row),
        "at": json_shapes.at(row),
        "at_from": kept.recorded.source,
        "damaged_s": round(kept.account.damaged_s + kept.account.missing_s, 3),
        "gaps_s": round(kept.account.gaps_s, 3),
    }
    name = painted(await short_id(archive, screen, row.id), "dim")
    screen.value(value, name + f"  {json_shapes.indented(json_shapes.said(row))}")
    if kept.waits is not None:
        screen.say(f"{file} is kept; its words will follow. {kept.waits}")
    return True


def _about_its_time(name: str, recorded: Recorded) -> list[str]:
    if recorded.source == "name":
        return [f"{name}: when it was recorded is taken from its name."]
    if recorded.at_ms is None:
        unknown = f"{name}: when it was recorded is not known, since its file time cannot be right."
        return [f"{unknown} Say it with `keep --at`."]
    return []
