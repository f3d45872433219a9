"""The spool as the processes know it: the one interface of the real one and of the fake.

`pipeline/spool/spool.py` keeps it on the disk, `pipeline/spool/fakes.py` in memory; roots hand
one of them to whoever needs it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from .audio import Samples
from .capture_status import TakenBack
from .clock import Recorded
from .facts import Fact
from .moment import Reference

ClipOrigin = Literal["file", "press", "recording", "selected"]
"""How a clip came to be kept."""


@dataclass(frozen=True, slots=True)
class Clip:
    """The header of a clip, as it is kept. `source` is the name of the file it came from.

    `act` is the wearer's act that it is part of, None where it is one by itself. `replaces` are
    the moments, kept without a press, whose sound this clip holds.
    """

    id: str
    how: ClipOrigin
    recorded: Recorded
    reasons: tuple[str, ...] = ()
    revision: int = 0
    speaker: str | None = None
    source: str | None = None
    act: str | None = None
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TypedText:
    """A note, or what is imported; `reference` says which object of which source it is.

    `nth` counts, from 1, the lines of a source that say the same and have no ref. `act` is
    as in `Clip`. `about` is the moment that a note was written about.
    """

    id: str
    how: Literal["typed", "imported"]
    text: str
    recorded: Recorded
    speaker: str | None = None
    reference: Reference | None = None
    nth: int = 1
    act: str | None = None
    about: str | None = None


class OpenClip(Protocol):
    """A clip that is being written. Not thread-safe.

    Where the disk refuses, every method raises OSError, and what was durable before stays so.
    """

    def append(self, pcm: Samples) -> None:
        """Add what has come since; durable after the next `sync`."""

    def sync(self) -> None:
        """Make everything that was appended durable."""

    def close(self, samples: int) -> Path:
        """The file of the clip, which ends after so many samples and is the worker's from now on.

        Raises FileNotFoundError where it was forgotten while it was being written.
        """
        ...

    def take_back(self) -> None:
        """Set it aside, durably: no model sees it, it can be brought back, it is erased in time."""

    def remove(self) -> None:
        """Delete it: a later revision, durable by now, holds all of it."""


class SpoolPort(Protocol):
    """The place where clips, texts and facts wait for the worker. All may raise OSError."""

    def open_clip(self, clip: Clip, pcm: Samples) -> OpenClip:
        """A clip that goes on: durable up to here on return; where that fails, nothing is left."""
        ...

    def post_texts(self, batch: str, texts: Iterable[TypedText]) -> Path:
        """The file of these texts, durable on return. `batch` is a random id of the sender's."""
        ...

    def post_fact(self, fact: Fact) -> Path:
        """The file of the fact, durable on return. Posting it again is harmless."""
        ...

    def waiting_count(self) -> int:
        """The number of clips, open ones too, and batches of texts that wait for the worker."""
        ...

    def free_bytes(self) -> int:
        """Bytes that the disk of the spool has left for us."""
        ...

    def taken_back(self) -> list[TakenBack]:
        """The clips that a pause took back, and how long each can be brought back yet."""
        ...

    def bring_back(self, moment: str) -> bool:
        """Let it wait for the worker again; False where it is gone: erased, or forgotten."""
        ...

    def erase_taken_back(self, grace_s: float = 0.0) -> list[str]:
        """The moments that will not be: what was taken back ten minutes ago is erased.

        It is overwritten, which takes a second for some minutes of sound on a slow card: with
        `grace_s`, only what is due for so long already, since somebody else has more time.
        """
        ...
