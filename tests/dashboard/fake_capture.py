"""A capture process that hears a recording instead of a room, and speaks the real one's lines."""

import asyncio
import contextlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from core.audio import RATE_HZ, Pcm
from core.clock import SystemClock
from core.places import runtime_folder
from pipeline.spool import Clip, Spool

STREAM = "00000000feedbeef"
BLOCK = RATE_HZ // 10


class FakeCapture:
    """Plays `sound` as its microphone, over and over, `speed` times as fast as life."""

    def __init__(self, home: Path, sound: Pcm, *, speed: float = 1.0, replay: bool = False) -> None:
        self.home = home
        self.sound = sound
        self.speed = speed
        self.replay = replay
        self.playing = not replay
        self.position = 0 if replay else len(sound)  # without replay all of it was said already
        self.state = "listening"
        self.sentence = "Listening."
        self.refuse: str | None = None
        self.presses = 0
        self.held: list[bool] = []
        self.subscribers = 0
        self._told: set[asyncio.Queue[dict[str, Any]]] = set()
        self._loop = asyncio.new_event_loop()

    @property
    def keep(self) -> str:
        """The id of the last keep."""
        return f"{STREAM}-{self.presses}"

    def tell(self, event: dict[str, Any]) -> None:
        """Tell every subscriber, from any thread."""
        self._loop.call_soon_threadsafe(self._tell, event)

    def become(self, state: str, sentence: str) -> None:
        self.state, self.sentence = state, sentence
        self.tell({"event": "state", "state": state, "sentence": sentence})

    @contextlib.contextmanager
    def running(self) -> Iterator["FakeCapture"]:
        ready = threading.Event()
        thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        thread.start()
        assert ready.wait(5)
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._stop.set)
            thread.join(5)

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve(ready))
        self._loop.close()

    async def _serve(self, ready: threading.Event) -> None:
        self._stop = asyncio.Event()
        socket = runtime_folder(self.home) / "capture.sock"
        socket.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._answer, socket)
        hearing = asyncio.create_task(self._hear())
        ready.set()
        await self._stop.wait()
        hearing.cancel()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0.01)  # transports close one turn later
        socket.unlink(missing_ok=True)

    async def _hear(self) -> None:
        while True:
            await asyncio.sleep(0.1 / self.speed)
            if self.playing:
                self.position += BLOCK
            self._tell(self._level())

    def _level(self) -> dict[str, Any]:
        at = self.position % max(1, len(self.sound))
        block = self.sound[at : at + BLOCK].astype(np.float32) / 32768
        rms = float(np.sqrt(np.mean(block**2))) if len(block) and self.playing else 0.0
        dbfs = 20 * np.log10(max(rms, 1e-5))
        ring_s = min(120.0, self.position / RATE_HZ)
        return {
            "event": "level",
            "dbfs": round(float(dbfs), 1),
            "speaking": bool(dbfs > -45),
            "ring_s": ring_s,
        }

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with (
            contextlib.closing(writer),
            contextlib.suppress(ConnectionError, asyncio.CancelledError),
        ):
            while line := await reader.readline():
                request = json.loads(line)
                if request["do"] == "subscribe":
                    await self._stream(writer)
                    return
                await _write(writer, self._do(request))

    def _do(self, request: dict[str, Any]) -> dict[str, Any]:
        match request["do"]:
            case "status":
                return self._status()
            case "press":
                return self._press()
            case "hold":
                self.held.append(request["on"])
                return {"outcome": "taken", "keep": self.keep, "revision": 0}
            case "play":
                self.position, self.playing = 0, True
                return {"ok": True, "seconds": len(self.sound) / RATE_HZ}
        return {"error": "wrong_usage", "sentence": "This is not understood.", "advice": ""}

    def _status(self) -> dict[str, Any]:
        seconds = len(self.sound) / RATE_HZ
        replay = {"seconds": seconds, "at_s": self.position / RATE_HZ, "playing": self.playing}
        return {
            "process": 1,
            "state": self.state,
            "sentence": self.sentence,
            "advice": "",
            "ring_s": min(120.0, self.position / RATE_HZ),
            "stream": STREAM,
            "microphone": "a recording",
            "replay": replay if self.replay else None,
            "kept": self.presses,
            "lost_samples": 0,
        }

    def _press(self) -> dict[str, Any]:
        if self.refuse:
            return {"outcome": "refused", "sentence": self.refuse, "advice": "Say something."}
        self.presses += 1
        keep = {"keep": self.keep, "revision": 0}
        self._tell({"event": "taken", **keep})
        self._loop.call_later(0.1, self._keep, keep)
        return {"outcome": "taken", **keep}

    def _keep(self, keep: dict[str, Any]) -> None:
        """Everything heard up to now, 60 s at most, as one clip."""
        end = min(len(self.sound), self.position) or len(self.sound)
        pcm = self.sound[max(0, end - 60 * RATE_HZ) : end]
        recorded = SystemClock().recorded_now()
        Spool(self.home / "spool").post_clip(Clip(keep["keep"], "press", recorded), [pcm])
        seconds = len(pcm) / RATE_HZ
        self._tell({"event": "kept", **keep, "seconds": seconds})
        self._tell({"event": "closed", **keep, "seconds": seconds})

    async def _stream(self, writer: asyncio.StreamWriter) -> None:
        events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._told.add(events)
        self.subscribers += 1
        try:
            await _write(writer, {"ok": True})
            while True:
                await _write(writer, await events.get())
        finally:
            self._told.discard(events)
            self.subscribers -= 1

    def _tell(self, event: dict[str, Any]) -> None:
        for events in self._told:
            events.put_nowait(event)


async def _write(writer: asyncio.StreamWriter, told: dict[str, Any]) -> None:
    writer.write(json.dumps(told).encode() + b"\n")
    await writer.drain()
