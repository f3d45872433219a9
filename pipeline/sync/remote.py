"""The other copy, as a meeting sees it: by network, or in the same process."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import ClassVar, Protocol

from core.errors import UserError
from pipeline.store.exchange_port import Head

from .messages import Hello, Wanted


class PeerGone(UserError):
    """The connection to a peer ended, or it does not answer. What was exchanged stays."""

    code: ClassVar[str] = "peer_gone"


class PeerRefused(UserError):
    """What a peer refused, in its own sentence."""

    code: ClassVar[str] = "peer_refused"


class Remote(Protocol):
    """A peer that answers. Each may raise PeerRefused, and PeerGone, which ends the meeting."""

    @property
    def key(self) -> str:
        """Its key, as TLS has proven it."""

    async def hello(self, mine: Hello) -> Hello:
        """How things stand there."""

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

    def sound(self, sha256: str, start: int) -> AsyncIterator[bytes]:
        """The bytes of a sound from `start` on. Raises NotFound where it is not there."""
        ...

    async def give_sound(self, sha256: str, start: int, chunks: AsyncIterator[bytes]) -> bool:
        """Have it take these bytes from `start` on; True once it has verified all of them."""
        ...
