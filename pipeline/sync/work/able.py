"""Whether this machine can do work of others now."""

from dataclasses import replace
from pathlib import Path

from core.clock import SystemClock
from core.machine import profile
from core.paths import Home
from core.settings import Settings
from core.sockets.socket_client import Told
from pipeline.refining.power import Power, read_power, why_to_wait

from .lending import ask_worker, worker_status


def may_work(power: Power, worker: Told | None, *, at_work: bool, is_awaited: bool) -> bool:
    """On mains, not hot, and with a worker that has nothing of its own to do.

    What it does of its own meanwhile goes before it; so it may have begun since, `at_work`. For
    words that somebody awaits, the machine may be busy with whatever else.
    """
    if worker is None or worker.get("trouble"):
        return False
    waiting = 0 if at_work else int(worker["waiting"])
    power = replace(power, load=0.0) if is_awaited else power
    return why_to_wait(power, waiting, at_work=at_work) is None


class Able:
    """This machine, asked each time anew."""

    def __init__(self, home: Home, settings: Settings) -> None:
        self._home, self._settings = home, settings

    @property
    def home(self) -> Path:
        return self._home.path

    def now_ms(self) -> int | None:
        """The wall clock; None where it is not set."""
        return SystemClock().now_ms()

    async def is_so(self, *, at_work: bool = False, is_awaited: bool = False) -> bool:
        """The wearer lets it, it is no small machine, it has Whisper, and it has time."""
        settings = self._settings
        if settings.sync.takes_work == "never" or profile(settings.machine.profile) == "zero":
            return False
        from pipeline import models  # noqa: PLC0415 - not on zero

        if not models.is_there("transcriber", settings=settings, home=self.home):
            return False
        status = await worker_status(self._home.worker_socket)
        return may_work(read_power(), status, at_work=at_work, is_awaited=is_awaited)

    async def wake_worker(self) -> None:
        """Have it look now at what is to be done."""
        await ask_worker(self._home.worker_socket, {"do": "wake"})
