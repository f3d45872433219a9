"""The other copy, as a meeting sees it: by network, or in the same process."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from pipeline.store.exchange_port import Head
from pipeline.store.work_port import Job

from .http.errors import BodyDamaged, PeerGone, PeerSlow
from .messages import Hello, Wanted

ENDINGS = (PeerGone, PeerSlow, BodyDamaged)
"""After these there is nobody to go on with."""


class Remote(Protocol):
    """A peer that answers. Each may raise PeerRefused, and what ends the meeting (`ENDINGS`)."""

    @property
    def key(self) -> str:
        """Its key, as TLS has proven it."""

    async def hello(self, mine: Hello) -> Hello:
        """How things stand there."""

    async def hashes(self, places: Mapping[str, Sequence[int]]) -> dict[str, dict[int, str]]:
        """The hashes (hex) of events at these places there, by line and `seq`."""

    async def forgets(self, after: Mapping[str, int]) -> list[bytes]:
        """Its forgets beyond these, as lines."""

    async def give_forgets(self, lines: Sequence[bytes]) -> None:
        """Have it obey these."""

    async def page(self, origin: str, after: int) -> list[bytes]:
        """What follows in this line there; empty where nothing does."""

    async def give_page(self, lines: Sequence[bytes]) -> Head:
        """Have it store this page; how far the line has come there."""

    async def belongings(self, ids: Sequence[str]) -> list[bytes]:
        """Those of these that are there, as lines."""

    async def give_belongings(self, lines: Sequence[bytes]) -> int:
        """Have it store these; how many it wanted."""

    async def wanted(self, most: int) -> Wanted:
        """What it would have."""

    async def lease(self, job: Job, for_s: int) -> int:
        """For how many seconds this work is lent by it to us; 0 where it is not.

        With 0 for `for_s` it is given back.
        """

    def sound(self, sha256: str, start: int) -> AsyncGenerator[bytes, None]:
        """The bytes of a sound from `start` on. Raises NotFound where it is not there."""
        ...

    async def give_sound(self, sha256: str, path: Path, start: int) -> bool:
        """Have it take this file from `start` on; True once it has verified all of it."""
        ...

    async def promise(self, sounds: Sequence[str]) -> list[str]:
        """Have it keep these for us; those of them that it has, whole, and keeps from now on."""

    async def note_copies(self, sounds: Sequence[str]) -> None:
        """Have it know that these are here, verified."""
