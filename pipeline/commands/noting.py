"""A typed note: into the spool, to the worker, and answered at once whatever the worker does."""

import asyncio
import secrets

from core.command_line import Screen
from core.paths import Home
from core.settings_file import load
from core.spool_port import TypedText
from pipeline.spool.spool import Spool
from pipeline.store.sqlite.connection import understood
from pipeline.worker.delivery import SILENT_S, delivering


async def keep_note(home: Home, typed: TypedText, screen: Screen) -> None:
    """Keep it and print its id: once it can be found, or where that lasts, before. UserError."""
    async with delivering(home, load(home.path)) as delivery:
        with understood(home.path):
            letter = Spool(home.spool).post_texts(secrets.token_hex(8), [typed])
            finishing = asyncio.create_task(delivery.finish([letter], lambda _: None))
            await asyncio.wait({finishing}, timeout=SILENT_S)
            if is_slow := not finishing.done():
                screen.value({"id": typed.id}, typed.id)
                screen.say("Kept; it waits for its place in the index.")
                if delivery.is_handed_over:
                    finishing.cancel()
                    return
            await finishing
        if not is_slow:
            screen.value({"id": typed.id}, typed.id)
        if why := delivery.why_it_waits(letter):
            screen.say(f"Kept, and found by its words, but not by its meaning yet. {why}")
        delivery.tell_left_behind(screen.say)
