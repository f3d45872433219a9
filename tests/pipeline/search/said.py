"""What a test of search says was said, and how it comes into an archive."""

from dataclasses import dataclass
from datetime import UTC, datetime

from core.clock import Recorded, from_datetime
from core.moment import Passage, Reference, Transcript
from pipeline.meaning.fakes import FakeEmbedder
from pipeline.meaning.placing import located
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Embedding, Kept
from pipeline.store.format.events import Draft
from pipeline.store.passage_columns.vectors import encoded
from pipeline.store.sqlite.archive import SqliteArchive

FRIDAY = datetime(2026, 1, 16, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Said:
    """One moment to be; each line of its text is a passage."""

    ref: str
    text: str
    speaker: str | None = None
    at: datetime | None = FRIDAY


async def keep(archive: SqliteArchive, *moments: Said) -> list[str]:
    """Their ids, in order."""
    ids = [drafts.new_moment_id() for _ in moments]
    for moment, said in zip(ids, moments, strict=True):
        await archive.append(*_thought(moment, said))
    return ids


def _thought(moment: str, said: Said) -> list[Draft]:
    kept = Kept(
        moment,
        "imported",
        Recorded() if said.at is None else from_datetime(said.at, source="given"),
        transcript=Transcript(said.text),
        speaker=said.speaker,
        reference=Reference("test", said.ref),
    )
    passages = [Passage(line, None, None) for line in said.text.split("\n")]
    name = f"{said.speaker}: " if said.speaker else ""
    embedding = Embedding(
        FakeEmbedder.name,
        located(passages, said.text),
        encoded(FakeEmbedder().embed([name + one.text for one in passages])),
    )
    return [
        drafts.moment_kept(kept, author="wearer"),
        drafts.moment_embedded(moment, embedding),
    ]
