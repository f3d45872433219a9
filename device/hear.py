"""Recordings through the capture path, faster than real time (a root)."""

import contextlib
import os
import resource
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from core.audio import RATE_HZ, Pcm
from core.clock import Recorded
from core.command_line import Screen
from core.errors import UserError
from core.places import Home
from core.settings import Settings, load
from device import ears
from device.everything import Everything
from device.keeper import Letterbox
from device.porch import Porch
from device.ports import BLOCK_SAMPLES
from pipeline import media
from pipeline.commands import lines
from pipeline.delivery import Delivery, delivering
from pipeline.spool import Clip, OpenClip, Spool
from pipeline.store.connection import understood
from pipeline.store.reader import open_archive_to_read

Policy = Literal["button", "ambient", "everything"]

TOGETHER = 16
"""Clips to one delivery: the spool stays small, and the models stay loaded."""


@dataclass(slots=True)
class Clips:
    """The clips of one file: written to the spool, and remembered by where they lie in it."""

    stream: str
    spool: Spool
    recorded: Recorded
    source: str
    how: Literal["press", "selected"] = "press"
    reasons: tuple[str, ...] = ()
    starts: dict[str, int] = field(default_factory=dict)
    ready: list[str] = field(default_factory=list)

    def open_clip(self, moment: str, revision: int, start: int, pcm: Pcm) -> OpenClip:
        self.starts[moment] = start
        return self.spool.open_clip(self._clip(moment, revision, start), pcm)

    def _clip(self, moment: str, revision: int, start: int) -> Clip:
        return Clip(
            moment, self.how, _later(self.recorded, start), self.reasons, revision, None, self.source
        )

    def told(self, event: dict[str, Any]) -> None:
        """Note what is closed; a moment that is revised is one moment."""
        if event["event"] == "closed" and event["keep"] not in self.ready:
            self.ready.append(event["keep"])


@dataclass(frozen=True, slots=True)
class Hearing:
    """What to do with the files."""

    home: Home
    settings: Settings
    policy: Policy
    presses_s: tuple[float, ...]
    screen: Screen


async def hear(home: Home, files: Sequence[str], policy: Policy, presses_s: Sequence[float], screen: Screen) -> int:
    """Hear every file; the exit status. A bad file is told, and the rest go on."""
    hearing = Hearing(home, load(home.path), policy, tuple(sorted(presses_s)), screen)
    status = 0
    model = ears.load(hearing.settings, home.path)
    async with delivering(home, hearing.settings) as delivery:
        for name in files:
            try:
                await _hear_file(hearing, Path(name), model, delivery)
            except UserError as error:
                if error.code != "sound_unreadable":
                    raise
                screen.refuse(error, file=name)
                status = 1
    return status
