"""How long a note waits for its place in the index beside a long keep, and alone.

    afterthought bench note_beside_keep [--minutes N] [--notes N]

A real worker; a long clip of speech in its spool. A note is in the index once the worker says
so. It is measured alone, while the sound of the clip is encoded, and while it is heard.
"""

import argparse
import asyncio
import contextlib
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.audio import RATE_HZ
from core.clock import Recorded
from core.paths import Home
from core.pcm import Pcm
from core.sockets import socket_client
from core.sockets.socket_client import NobodyThere
from core.spool_port import Clip, TypedText
from pipeline import media
from pipeline.spool.spool import Spool
from pipeline.store.format.drafts import new_moment_id

SPEECH = Path(__file__).parents[2] / "tests" / "recordings" / "pill_box.opus"
START_WITHIN_S = 60.0
Events = AsyncGenerator[dict[str, Any], None]
Event = dict[str, Any]


def main(argv: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(prog="note_beside_keep")
    parser.add_argument("--minutes", type=float, default=20.0, help="of speech; 180 in full")
    parser.add_argument("--notes", type=int, default=10, help="for each measurement")
    chosen = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(Home(Path(folder)), chosen.minutes, chosen.notes))
    return 0


async def _measure(home: Home, minutes: float, notes: int) -> None:
    with _worker(home):
        async with contextlib.aclosing(await _subscribed(home)) as events:
            await _waits_s(home, events, 1)  # the models are loaded by the first
            alone_s = await _waits_s(home, events, notes)
            _tell("alone", alone_s, alone_s)
            _post_speech(home, minutes)
            for step in ("sound", "words"):
                _wake(home)
                await _until(events, {"step": step})
                _tell(f"beside {step}", await _waits_s(home, events, notes), alone_s)


async def _waits_s(home: Home, events: Events, notes: int) -> list[float]:
    """How long each of so many notes took, one after the other, from its post to the index."""
    waits_s = []
    for number in range(notes):
        note = TypedText(new_moment_id(), "typed", f"A short one, number {number}.", Recorded())
        began = time.monotonic()
        Spool(home.spool).post_texts(secrets.token_hex(8), [note])
        _wake(home)
        await _until(events, {"event": "searchable", "moment": note.id})
        waits_s.append(time.monotonic() - began)
    return waits_s


async def _until(events: Events, has: Event) -> None:
    """Return once an event came that has all of this."""
    async for event in events:
        if has.items() <= event.items():
            return


def _tell(where: str, waits_s: list[float], alone_s: list[float]) -> None:
    median_s, longest_s = statistics.median(waits_s), max(waits_s)
    ratio = median_s / statistics.median(alone_s)
    print(
        f"{where:14} median {median_s * 1000:7.1f} ms, longest {longest_s * 1000:7.1f} ms, "
        f"{ratio:.2f} of alone"
    )


def _post_speech(home: Home, minutes: float) -> None:
    speech: Pcm = np.concatenate(list(media.decode(SPEECH)))
    samples = round(minutes * 60 * RATE_HZ)
    chunks = (speech for _ in range(-(-samples // len(speech))))
    Spool(home.spool).post_clip(Clip(new_moment_id(), "file", Recorded()), chunks)


@contextlib.contextmanager
def _worker(home: Home) -> Iterator[None]:
    command = [sys.executable, "-m", "afterthought", "process", "--home", str(home.path)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


async def _subscribed(home: Home) -> Events:
    """The worker's events, once it is there."""
    async with asyncio.timeout(START_WITHIN_S):
        while True:
            events = socket_client.events(home.worker_socket)
            with contextlib.suppress(NobodyThere):
                await anext(events)
                return events
            await asyncio.sleep(0.1)


def _wake(home: Home) -> None:
    socket_client.ask(home.worker_socket, {"do": "wake"}, patience_s=60)
