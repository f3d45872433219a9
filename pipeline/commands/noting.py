"""A typed note: into the spool, to the worker, and answered at once whatever the worker does."""

import asyncio
import secrets

from core.command_line import Screen
from core.paths import Home
from core.settings_file import load
from core.spool_port import TypedText
from core.text.short_ids import brief_id
from pipeline.commands.naming import short_id
from pipeline.commands.outcomes import why_not_kept
from pipeline.spool.spool import Spool
from pipeline.store.sqlite.connection import understood
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.worker.delivery import SILENT_S, delivering


async def keep_note(home: Home, typed: TypedText, screen: Screen) -> int:
    """Keep it and print its id, once it can be found; before, where another's work lasts.

    The exit status. Raises UserError.
    """
    spool = Spool(home.spool)
    async with delivering(home, load(home.path)) as delivery:
        with understood(home.path):
            letter = spool.post_texts(secrets.token_hex(8), [typed])
            finishing = asyncio.create_task(delivery.finish([letter], lambda _: None))
            await asyncio.wait({finishing}, timeout=SILENT_S)
            if delivery.is_handed_over and not finishing.done():
                finishing.cancel()
                screen.value({"id": typed.id}, brief_id(typed.id))
                screen.say("Kept. It can be found once the worker has indexed it.")
                return 0
            await finishing
        name = await _name(home, typed.id, screen)
        if name is None:
            rests = delivery.why_it_rests(letter)
            screen.refuse(why_not_kept(spool, letter, typed.id, rests), id=typed.id)
            return 1
        screen.value({"id": typed.id}, name)
        if why := delivery.why_it_waits(letter):
            screen.say(f"Kept. It can be found by its words, but not yet by its meaning. {why}")
        delivery.tell_left_behind(screen.say)
    return 0


async def _name(home: Home, moment: str, screen: Screen) -> str | None:
    """How people read the id; None where it is no moment's."""
    async with open_archive_to_read(home.path) as archive:
        if await archive.find_moment(moment) is None:
            return None
        return await short_id(archive, screen, moment)
