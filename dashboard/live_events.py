"""Server-sent events: what capture and the worker tell, to every page that watches.

No word travels here: a page is told which moment changed, and fetches it. An event's id is
the journal's mark, so that a page that was away is told of what it missed, by any process
and after any restart.
"""

import asyncio
import contextlib
import json
import queue
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from core.errors import UserError
from core.socket_client import NobodyThere, Told

from .archive_access import ArchiveAccess, Changes
from .bridge import Bridge

Events = Callable[[], AsyncIterator[Told]]
"""Opens a subscription; raises NobodyThere when nobody is there, or not any more."""

STILL_HERE_S = 15.0
"""A line this often finds out whether the page is still there; proxies cut at 30 or 60 s."""

LOOK_EVERY_S = 2.0
"""The journal is looked at without a hint, too: other processes append to it."""

ASK_AGAIN_S = 1.0
"""How soon a process that is not there is looked for again."""

BACKLOG = 64
"""Events that a slow page may lag behind: six seconds of level."""

FLEETING = frozenset({"level"})
"""It comes ten times a second: one less is nothing. Everything else every page must be told."""


class Stream:
    """What one page is sent. Filled by the bridge's loop, drained by the page's thread."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

    def put(self, event: Told, mark: int | None = None) -> None:
        """Never waits. A page that lags is spared the level."""
        if event["event"] not in FLEETING or self._queue.qsize() < BACKLOG:
            self._queue.put(_line(event, mark))

    def close(self) -> None:
        """Say that it is over: the page asks now and then from here on."""
        self._queue.put(_line({"event": "bye"}, None))
        self._queue.put(None)

    def __iter__(self) -> Iterator[bytes]:
        yield b"retry: 2000\n\n"
        while (line := self._next()) is not None:
            yield line

    def _next(self) -> bytes | None:
        try:
            return self._queue.get(timeout=STILL_HERE_S)
        except queue.Empty:
            return b": still here\n\n"


class Live:
    """All streams of this process, and the subscriptions that feed them.

    The subscriptions exist only while somebody watches: capture sends its level ten times a
    second to whoever listens, and on a pendant that costs power.
    """

    def __init__(
        self, bridge: Bridge, archive: ArchiveAccess, capture: Events, worker: Events, *, most: int
    ) -> None:
        """`most` streams are open at a time, at most half of the server's threads."""
        self._bridge = bridge
        self._archive = archive
        self._sources = {"capture": capture, "worker": worker}
        self._most = most
        self._lock = threading.Lock()
        self._streams: list[Stream] = []
        self._feeding: list[asyncio.Task[None]] = []
        self._hint = asyncio.Event()
        self._mark: int | None = None
        self._is_closed = False

    def open(self, after: int | None) -> Stream:
        """A stream from now on, and what happened since the mark `after`; any thread may ask.

        Where there are too many, the oldest is closed. Whoever opens one must `leave` it.
        """
        stream = Stream()
        with self._lock:
            self._streams.append(stream)
            too_many = self._streams[: -self._most]
            self._streams = self._streams[-self._most :]
        for old in too_many:
            old.close()
        try:
            self._bridge.ask(self._welcome(stream, after))
        except BaseException:
            self.leave(stream)
            raise
        return stream

    def leave(self, stream: Stream) -> None:
        """This page watches no more. Leaving twice is harmless."""
        with self._lock:
            if stream in self._streams:
                self._streams.remove(stream)
            if self._streams or self._is_closed:
                return
        self._bridge.loop.call_soon_threadsafe(self._rest)

    @property
    def count(self) -> int:
        """How many streams are open."""
        return len(self._streams)

    def close(self) -> None:
        """End every stream, so that the server's threads come home."""
        with self._lock:
            self._is_closed = True
            streams, self._streams = self._streams, []
        for stream in streams:
            stream.close()

    async def _welcome(self, stream: Stream, after: int | None) -> None:
        changes = await self._archive.changes(after)
        if self._mark is None:
            self._mark = changes.mark
        self._feed()
        stream.put({"event": "hello"}, changes.mark)
        for event in _told_of(changes, after):
            stream.put(event, changes.mark)

    def _feed(self) -> None:
        """Subscribe, unless that is done already. On the loop."""
        if not self._feeding:
            self._feeding = [
                *(asyncio.create_task(self._follow(name)) for name in self._sources),
                asyncio.create_task(self._watch_journal()),
            ]

    def _rest(self) -> None:
        """Unsubscribe once nobody watches. On the loop."""
        if not self._streams:
            for task in self._feeding:
                task.cancel()
            self._feeding, self._mark = [], None

    async def _follow(self, name: str) -> None:
        """Pass on what one process tells, and that it comes and goes, for as long as it takes."""
        there: bool | None = None
        while True:
            with contextlib.suppress(NobodyThere):
                async for event in self._sources[name]():
                    if not there:
                        there = True
                        self._tell({"event": "state", "of": name})
                    self._pass_on(name, event)
            if there is not False:
                there = False
                self._tell({"event": "state", "of": name})
            await asyncio.sleep(ASK_AGAIN_S)

    def _pass_on(self, name: str, event: Told) -> None:
        if name == "worker":
            self._hint.set()
            if event.get("event") == "trouble":
                self._tell({"event": "state", "of": name})
        elif event.get("event") != "subscribed":
            self._tell(event)

    async def _watch_journal(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hint.wait(), LOOK_EVERY_S)
            self._hint.clear()
            with contextlib.suppress(UserError):  # the page itself says what is wrong with it
                await self._tell_changes()

    async def _tell_changes(self) -> None:
        changes = await self._archive.changes(self._mark)
        before, self._mark = self._mark, changes.mark
        for event in _told_of(changes, before):
            self._tell(event, changes.mark)

    def _tell(self, event: Told, mark: int | None = None) -> None:
        for stream in tuple(self._streams):
            stream.put(event, mark)


def _told_of(changes: Changes, since: int | None) -> list[Told]:
    """The moments that changed; where none did and the journal went on, a gap or a pause."""
    moments: list[Told] = [{"event": "moment", "moment": each} for each in changes.moments]
    is_more = since is not None and changes.mark > since
    return moments or ([{"event": "day"}] if is_more else [])


def _line(event: dict[str, Any], mark: int | None) -> bytes:
    """One event as the browser's EventSource reads it; `id` is what it comes back with."""
    known_as = "" if mark is None else f"id: {mark}\n"
    return f"event: {event['event']}\n{known_as}data: {json.dumps(event)}\n\n".encode()
