"""What sync asks of an archive: lines, pages, forgets and sound, without SQL.

`sqlite/exchange/` is the archive on disk. docs/sync-protocol.md has the words.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pipeline.store.format.pages import EarlyForget, Held, Page
from pipeline.store.format.peer_drafts import Membership

Head = tuple[int, bytes]
"""How far a line has come: the last event's `seq` and hash."""


class Signer(Protocol):
    """The key of this install."""

    @property
    def key(self) -> str:
        """The public half, 64 hex digits."""

    def sign(self, message: bytes) -> bytes:
        """An Ed25519 signature, 64 bytes."""

    def verify(self, key: str, signature: bytes, message: bytes) -> bool:
        """True where the key of that name has signed this. Never raises."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of events that came: how many are new, and which moments went or wait."""

    events: int = 0
    forgotten: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WantedSound:
    """A sound that a moment here has and the disk has not."""

    sha256: str
    bytes: int


PlaceInTime = tuple[int, int, str, int]
"""Where a moment stands among all: its time in ms, and where it was kept in the journal."""

FIRST_PLACE: PlaceInTime = (-(1 << 62), 0, "", 0)
"""Before every moment whose time is known."""


@dataclass(frozen=True, slots=True)
class DueSound:
    """A sound that may leave, and the place of its moment."""

    sha256: str
    place: PlaceInTime


@dataclass(frozen=True, slots=True)
class WaitingForgets:
    """Moments that the install with this line forgot, hidden here until the wearer agrees."""

    origin: str
    moments: tuple[str, ...]


class Copy(Protocol):
    """One copy of an archive, as another one meets it. Belongs to one event loop."""

    async def origin(self) -> str | None:
        """The line that this install appends to; None before its first event."""

    async def heads(self) -> dict[str, Head]:
        """How far each line has come here; a removed peer's, up to where it ended.

        It costs what lines there are, not what is in them.
        """

    async def hashes(self, places: Mapping[str, Sequence[int]]) -> dict[str, dict[int, str]]:
        """The hashes (hex) of events at these places, by line and `seq`; of those that are here."""

    def mark(self) -> object:
        """Another value once anything was written here. It costs no look into the database."""

    async def membership(self) -> Membership:
        """Whose signatures count here."""

    async def has_say(self, origin: str) -> bool:
        """False where this install alone vouches for a line as it is here, and may only read.

        Nobody else believes that version of it.
        """

    async def sign_lines(self) -> None:
        """Sign what was appended since: our own lines, and those that nobody else signs."""

    async def page_after(self, origin: str, seq: int) -> Page | None:
        """What follows in this line, up to a signed event; None where nothing does."""

    async def receive(self, lines: Sequence[bytes]) -> Received:
        """Store a page as it came, in one transaction. What is here already is passed over.

        Raises PageRefused, LinesPart, ArchiveUnusable; then nothing of it is stored.
        """

    async def last_forgets(self) -> dict[str, int]:
        """The `seq` of the last forget of each line that is known here, early ones included."""

    async def forgets_after(self, after: Mapping[str, int]) -> list[EarlyForget]:
        """The forgets beyond these, by line; those of lines that are not named, all."""

    async def receive_forgets(self, lines: Iterable[bytes]) -> Received:
        """Obey these forgets at once, wherever their lines stand here. Raises PageRefused."""

    async def belongings(self, named: Sequence[str]) -> list[Held]:
        """Those of these belongings that are here and may leave this install."""

    async def wanted_belongings(self, most: int) -> list[str]:
        """Ids of what an event here promises and nobody has brought yet; some, in any order."""

    async def receive_belongings(self, held: Iterable[Held]) -> int:
        """How many of these were wanted and are stored now. Raises PageRefused."""

    async def wanted_sounds(self, most: int) -> list[WantedSound]:
        """Sounds to fetch, what was pressed for and is newest first."""

    async def wanted_size(self, sha256: str) -> int | None:
        """The bytes that this sound has, where a moment here wants it; else None."""

    async def sound_came(self, sha256: str, path: Path) -> bool:
        """Put a verified file to its place; False where no moment wants it any more."""

    async def note_copies(self, sounds: Collection[str], key: str) -> None:
        """The peer with this key has these sounds, verified."""

    async def due_to_leave(self, until_ms: int, after: PlaceInTime, most: int) -> list[DueSound]:
        """Sounds of moments before that time that may leave, the oldest first."""

    async def promise(self, sounds: Collection[str], key: str) -> list[str]:
        """Keep these for the peer with this key; those of them that stay here from now on.

        Whoever asks has seen that they are what they should be.
        """

    async def let_go(self, sounds: Collection[str], key: str) -> list[str]:
        """Erase these, which the peer with this key has just promised; those that went."""

    async def away_to(self, key: str, after: str, most: int) -> list[str]:
        """Some of the sounds that have left to this peer, those whose hash follows `after`."""

    async def lost(self, sounds: Collection[str], key: str) -> None:
        """The peer with this key has these no more: any other may bring them."""

    async def wishes(self) -> int:
        """The number of the wearer's last wish for a sound that has not come; 0 without any."""

    async def note_heads(self, key: str, heads: Mapping[str, Head]) -> None:
        """So far the peer with this key has come in each line. It costs what lines there are."""

    async def waiting_forgets(self) -> list[WaitingForgets]:
        """Forgets by others that wait for this wearer's word."""

    async def agree(self, origin: str) -> tuple[str, ...]:
        """Forget what the install of this line forgot; the moments that went."""

    async def disagree(self, origin: str) -> tuple[str, ...]:
        """Keep them here; the moments that are seen again."""
