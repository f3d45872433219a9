"""What whoever shows the archive is told of other machines that have a copy of it."""

from dataclasses import dataclass
from typing import Literal

from pipeline.store.format.peer_drafts import Role

SoundPlace = Literal[
    "none", "here", "to_come", "forgotten_there", "elsewhere", "called_back", "lost", "missing"
]
"""none: the moment has no sound. to_come: a peer is to bring it, as all that is new.
forgotten_there: whoever kept it forgot it for itself, and no other is known to have it.
elsewhere: a peer has it. called_back: that, and it is to be fetched. lost: whoever kept it has
it no more."""


@dataclass(frozen=True, slots=True)
class KnownPeer:
    """Another install of this archive. `name` is empty while it has not come here."""

    key: str
    name: str
    role: Role

    @property
    def shown(self) -> str:
        """Its name, else the beginning of its key."""
        return self.name or self.key[:16]


@dataclass(frozen=True, slots=True)
class ComingWords:
    """Words that are still to come. `by` is the name of the machine that makes or brings them.

    It is empty where that is this machine (`is_here`) or nobody in particular.
    """

    by: str = ""
    is_in_work: bool = False
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a moment's sound is, what is known of words that are still to come, and who has it.

    `words` is None where there are some, or this machine is to make them of its own. `also_on` are
    the names of the peers that have its sound, or all of it where it has none. `bringer` is the
    name of the one that has its sound, or is to bring it, or had it; `bringer_key` its key. Both
    are empty where that is nobody in particular. `kept_on` is the name of the machine that kept
    the moment, empty where it was this one.
    """

    sound: SoundPlace
    words: ComingWords | None = None
    also_on: tuple[str, ...] = ()
    bringer: str = ""
    bringer_key: str = ""
    kept_on: str = ""


@dataclass(frozen=True, slots=True)
class AskedToForget:
    """How many moments a peer forgot that are hidden here until the wearer agrees.

    `origin` is the line in which it did; `peer` its name, empty where nobody here knows it; `key`
    is its key, empty where that is not known.
    """

    origin: str
    peer: str
    moments: int
    key: str = ""

    @property
    def id(self) -> str:
        """What people name it by: the beginning of its key, else the line."""
        return self.key[:16] or self.origin
