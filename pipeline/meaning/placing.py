"""From a text to its place in meaning: its passages, and a vector for each."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.moment import Passage, Transcript
from pipeline.meaning.passages import cut
from pipeline.store.format.drafts import Embedding, PassageCut
from pipeline.store.passage_columns.vectors import encoded

TOLD_EACH = 4
"""Passages: a tenth of a second of work here, a second on the slowest machine."""

Tell = Callable[[int], None]

if TYPE_CHECKING:  # its module loads ctranslate2, which the fakes must not need
    from pipeline.meaning.embedder import Embedder


def placed(
    transcript: Transcript,
    speaker: str | None,
    embedder: "Embedder",
    tell: Tell = lambda _: None,
) -> Embedding | None:
    """The passages of a transcript with the vectors of `Speaker: text`; None for no words.

    Passage by passage; `tell` hears now and then how many are done: in between, whoever is
    asked for something shorter may do it.
    """
    prefix = f"{speaker}: " if speaker else ""
    passages, vectors = [], []
    for passage in cut(transcript, embedder.count_pieces):
        passages.append(passage)
        # The name of who spoke does not make words known that are not.
        known = embedder.knows(passage.text)
        vectors.append(embedder.embed([prefix + passage.text if known else ""]))
        if len(passages) % TOLD_EACH == 0:
            tell(len(passages))
    if not passages:
        return None
    cuts = located(passages, transcript.text)
    return Embedding(embedder.name, cuts, encoded(np.concatenate(vectors)))


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
