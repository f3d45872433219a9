"""What `run` prints of what happens: capture's events in people's words. None quotes the wearer."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping
from pathlib import Path
from typing import Any

from core.clock import length_in_words
from core.errors import UserError
from core.facts import gap_sentence
from core.page_address import read_page_address
from core.sockets import socket_client
from core.text.short_ids import brief_id

AGAIN_AFTER_S = 0.5
"""Capture that is not there may be starting."""

PATIENCE_S = 5.0

LOOK_EVERY_S = 1.0
"""How often it is looked whether the page is reached elsewhere: a small file in memory."""

LEAST_GAP_S = 1.0
"""Shorter gaps are on the day's page, and nobody needs to read of each of them."""

Event = Mapping[str, Any]


async def tell_what_happens(capture_socket: Path, say: Callable[[str], None]) -> None:
    """Say what capture does, and go on after it was started anew. Ends only by being cancelled."""
    before = ""
    while True:
        with contextlib.suppress(socket_client.NobodyThere, UserError):
            async for event in _events(capture_socket):
                if told := sentence_of(event, before):
                    say(told)
                if event["event"] == "state" and event["state"] != "starting":
                    before = event["state"]
        await asyncio.sleep(AGAIN_AFTER_S)


async def tell_where(runtime: Path, say: Callable[[str], None]) -> None:
    """Say where the page is reached by network, then what changes. Ends by being cancelled."""
    said: tuple[str, ...] = ()
    while True:
        found = read_page_address(runtime)
        sentences = said if found is None else found.sentences
        for sentence in sentences:
            if sentence not in said:
                say(sentence)
        said = sentences
        await asyncio.sleep(LOOK_EVERY_S)


def sentence_of(event: Event, before: str) -> str:  # noqa: PLR0911 - a table
    """What happened; empty where that is nothing to tell. `before` is the state that was told."""
    match event:
        case {"event": "taken", "revision": revision}:
            return "Reaching further back…" if revision else "Keeping what was said…"
        case {"event": "closed", "seconds": seconds}:
            return f"Kept {length_in_words(round(seconds * 1000))}."
        case {"event": "refused", "sentence": sentence, "advice": advice}:
            return f"{sentence} {advice}".strip()
        case {"event": "taken_back", "keep": keep}:
            back = f"`afterthought pause --bring-back {brief_id(keep)}` keeps it after all."
            return f"The pause took back what that press kept. {back}"
        case {"event": "brought_back"}:
            return "Brought back: it is kept after all."
        case {"event": "gap", "seconds": float(seconds), "reason": reason}:
            lost_ms = round(seconds * 1000)
            return gap_sentence(lost_ms, reason, estimated=False) if seconds >= LEAST_GAP_S else ""
        case {"event": "state", "state": state, "sentence": sentence} if state != before:
            return _of_state(state, sentence, before)
    return ""


def _of_state(state: str, sentence: str, before: str) -> str:
    match state:
        case "paused":
            return "Paused."
        case "recording":
            return "Recording…"
        case "fault":
            return sentence
        case "listening" if before in {"paused", "fault"}:
            return "Listening again."
        case "listening" if not before:
            return "Listening."
    return ""


async def _events(path: Path) -> AsyncGenerator[Event, None]:
    """The state that capture is in, and then its events. Raises NobodyThere."""
    async with contextlib.aclosing(socket_client.events(path, levels=False)) as events:
        async for event in events:
            if event["event"] == "subscribed":
                status = await asyncio.to_thread(
                    socket_client.ask, path, {"do": "status"}, patience_s=PATIENCE_S
                )
                yield {**status, "event": "state"}
            else:
                yield event
