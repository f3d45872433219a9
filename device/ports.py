"""Microphones and buttons as the capture daemon needs them, and the messages they deliver.

Real ones are in `microphone` and `buttons`; those of tests and of the demo in `fakes` and
`microphone/replayed_file`. Lights and motors are in `signals`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from core.errors import UserError
from core.facts import GapReason
from core.pcm import Pcm

BLOCK_SAMPLES = 1600
"""The length of one block: 100 ms."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Sound that was never read. An estimate is out by one block at most."""

    samples: int
    reason: GapReason
    estimated: bool = True


@dataclass(frozen=True, slots=True)
class Block:
    """Sound as it arrived. `arrived_s` is CLOCK_MONOTONIC when its last sample had been read.

    It is BLOCK_SAMPLES long, and shorter only where sound was lost or ended after it, or after
    `hurry`. `lost` was lost just before it, and no silence stands for it. `clipped` counts samples
    at full scale, `dc` is the mean as a share of full scale: both before anything was done to them.
    """

    pcm: Pcm
    arrived_s: float
    lost: Lost | None = None
    clipped: int = 0
    dc: float = 0.0


@dataclass(frozen=True, slots=True)
class Edge:
    """A button went down or came up. `at_s` is the edge's own time on CLOCK_MONOTONIC."""

    down: bool
    at_s: float


@dataclass(frozen=True, slots=True)
class Fault:
    """A device does not work; the error says what to do. It may work again by itself."""

    error: UserError


class Ended:
    """The end of the sound: only a replayed file has one."""


FromMicrophone = Block | Fault | Ended


@dataclass(frozen=True, slots=True)
class SecondEdge:
    """The second button went down or came up."""

    edge: Edge


@dataclass(frozen=True, slots=True)
class Switched:
    """The slide switch moved."""

    paused: bool


Key = Literal["press", "hold", "pause", "quit"]
"""What a key of the terminal means."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A key of the terminal. `at_s` is CLOCK_MONOTONIC when it was read."""

    key: Key
    at_s: float


Other = Edge | SecondEdge | Switched | Typed
"""Everything that is pressed, pushed or typed: the messages that carry no sound."""


class Microphone(Protocol):
    """A source of 16 kHz mono sound."""

    name: str

    def start(self, deliver: Callable[[FromMicrophone], None]) -> None:
        """Deliver what comes from now on, from a thread of the microphone's own.

        It may be started again after a `stop`; what was missed in between is no loss.
        """

    def relax(self, *, on: bool) -> bool:
        """Deliver several blocks at once, half a second of them at most: nobody is in a hurry.

        True if sound is held back from now on, so that a press has to ask for it (`hurry`).
        Waking the processor costs more than the work; at the start, and after `on=False`, each
        block comes as it is heard.
        """

    def hurry(self) -> None:
        """Deliver what is heard at once, in short blocks, for the next 100 ms.

        For a press, which waits for its own sound. Returns at once; any thread; harmless when
        stopped.
        """

    def stop(self) -> None:
        """Close it and deliver nothing more. Idempotent, and bounded in time."""


class Button(Protocol):
    """A button, or a switch."""

    def start(self, deliver: Callable[[Edge], None]) -> None:
        """Deliver edges from now on. Raises UserError where the button cannot be used."""

    def stop(self) -> None:
        """Deliver nothing more. Idempotent."""
