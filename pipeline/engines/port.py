"""What is asked of an engine, and how it fails."""

import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from core.errors import UserError
from pipeline.engines.told import Told

LONGEST_S = 600.0
"""Ten minutes, 19 MB: one job is short, and servers refuse more than 25 MB."""

CONNECT_S = 10.0
MOST_BYTES = 8 * 1024 * 1024
"""Of an answer: more than ten minutes of words with all that is told of them."""


class EngineFailed(UserError):
    """An engine that does not answer, or not as it should; the words are as they were."""

    code = "engine_failed"


@dataclass(frozen=True, slots=True)
class Sound:
    """What is sent: 16 kHz mono int16, in pieces, and how many samples they are in all."""

    pieces: Iterable[bytes]
    samples: int
    language: str | None = None

    @property
    def patience_s(self) -> float:
        """How long an answer may take: a slow machine hears at a third of the speed of speech."""
        return 60.0 + 3 * self.samples / 16_000


class Engine(Protocol):
    """One engine at one address. It is asked one thing at a time."""

    @property
    def name(self) -> str:
        """By which its words are marked."""

    async def transcribe(self, sound: Sound) -> Told:
        """What it hears. Raises EngineFailed."""
        ...


def why(error: Exception) -> str:
    """What the system says of a connection, without its numbers and names."""
    if isinstance(error, socket.gaierror):
        return "nobody knows that name"
    if isinstance(error, TimeoutError):
        return "it took too long"
    number = error.errno if isinstance(error, OSError) else None
    return os.strerror(number) if number else "the connection ended"


def failed(where: str, what: str, setting: str) -> EngineFailed:
    """An engine's failure, as the wearer is told it."""
    return EngineFailed(
        f"The engine at {where} {what}.",
        advice=f"See that it runs, and that {setting} in settings.toml is where it is.",
    )
