"""From a text to its place in meaning: its passages, and a vector for each."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.moment import Passage, Transcript
from pipeline.meaning.passages import cut
from pipeline.store.format.drafts import Embedding, PassageCut
from pipeline.store.passage_columns.vectors import encoded

if TYPE_CHECKING:  # its module loads onnxruntime, which the fakes must not need
    from pipeline.meaning.embedder import Embedder


def placed(transcript: Transcript, speaker: str | None, embedder: "Embedder") -> Embedding | None:
    """The passages of a transcript with the vectors of `Speaker: text`; None for no words."""
    passages = cut(transcript, embedder.count_pieces)
    if not passages:
        return None
    prefix = f"{speaker}: " if speaker else ""
    vectors = embedder.embed([prefix + each.text for each in passages])
    return Embedding(embedder.name, located(passages, transcript.text), encoded(vectors))


def located(passages: Sequence[Passage], text: str) -> tuple[PassageCut, ...]:
    """Where each passage stands in the text that it was cut from, in order.

    Word by word: a passage has one space where its text may have a line break.
    """
    cuts, end = [], 0
    for passage in passages:
        first, *others = passage.text.split()
        start = text.index(first, end)
        end = start + len(first)
        for word in others:
            end = text.index(word, end) + len(word)
        cuts.append(PassageCut(start, end, passage.start_ms, passage.end_ms))
    return tuple(cuts)
