"""What the models failed on, once more: all of it, or the moments that are named."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.command_line import Screen
from core.errors import NotFound, UserError
from core.paths import Home
from core.settings import Settings
from core.settings_file import load
from core.text.painted import painted
from core.text.short_ids import best_meant
from pipeline.commands import json_shapes
from pipeline.commands.json_shapes import indented
from pipeline.commands.naming import short_id
from pipeline.commands.sound_files import ABOUT_THE_FILE
from pipeline.spool.spool import Spool
from pipeline.spool.tries import failed_letters, moments_of, tries_path
from pipeline.store.port import Reader
from pipeline.store.sqlite.connection import understood
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.taking_in import handling
from pipeline.worker.again import lacks_something, post_again
from pipeline.worker.delivery import Delivery, delivering


async def retry(home: Home, ids: Sequence[str], screen: Screen) -> int:
    """Have the models try again, and print what became of each; the exit status. UserError."""
    settings = load(home.path)
    waiting = _waiting(home)
    with understood(home.path):
        moments = await _moments(home, ids, waiting)
    if not moments:
        screen.say("There is nothing to try again.")
    for moment in moments:
        if moment in waiting:
            tries_path(waiting[moment]).unlink(missing_ok=True)
    status = 0
    async with delivering(home, settings) as delivery:
        for moment in moments:
            try:
                with understood(home.path):
                    letter = waiting.get(moment) or await _posted(home, settings, moment)
                    told = await _told(home, delivery, moment, letter)
                    name = await _name(home, moment, screen)
            except UserError as error:
                if error.code not in ABOUT_THE_FILE:
                    raise
                screen.refuse(error, id=moment)
                status = 1
                continue
            screen.value(told, painted(name, "dim") + f"  {told['sentence']}")
            status |= int(told["outcome"] == "waits")
    return status


def _waiting(home: Home) -> dict[str, Path]:
    """By moment, the letters that wait since the models failed on them."""
    failed = failed_letters(home.spool)
    return {moment: letter for letter, _ in failed for moment in moments_of(letter)}


async def _moments(home: Home, named: Sequence[str], waiting: Mapping[str, Path]) -> list[str]:
    """The moments of these ids, or without one all on which the models failed. Raises NotFound."""
    async with open_archive_to_read(home.path) as archive:
        if named:
            return [await _moment(archive, each, waiting) for each in named]
        lacking = [row.id for row in await archive.lacking()]
        return list(dict.fromkeys([*lacking, *waiting]))


async def _moment(archive: Reader, named: str, waiting: Mapping[str, Path]) -> str:
    """The one that is meant; it may be none yet. Raises NotFound."""
    try:
        return (await archive.moment(named)).id
    except NotFound:
        meant = best_meant(named, waiting)
        if len(meant) != 1:
            raise
        return meant[0]


async def _posted(home: Home, settings: Settings, moment: str) -> Path | None:
    """A new letter for this moment; None where nothing failed on it. Raises UserError."""
    async with open_archive_to_read(home.path) as archive:
        row = await archive.moment(moment)
        if not await lacks_something(archive, row):
            return None
    spool = Spool(home.spool)
    how = handling(home.path, settings, spool, again="retry")
    return await asyncio.to_thread(post_again, spool, home.path, row, how)


async def _name(home: Home, moment: str, screen: Screen) -> str:
    async with open_archive_to_read(home.path) as archive:
        return await short_id(archive, screen, moment)


async def _told(home: Home, delivery: Delivery, moment: str, letter: Path | None) -> dict[str, Any]:
    """What became of it."""
    if letter is None:
        sentence = "The models did not fail on it."
        return {"id": moment, "outcome": "not_failed", "text": None, "sentence": sentence}
    await delivery.finish([letter], lambda _: None)
    why = delivery.why_it_waits(letter)
    async with open_archive_to_read(home.path) as archive:
        row = await archive.find_moment(moment)
    text = "" if row is None else row.text
    if why is not None:
        return {"id": moment, "outcome": "waits", "text": text, "sentence": why}
    said = "" if row is None else indented(json_shapes.said(row))
    return {"id": moment, "outcome": "done", "text": text, "sentence": said}
