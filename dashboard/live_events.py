"""Server-sent events from capture, the worker and the journal, for every page that watches.

No word travels here: an event names the moment that changed, and the page fetches it. An
event's id is the journal's mark, so that a page that was away learns what it missed, from any
process and after any restart.
"""

import asyncio
import contextlib
import json
import queue
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from core.errors import UserError
from core.sockets.socket_client import NobodyThere, Told

from .archive_access import ArchiveAccess, Changes
from .bridge import Bridge

Events = Callable[[], AsyncIterator[Told]]
"""A new subscription; raises NobodyThere when nobody is there, or not any more."""

STILL_HERE_S = 5.0
"""How often an idle stream says that it is there. It fails once the page is gone, and a page that
hears nothing for longer knows that the network is."""

LOOK_EVERY_S = 2.0
"""How often the journal is read without a hint: other processes append to it, too."""

ASK_AGAIN_S = 1.0
"""The wait before a process that is not there is looked for again."""

BACKLOG = 64
"""Events by which a slow page may lag behind: six seconds of level."""

NOT_FOR_PAGES = frozenset({"subscribed", "pressed", "pairing_asked"})
"""Events of capture that are between it and this process."""

FLEETING = frozenset({"level"})
"""Events that a slow page may miss: ten come each second. Every other event must arrive."""


class Stream:
    """The events for one page. Filled by the bridge's loop, drained by the page's thread."""

    def __init__(self, phone: str = "", *, hears_capture: bool = True) -> None:
        """Without `hears_capture`, of what the archive holds alone: no level, no press.

        `phone` is the id of the one that watches; empty on loopback.
        """
        self.phone = phone
        self.hears_capture = hears_capture
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

    def put(self, event: Told, mark: int | None = None) -> None:
        """Never waits. A page that lags gets no level."""
        if event["event"] not in FLEETING or self._queue.qsize() < BACKLOG:
            self._queue.put(_line(event, mark))

    def close(self) -> None:
        """End with `bye`: from here on the page asks every few seconds."""
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
            return _line({"event": "still"}, None)


class Live:
    """All streams of this process, and the subscriptions that feed them.

    The subscriptions exist only while a page watches: capture sends its level ten times a
    second to each subscriber, and on a pendant that costs power.
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
        self._feeding: dict[str, asyncio.Task[None]] = {}
        self._hint = asyncio.Event()
        self._mark: int | None = None
        self._rows_mark: object = None
        self._is_closed = False

    def open(self, after: int | None, phone: str = "", *, hears_capture: bool = True) -> Stream:
        """A stream of what happened since the mark `after`, and of what happens from now on.

        Where there are too many, the oldest is closed. Whoever opens one must `leave` it. Any
        thread may ask.
        """
        stream = Stream(phone, hears_capture=hears_capture)
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
        """Stop feeding this stream. Leaving twice is harmless."""
        with self._lock:
            if stream in self._streams:
                self._streams.remove(stream)
            if self._is_closed:
                return
        self._bridge.loop.call_soon_threadsafe(self._feed)

    @property
    def count(self) -> int:
        """The number of open streams."""
        return len(self._streams)

    def close_of(self, phone: str) -> None:
        """End the streams of this phone. Any thread may ask."""
        with self._lock:
            gone = [each for each in self._streams if each.phone == phone]
            self._streams = [each for each in self._streams if each not in gone]
        for stream in gone:
            stream.close()

    def tell_of_phones(self) -> None:
        """Every page that watches learns that a phone was let in. On the loop."""
        self._send({"event": "phones"})

    def close(self) -> None:
        """End every stream, so that no thread of the server waits."""
        with self._lock:
            self._is_closed = True
            streams, self._streams = self._streams, []
        for stream in streams:
            stream.close()
        if streams:  # nothing is read any more, so that the archive can be closed
            self._bridge.loop.call_soon_threadsafe(self._feed)

    async def _welcome(self, stream: Stream, after: int | None) -> None:
        changes = await self._archive.changes(after)
        if self._mark is None:
            self._mark = changes.mark
            _, self._rows_mark = await self._archive.changed_rows(None)
        self._feed()
        stream.put({"event": "hello"}, changes.mark)
        for event in _events_of(changes, after):
            stream.put(event, changes.mark)

    def _feed(self) -> None:
        """Subscribe to what somebody watches, and to nothing else. On the loop."""
        streams = tuple(self._streams)
        wanted = {"journal", "worker"} if streams else set()
        if any(stream.hears_capture for stream in streams):
            wanted.add("capture")
        for name in self._feeding.keys() - wanted:
            self._feeding.pop(name).cancel()
        for name in wanted - self._feeding.keys():
            follow = self._watch_journal() if name == "journal" else self._follow(name)
            self._feeding[name] = asyncio.create_task(follow)
        if not streams:
            self._mark = None

    async def _follow(self, name: str) -> None:
        """Pass on the events of one process, and that it comes and goes. Never returns."""
        there: bool | None = None
        while True:
            with contextlib.suppress(NobodyThere):
                async for event in self._sources[name]():
                    if not there:
                        there = True
                        self._send_of(name, {"event": "state", "of": name})
                    self._pass_on(name, event)
            if there is not False:
                there = False
                self._send_of(name, {"event": "state", "of": name})
            await asyncio.sleep(ASK_AGAIN_S)

    def _pass_on(self, name: str, event: Told) -> None:
        if name == "worker":
            self._hint.set()
            if event.get("event") in {"trouble", "letter_failed"}:
                self._send({"event": "state", "of": name})
        elif event.get("event") not in NOT_FOR_PAGES:
            self._send_of(name, event)

    async def _watch_journal(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hint.wait(), LOOK_EVERY_S)
            self._hint.clear()
            with contextlib.suppress(UserError):  # the page itself says what is wrong with it
                await self._send_changes()

    async def _send_changes(self) -> None:
        changes = await self._archive.changes(self._mark)
        before, self._mark = self._mark, changes.mark
        for event in _events_of(changes, before):
            self._send(event, changes.mark)
        rows, self._rows_mark = await self._archive.changed_rows(self._rows_mark)
        for moment in sorted(rows - {*changes.moments}):
            self._send({"event": "moment", "moment": moment})

    def _send_of(self, name: str, event: Told) -> None:
        """To who hears this process."""
        for stream in tuple(self._streams):
            if stream.hears_capture or name != "capture":
                stream.put(event)

    def _send(self, event: Told, mark: int | None = None) -> None:
        for stream in tuple(self._streams):
            stream.put(event, mark)


def _events_of(changes: Changes, since: int | None) -> list[Told]:
    """An event for each moment that changed; `day` where only a gap or a pause was noted."""
    moments: list[Told] = [{"event": "moment", "moment": each} for each in changes.moments]
    is_more = since is not None and changes.mark > since
    return moments or ([{"event": "day"}] if is_more else [])


def _line(event: dict[str, Any], mark: int | None) -> bytes:
    """One event as the browser's EventSource reads it; `id` is what it comes back with."""
    known_as = "" if mark is None else f"id: {mark}\n"
    return f"event: {event['event']}\n{known_as}data: {json.dumps(event)}\n\n".encode()
