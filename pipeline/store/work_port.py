"""Work on moments that moves between installs: what is lent, and what was taken on.

`sqlite/own/` has it on disk, where the worker and the sync service of an install meet.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, Protocol

from core.clock import Recorded

JobKind = Literal["words", "better"]
"""words: it has none yet; better: a larger model is to hear it again."""


@dataclass(frozen=True, slots=True)
class Job:
    """Work on this revision of a moment; `model` is the larger one that is to hear it again."""

    moment: str
    revision: int
    kind: JobKind
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Wordless:
    """A moment without words that another install kept; `key` is whose line it is in.

    `sound` is the hash of its sound.
    """

    moment: str
    revision: int
    sound: str
    key: str


class Work(Protocol):
    """What an install lends of its work, and what it does for others. Belongs to one loop."""

    async def lend(self, job: Job, key: str, for_s: float, now: Recorded) -> bool:
        """Leave this work to the peer with this key for so long; False where that cannot be.

        It is lent where this install kept the moment, nobody else has it on lease, and there is
        something to do. Whoever has it on lease already has it for longer.
        """

    async def lent(self, now: Recorded) -> frozenset[str]:
        """The moments that a peer works on now."""

    async def end_leases(self, key: str, moments: Collection[str]) -> None:
        """The peer with this key has none of these on lease any more."""

    async def begin_anew(self) -> None:
        """Nothing is lent and nothing taken on: the connections that it was by are gone."""

    async def wordless(self, most: int) -> list[Wordless]:
        """Moments of other installs that have no words and a sound, the oldest first."""

    async def is_own(self, origin: str) -> bool:
        """True for the line of this install, and for those that it wrote before."""

    async def key_of(self, origin: str) -> str | None:
        """Whose line this is, as far as that is known."""

    async def heard_beyond(self, moment: str, most: int, *, own: bool) -> list[str]:
        """Moments with words that were heard in a sound, in the order of their ids from there on.

        Those that this install kept, or those that others did.
        """

    async def heard_since(self, mark: int) -> tuple[list[str], int]:
        """The moments that got words since that mark, and the mark of now; -1 gives that alone.

        It costs what came since, and not what is there.
        """

    async def take_on(self, job: Job) -> None:
        """Have the worker do this, once it has nothing of its own to do."""

    async def next_job(self) -> Job | None:
        """What was taken on first and is still to be done."""

    async def is_taken_on(self, moment: str) -> bool:
        """True while work on this moment is still to be done, or in work."""

    async def drop(self, moment: str) -> None:
        """It is done, or is to be done no more."""
