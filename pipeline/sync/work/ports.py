"""What taking work of peers needs of this machine and of the connections to them."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pipeline.store.format.peer_drafts import Member
from pipeline.sync.answering import Answers
from pipeline.sync.remote import Remote

if TYPE_CHECKING:  # it loads NumPy
    from .may_gain import Gain


class Able(Protocol):
    """This machine and its worker."""

    @property
    def home(self) -> Path:
        """Where its copy lies."""

    def now_ms(self) -> int | None:
        """The wall clock; None where it is not set."""

    async def is_so(self, *, at_work: bool = False, is_awaited: bool = False) -> bool:
        """True where it can do work of others now; `at_work`, where it may go on with it.

        What is awaited is done on a busy machine, too.
        """

    async def wake_worker(self) -> None:
        """Have it look now at what is to be done."""


class Called(Remote, Protocol):
    """A peer at the other end of a connection of its own."""

    async def close(self) -> None:
        """Hang up."""


class Gains(Protocol):
    """What a larger model may hear better."""

    async def next(self) -> "Gain | None":
        """The next of it; None where there is nothing now."""

    def put_back(self, gain: "Gain") -> None:
        """It is looked at again after all others."""


class Peers(Protocol):
    """The other installs, as the sync service knows them."""

    async def members(self) -> Mapping[str, Member]:
        """Who belongs to the archive, by key."""

    def is_there(self, key: str) -> bool:
        """True while this peer is met, whoever calls."""

    def last_met_ms(self, key: str) -> int | None:
        """When it was last there; None where that is not known."""

    async def called(self, key: str) -> Called:
        """A connection to it. Raises PeerGone and the like."""

    def answers(self, key: str) -> Answers:
        """This copy as it speaks to it."""
