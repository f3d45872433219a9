"""What the rest of the code asks of an archive: values and protocols, without SQL.

`sqlite/` is the archive on disk; `tests/contracts/test_store.py` is what it keeps to, and
what another kind would. What search asks is in `passage_port.py`, since it speaks in arrays.
"""

from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from core.errors import ArchiveInDoubt
from core.moment import Reference, Transcript, VoiceTurn
from pipeline.store.format.drafts import Embedding
from pipeline.store.format.events import Draft, Event
from pipeline.store.format.peer_drafts import Role
from pipeline.store.peers import AskedToForget, ComingWords, KnownPeer, Whereabouts
from pipeline.store.sound_files import MadeSound
from pipeline.store.views.clock_corrections import Correction
from pipeline.store.views.interval_fold import IntervalRow
from pipeline.store.views.moment_fold import MomentRow

if TYPE_CHECKING:  # the spool's words, which a copy that only meets others does not need
    from core.spool_port import TypedText


class Forgotten(Exception):
    """The subject was forgotten; nothing may be appended to it any more."""


@dataclass(frozen=True, slots=True)
class Period:
    """From `since_ms` up to but without `until_ms`; None leaves that side open."""

    since_ms: int | None = None
    until_ms: int | None = None


@dataclass(slots=True)
class Report:
    """How much was looked at, and a sentence for each thing that is not as it should be.

    `aside` has the hashes of the sounds that no moment names, which is no problem; nor are the
    sounds `to_come` from a peer, or those that are `away`: how many, by the name of who keeps them.
    """

    events: int = 0
    belongings: int = 0
    sounds: int = 0
    aside: list[str] = field(default_factory=list)
    to_come: int = 0
    away: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many subjects were folded, and how many rows had a flipped bit that was put right."""

    subjects: int
    mended: int = 0


class Reader(Protocol):
    """An archive to read from. Belongs to one event loop."""

    @property
    def home(self) -> Path:
        """The folder that the archive's sound lies in, and its tombstones."""

    async def moments(
        self, period: Period | None = None, *, hidden: bool = False
    ) -> list[MomentRow]:
        """All moments in the order of their time; hidden ones only if asked for.

        What has no time yet comes last: its boots by what each kept first, within a boot by
        its own clock.
        """

    async def intervals(self, period: Period | None = None) -> list[IntervalRow]:
        """Gaps and pauses that reach into the period, in the order in which they began.

        One whose beginning is not known counts from its end; one of no known time at all
        belongs to no period but the open one.
        """

    async def passed_over(self, period: Period | None = None) -> list[IntervalRow]:
        """What was passed over in the period, as `intervals`; `read_passed` gives the counts."""

    async def correction(self, boot: str) -> Correction | None:
        """What is known of a boot's clock beyond what the machine knew."""

    async def moment(self, named: str) -> MomentRow:
        """The moment with this id, or the only one that it is short for. Raises NotFound."""

    async def short_ids(self, moments: Collection[str]) -> dict[str, str]:
        """By id, the shortest that means this moment and no other one here."""

    async def find_moment(self, moment: str) -> MomentRow | None:
        """The moment with exactly this id, if it is there."""

    async def find_moments(self, moments: Collection[str]) -> dict[str, MomentRow]:
        """Those of these moments that are there, by id."""

    async def timeless(self) -> list[MomentRow]:
        """The moments that are seen and whose time is not known, in no order."""

    async def notes_about(self, moments: Collection[str]) -> list[MomentRow]:
        """The notes that were written about these moments and are seen, as they were kept."""

    async def lacking(self) -> list[MomentRow]:
        """The moments on which the models failed: sound without words, notes without vectors.

        Those that are seen, in the order in which they were kept.
        """

    async def embedded_otherwise(self, embedder: str) -> list[str]:
        """The moments that are seen and have vectors of another embedder, the newest last.

        Those that other installs kept, also where nobody made vectors of their words.
        """

    async def by_reference(self, reference: Reference) -> MomentRow | None:
        """What was imported from this source, by the caller's own id or by line, if it is there."""

    async def imported_alike(self, text: "TypedText") -> list[MomentRow]:
        """What was imported from the source of this text without a ref and says the same.

        The same words by the same speaker; in the order in which they were imported.
        """

    async def transcript(self, moment: MomentRow) -> Transcript | None:
        """The words of a moment, or None while there are none."""

    async def turns(self, moment: MomentRow) -> tuple[VoiceTurn, ...]:
        """Who speaks when in a moment; empty where its voices were not told apart."""

    async def enrolments(self) -> list[Event]:
        """Every event in which the wearer's voice was enrolled, the newest first."""

    async def lessons(self) -> list[Event]:
        """What the wearer answered to selection, and what takes such answers back; in fold order.

        None about what was forgotten.
        """

    async def taught_since(self, mark: int) -> tuple[bool, int]:
        """Whether `lessons` may say something else since that mark, and the mark of now.

        It costs what came since, and not what is there; -1 is the mark of the beginning.
        """

    async def belonging(self, belonging: str) -> bytes | None:
        """The content of a belonging; None where it is gone."""

    async def events_of(self, subject: str) -> list[Event]:
        """All events about one subject, in fold order."""

    async def event_at(self, origin: str, seq: int) -> Event | None:
        """The event at this place of an origin's line, if it is there."""

    async def latest_events(
        self, limit: int, *, kind: str = "", authors: Sequence[str] = (), origin: str = ""
    ) -> list[Event]:
        """The newest events first; of this kind, these authors, this origin, where named."""

    def acts_backwards(self, authors: Collection[str]) -> AsyncGenerator[Event, None]:
        """What these authors did under this origin, and every undo of anybody's, newest first.

        Without what is no act of theirs: the beginning of an origin.
        """
        ...

    async def events_of_act(self, act: str) -> list[Event]:
        """The events with this act id, and every undo about their moments, in fold order.

        None of what was forgotten.
        """

    async def acts_named(self, named: str) -> list[str]:
        """The act ids that begin so; of very many, some."""

    async def origins_named(self, named: str) -> list[str]:
        """The origins that begin so."""

    async def latest_of_act(self, act: str) -> Event | None:
        """The newest event with this act id; of what was forgotten, too."""

    async def is_forgotten(self, moment: str) -> bool:
        """True where the moment has a tombstone."""

    async def changed_rows(self, since: object = None) -> tuple[frozenset[str], object]:
        """The moments of which something changed since that mark, and the mark of now.

        So has one whose sound came or went, of which no event tells. None of very many, and none
        without a mark.
        """

    async def peers(self) -> list[KnownPeer]:
        """The other installs that belong to this archive, by name."""

    async def own_role(self) -> Role | None:
        """What this install may do on the others, by their word; None where it was removed."""

    async def kept_for_others(self, moments: Collection[str]) -> int:
        """Of how many of these the sound stays here since it was promised to another machine."""

    async def whereabouts(self, moment: MomentRow) -> Whereabouts:
        """Where its sound is, who else has it, and whether its words are still to come."""

    async def kept_on(self, moments: Sequence[MomentRow]) -> dict[str, str]:
        """By id, the name of the machine that kept it, of those that another one kept."""

    async def coming_words(self, moments: Sequence[MomentRow]) -> dict[str, ComingWords]:
        """By id, those of these whose words others make or bring, or this install for others."""

    async def asked_to_forget(self) -> list[AskedToForget]:
        """What others forgot, hidden here until the wearer agrees."""

    async def doubt(self) -> ArchiveInDoubt | None:
        """Why this is not the journal that was last written here; None where it is.

        Reading goes on all the same, and says so.
        """

    async def origin(self) -> str | None:
        """The origin that this install appends under, or None before its first event."""


class Thought(Reader, Protocol):
    """One transaction: all that is appended in it is stored, or nothing of it."""

    async def append(self, *drafted: Draft) -> list[Event]:
        """Store these drafts as events, with their belongings and views.

        What belongs to an act that was taken back as a whole is taken back with it. Raises
        Forgotten when a subject was forgotten.
        """
        ...


class Archive(Reader, Protocol):
    """Everything a reader can, and appending. What can be said with both is in `acts.py`."""

    def thought(self) -> AbstractAsyncContextManager[Thought]:
        """A transaction in which what is appended follows from what is read.

        Nobody else appends in between. Raises ArchiveUnusable.
        """
        ...

    async def append(self, *drafted: Draft, sound: MadeSound | None = None) -> list[Event]:
        """Store these drafts as events, as a `Thought` does: all or nothing.

        A finished sound file goes to its place in the same transaction, so that no sweep
        meets it unnamed. The sound that a `clip_revised` supersedes goes with it: its
        belonging at once, its file when nothing else names it. Raises Forgotten when a
        subject was forgotten, ArchiveUnusable when the disk refuses.
        """

    async def embed_for_itself(self, made: Sequence[tuple[MomentRow, Embedding]]) -> None:
        """Find these moments by these vectors, while their words are the same.

        No event tells of it and no peer is sent it. What was forgotten is passed over. Raises
        ArchiveUnusable.
        """

    async def call_back(self, moment: MomentRow) -> bool:
        """Have its sound fetched before all else, from whichever machine has it.

        False where it is here, nobody is known who has it, or the moment has none.
        """

    async def begin_forgetting(self, moments: Sequence[str], *, here: bool = False) -> None:
        """Write their tombstones, then erase words, vectors and rows; irreversible.

        The first part of `pipeline/forget.py`, through which everybody forgets.
        """

    async def apply_tombstones(self) -> list[str]:
        """Every id that was ever forgotten here, each of them erased by now.

        What a kill left of an earlier forget is done, and what a restored backup brought back.
        """

    async def erase_remains(self) -> bool:
        """Erase the sound of what was forgotten, and `scrub`; as that, whether all is gone.

        Other sound that nothing names is set aside for thirty days.
        """

    async def erase_aside(self) -> None:
        """Erase all sound that no moment names, at once: everything is to be forgotten."""

    async def scrub(self) -> bool:
        """True once nothing is left of erased bytes in the files of the archive.

        False while another program reads an older state of it; that it is still to be done
        outlives any kill. Waits for nobody.
        """

    async def check(self) -> Report:
        """A report on whether all is as it was: every hash, link, number, sound, row and index."""

    async def rebuild(self) -> Rebuilt:
        """Put right what is damaged where a hash proves what it was, and make the views anew.

        What was forgotten stays so, by the file of tombstones too.
        """
