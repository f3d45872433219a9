"""What was heard or typed, as events: the words, whose voices they are, and the vectors."""

from typing import TYPE_CHECKING

from core.moment import Transcript
from core.spool_port import TypedText
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Embedding, Kept
from pipeline.store.format.events import Draft
from pipeline.store.format.voice_drafts import with_turns
from pipeline.store.port import Archive
from pipeline.store.voices import voice_print
from pipeline.worker.model_process import Heard

if TYPE_CHECKING:
    from pipeline.voices.wearer import Recognised


async def recognised(archive: Archive, heard: Heard) -> "Recognised | None":
    """Whose voices they are, the wearer's by the print of now; None where none were told."""
    if heard.voices is None:
        return None
    from pipeline.voices.wearer import recognised  # noqa: PLC0415

    return recognised(heard.voices, await voice_print(archive))


def heard_drafts(
    moment: str, revision: int, heard: Heard, voices: "Recognised | None"
) -> list[Draft]:
    """What was heard of this revision of a moment."""
    words = drafts.moment_transcribed(moment, heard.transcript, revision=revision)
    thought = [words if voices is None else with_turns(words, voices.turns)]
    if heard.embedding is not None:
        thought.append(drafts.moment_embedded(moment, heard.embedding, revision=revision))
    return thought


def typed_drafts(text: TypedText, embedding: Embedding | None) -> list[Draft]:
    """The moment of a text that somebody typed or brought in."""
    kept = Kept(
        text.id,
        text.how,
        text.recorded,
        transcript=Transcript(text.text),
        speaker=text.speaker,
        reference=text.reference,
        act=text.act,
        about=text.about,
    )
    thought = [drafts.moment_kept(kept, author="wearer")]
    if embedding is not None:
        thought.append(drafts.moment_embedded(text.id, embedding))
    return thought
