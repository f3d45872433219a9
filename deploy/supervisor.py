"""Runs the services of one machine together: started in order, watched, stopped in reverse.

For a desk; on a Pi, systemd does this with one unit for each. Knows programs and files,
nothing of what is in them.
"""

import asyncio
import contextlib
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.log_files import last_sentence, open_log, trim

TRIM_EVERY_S = 60.0

READY_WITHIN_S = 20.0
"""How long the next service waits for this one; then it starts all the same."""

NEEDED_EVERY_S = 2.0
"""How often a service that is not needed yet is asked about."""

STOP_WITHIN_S = 5.0
"""After this a service that was asked to stop is killed: whatever it confirmed is on disk."""

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_AFTER_S = 60.0
"""A service that ran this long died of something new: its pause begins from the first again."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Service:
    """One program. `is_ready` is asked until it is true; None: ready as soon as it runs.

    Its standard error goes to the end of the file `log`; without one, to ours. One that is
    `needed` is not started before that is true, and nobody waits for it; once it is not needed
    any more, it may end by itself.
    """

    name: str
    command: Sequence[str]
    is_ready: Callable[[], bool] | None = None
    log: Path | None = None
    needed: Callable[[], bool] | None = None


async def supervise(
    services: Sequence[Service], say: Say, when_up: Callable[[], Awaitable[None]]
) -> None:
    """Run all of them until SIGINT or SIGTERM, or until `when_up` ends by raising.

    `when_up` runs once everything has been started. A service that dies is started again,
    after a pause that doubles, and `say` is told.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    services_up: list[Supervised] = []
    try:
        for service in services:
            supervised = Supervised(service, say)
            services_up.append(supervised)
            if not await _or_stop(supervised.start(), stop):
                return
        await _or_stop(_then_wait(when_up, stop), stop)
    finally:
        for supervised in reversed(services_up):
            await supervised.stop()


class Supervised:
    """Keeps one service running."""

    def __init__(self, service: Service, say: Say) -> None:
        self._service = service
        self._say = say
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._log_began = 0

    async def start(self) -> None:
        """Start it, wait until it is ready or has had its time, and watch it from then on.

        One that is not needed yet is started once it is.
        """
        if self._service.needed is not None:
            self._watch = asyncio.create_task(self._run_once_needed(self._service.needed))
            return
        await self._spawn()
        self._watch = asyncio.create_task(self._keep_running())
        if self._service.is_ready is not None:
            deadline_s = time.monotonic() + READY_WITHIN_S
            # Another process has no event of ours to set, so it is asked again and again.
            while not self._service.is_ready() and time.monotonic() < deadline_s:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def _run_once_needed(self, is_needed: Callable[[], bool]) -> None:
        while True:
            while not is_needed():  # noqa: ASYNC110 - another process makes it so
                await asyncio.sleep(NEEDED_EVERY_S)
            await self._spawn()
            await self._keep_running()

    async def stop(self) -> None:
        """Ask it to stop; kill it if it does not. Idempotent."""
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
            self._watch = None
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_WITHIN_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def _keep_running(self) -> None:
        """Returns only where it has ended by itself, and is not needed any more."""
        pause_s = FIRST_PAUSE_S
        while self._process is not None:
            began_s = time.monotonic()
            status = await self._ended(self._process)
            if status == 0 and self._service.needed and not self._service.needed():
                return
            if time.monotonic() - began_s > STEADY_AFTER_S:
                pause_s = FIRST_PAUSE_S
            self._say(f"{self._service.name} stopped: {self._why(status)} Starting it again.")
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            await self._spawn()

    async def _ended(self, process: asyncio.subprocess.Process) -> int:
        """Its status, once it has ended; its log is kept small meanwhile."""
        ended = asyncio.ensure_future(process.wait())
        while not ended.done():
            await asyncio.wait({ended}, timeout=TRIM_EVERY_S)
            if self._service.log is not None:
                trim(self._service.log)
        return ended.result()

    def _why(self, status: int) -> str:
        """The sentence with which it ended, or how it ended where it said none."""
        log = self._service.log
        said = "" if log is None else last_sentence(log, self._log_began)
        return said or f"{_how(status)}."

    async def _spawn(self) -> None:
        with contextlib.ExitStack() as stack:
            path = self._service.log
            log = None if path is None else stack.enter_context(open_log(path))
            self._log_began = 0 if log is None else log.tell()
            # A session of its own: Ctrl-C reaches us alone, and we stop them in order. Standard
            # output is ours: what a service prints there would stand between our JSON.
            self._process = await asyncio.create_subprocess_exec(
                *self._service.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )


async def _then_wait(when_up: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    await when_up()
    await stop.wait()


async def _or_stop(work: Awaitable[None], stop: asyncio.Event) -> bool:
    """Await the work or the stop, whichever comes first; whether it was the work."""
    working = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not working.done():
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
        return False
    working.result()
    return True


def _how(status: int) -> str:
    return f"status {status}" if status >= 0 else f"killed by {signal.Signals(-status).name}"
