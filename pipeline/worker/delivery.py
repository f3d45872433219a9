"""Handing letters to the worker and waiting for them; with none running, being the worker."""

import asyncio
import contextlib
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from core.clock import SystemClock
from core.errors import ArchiveBusy
from core.paths import Home
from core.settings import Settings
from core.sockets import socket_client
from core.sockets.socket_client import Declined, NobodyThere
from core.text.counting import counted
from pipeline.spool.tries import read_tries
from pipeline.taking_in import conditions
from pipeline.worker import backoff
from pipeline.worker.model_process import ModelsFailed
from pipeline.worker.service import LettersWait, working
from pipeline.worker.worker import Worker

if TYPE_CHECKING:
    from pipeline.selection.verdict import Verdict
    from pipeline.worker.judging import Candidate

Made = TypeVar("Made")

OnEvent = Callable[[dict[str, Any]], None]

LOOK_EVERY_S = 1.0
"""How often the letters themselves are looked at while nothing is heard of them."""

SILENT_S = 1.0
"""Whoever kept something hears within two seconds, the start of a process included, that it is
safe, and what it waits for."""

PATIENCE_S = 20.0
"""How long a lock may be held by a worker that does not answer: it may be starting or ending."""


class Delivery:
    """Sees letters through, by whichever worker there is. Made by `delivering`."""

    def __init__(self, home: Home, settings: Settings, stack: contextlib.AsyncExitStack) -> None:
        self._home = home
        self._settings = settings
        self._stack = stack
        self._own: Worker | None = None
        self._rests: dict[str, str] = {}
        self.is_handed_over = False
        """True once another process was met that works on this archive."""

    def why_it_rests(self, letter: Path) -> str | None:
        """Why a letter is still there although it was tried, without its end; None: it is not."""
        why = self._rests.get(letter.name) or self.why_it_waits(letter)
        return why and why.rstrip(".")

    async def finish(self, letters: Sequence[Path], on_event: OnEvent) -> None:
        """Return when these letters have been worked on, or the models or the disk failed them.

        `why_it_waits` and `why_it_rests` tell it. Raises UserError where somebody has to act
        first; the letters then wait. `on_event` hears `waits` where another process's worker
        does nothing for them within a moment.
        """
        with self._telling_silence(letters, on_event) as watched:
            await self._finish(letters, watched)

    async def beside(self, making: Callable[[threading.Event], Made]) -> Made:
        """The result of this, made in a thread; a worker of our own does short work meanwhile.

        Where this is cancelled, `making` finds its event set, and is waited for: it may hold files.
        """
        short = None if self._own is None else asyncio.create_task(self._own.do_short_work())
        stopped = threading.Event()
        made = asyncio.create_task(asyncio.to_thread(making, stopped))
        try:
            return await asyncio.shield(made)
        finally:
            stopped.set()
            await asyncio.gather(made, return_exceptions=True)
            if short is not None:
                short.cancel()
                await asyncio.gather(short, return_exceptions=True)

    async def judge(self, candidate: "Candidate") -> "Verdict":
        """What becomes of an utterance that nobody pressed for, by whichever worker there is.

        Raises ModelsFailed where the models fail on it, and UserError where somebody has to act
        first.
        """
        waited_s = 0.0
        while True:
            try:
                if self._own is None:
                    self._own = await self._become_worker()
                return await self._own.judge(candidate)
            except ArchiveBusy:
                self.is_handed_over = True
                with contextlib.suppress(NobodyThere):
                    return await self._judged_there(candidate)
                waited_s += LOOK_EVERY_S
                if waited_s > PATIENCE_S:
                    raise
                await asyncio.sleep(LOOK_EVERY_S)

    async def _judged_there(self, candidate: "Candidate") -> "Verdict":
        request = {"do": "judge", "signals": dict(candidate.signals), "explain": True}
        socket = self._home.worker_socket
        try:
            told = await socket_client.ask_and_wait(socket, request, file=candidate.file)
        except Declined as error:
            if error.error == "models_failed":
                raise ModelsFailed(error.sentence) from error
            raise
        from pipeline.selection.verdict import read_verdict  # noqa: PLC0415

        return read_verdict(told)

    async def _finish(self, letters: Sequence[Path], on_event: OnEvent) -> None:
        waited_s = 0.0
        while self._are_due(letters):
            try:
                if self._own is None:
                    self._own = await self._become_worker()
                await self._finish_here(self._own, letters, on_event)
            except ArchiveBusy:
                self.is_handed_over = True
                with contextlib.suppress(NobodyThere):
                    await self._finish_there(letters, on_event)
                    waited_s = 0.0
                    continue
                waited_s += LOOK_EVERY_S
                if waited_s > PATIENCE_S:
                    raise
                await asyncio.sleep(LOOK_EVERY_S)

    @contextlib.contextmanager
    def _telling_silence(self, letters: Sequence[Path], on_event: OnEvent) -> Iterator[OnEvent]:
        """The same listener, told of `waits` where it hears nothing of these letters for a while.

        A worker of our own begins with them: what lasts then is the work itself.
        """
        moments = {path.name.partition(".")[0] for path in letters}

        def tell() -> None:
            if self.is_handed_over:
                on_event({"event": "waits"})

        waiting = asyncio.get_running_loop().call_later(SILENT_S, tell)

        def watched(event: dict[str, Any]) -> None:
            if event.get("moment") in moments:
                waiting.cancel()
            on_event(event)

        try:
            yield watched
        finally:
            waiting.cancel()

    def why_it_waits(self, letter: Path) -> str | None:
        """Why a letter is still there, and when it is tried again; None where it is not."""
        tries = read_tries(letter)
        if tries is None or not letter.exists():
            return None
        here = conditions(self._settings, self._home.path)
        return backoff.in_words(tries, backoff.left_s(tries, SystemClock().recorded_now(), here))

    def tell_left_behind(self, say: Callable[[str], None]) -> None:
        """Say what still waits where no other worker is there to work on it."""
        waiting = 0 if self._own is None else self._own.spool.waiting_count()
        if waiting:
            waits = counted(waiting, "other item waits", "other items wait")
            say(f"{waits} for a worker: `afterthought process --once` works on what is due.")

    async def _become_worker(self) -> Worker:
        return await self._stack.enter_async_context(working(self._home, self._settings))

    async def _finish_here(
        self, worker: Worker, letters: Sequence[Path], on_event: OnEvent
    ) -> None:
        with worker.listening() as events:
            telling = asyncio.create_task(_tell(events, on_event))
            try:
                await worker.drain(letters)
            finally:
                telling.cancel()
        self._rests.update(worker.resting())

    async def _finish_there(self, letters: Sequence[Path], on_event: OnEvent) -> None:
        following = asyncio.create_task(self._follow(letters, on_event))
        try:
            while self._are_due(letters) and not following.done():
                await asyncio.wait({following}, timeout=LOOK_EVERY_S)
            if following.done():
                following.result()
        finally:
            following.cancel()

    async def _follow(self, letters: Sequence[Path], on_event: OnEvent) -> None:
        """Pass on what the worker tells until the letters are gone. Raises NobodyThere."""
        socket = self._home.worker_socket
        async with contextlib.aclosing(socket_client.events(socket)) as events:
            async for event in events:
                if event["event"] == "subscribed":
                    await asyncio.to_thread(
                        socket_client.ask, socket, {"do": "wake"}, patience_s=PATIENCE_S
                    )
                elif event["event"] == "trouble":
                    sentence = f"{event['sentence']} What was kept waits and is safe."
                    raise LettersWait(sentence, advice="Then run `afterthought process`.")
                elif event["event"] == "letter_rests":
                    self._rests[str(event["letter"])] = str(event["reason"])
                else:
                    on_event(event)
                if not self._are_due(letters):
                    return

    def _are_due(self, letters: Sequence[Path]) -> bool:
        return any(
            os.path.lexists(each) and each.name not in self._rests and read_tries(each) is None
            for each in letters
        )


@contextlib.asynccontextmanager
async def delivering(home: Home, settings: Settings) -> AsyncIterator[Delivery]:
    """A delivery that stays the worker, once it has become it, until it is closed."""
    async with contextlib.AsyncExitStack() as stack:
        yield Delivery(home, settings, stack)


async def _tell(events: "asyncio.Queue[dict[str, Any]]", on_event: OnEvent) -> None:
    while True:
        on_event(await events.get())
