"""The words that a larger model heard take the place of those before, until they are undone."""

from dataclasses import replace

import numpy as np
import pytest

from core.moment import Transcript
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Embedding, PassageCut, Refined
from pipeline.store.passage_columns.vectors import encoded
from pipeline.store.views.moment_fold import PassageRow
from tests.pipeline.store.views.test_moment_fold import KEPT, MOMENT, Journal

BETTER = Transcript("the pill box beeped", model="whisper-small.en")
(VECTOR,) = encoded(np.array([[1, 0, 0, 0]], np.float32))


def embedding(text: str, model: str = "mini") -> Embedding:
    return Embedding(model, (PassageCut(0, len(text), 0, 900),), (VECTOR,))


@pytest.fixture
def journal(spoken: Transcript) -> Journal:
    """A moment with its words and vectors."""
    made = Journal()
    made.add(drafts.moment_kept(KEPT, author="wearer"))
    made.add(drafts.moment_transcribed(MOMENT, spoken, revision=0))
    made.add(drafts.moment_embedded(MOMENT, embedding(spoken.text)))
    return made


def passages(journal: Journal) -> list[tuple[str, bool]]:
    """The text of each passage, and whether it has a vector."""
    return [(each.text, each.vector is not None) for each in journal.fold().passages]


def text(journal: Journal) -> str:
    moment = journal.fold().moment
    assert moment is not None
    return moment.text


def test_better_words_take_the_place_of_those_before_with_their_vectors(journal: Journal) -> None:
    better = Refined(BETTER, embedding(BETTER.text))
    journal.add(drafts.moment_refined(MOMENT, "small.en", revision=0, better=better))

    assert text(journal) == "the pill box beeped"
    assert passages(journal) == [("the pill box beeped", True)]


def test_that_the_words_were_kept_changes_nothing(journal: Journal) -> None:
    before = journal.fold()
    journal.add(drafts.moment_refined(MOMENT, "small.en", revision=0, better=None))

    assert journal.fold() == before


def test_an_undo_brings_back_the_words_and_the_vectors_from_before(journal: Journal) -> None:
    before = journal.fold()
    better = Refined(BETTER, embedding(BETTER.text))
    event = journal.add(drafts.moment_refined(MOMENT, "small.en", revision=0, better=better))

    undo = journal.undo(event)
    assert journal.fold() == before

    journal.undo(undo)
    assert text(journal) == "the pill box beeped"


def test_vectors_made_anew_are_of_the_words_that_they_name(journal: Journal) -> None:
    better = Refined(BETTER, embedding(BETTER.text))
    event = journal.add(drafts.moment_refined(MOMENT, "small.en", revision=0, better=better))
    moment = journal.fold().moment
    assert moment is not None
    anew = embedding(BETTER.text, "other")
    journal.add(drafts.moment_embedded(MOMENT, anew, of=moment.transcript))

    assert [each.embedder for each in journal.fold().passages] == ["other"]

    journal.undo(event)  # vectors of other words must not be cut out of these
    assert [(each.text, each.embedder) for each in journal.fold().passages] == [
        ("pill box", "mini")
    ]


def test_better_words_without_vectors_are_one_passage(journal: Journal) -> None:
    journal.add(drafts.moment_refined(MOMENT, "small.en", revision=0, better=Refined(BETTER)))

    assert passages(journal) == [("the pill box beeped", False)]


def test_better_words_of_an_earlier_revision_are_not_those_of_a_later(journal: Journal) -> None:
    better = Refined(BETTER, embedding(BETTER.text))
    journal.add(drafts.moment_refined(MOMENT, "small.en", revision=0, better=better))
    journal.add(drafts.clip_revised(replace(KEPT, revision=1), author="wearer"))

    moment = journal.fold().moment
    assert moment is not None
    assert (moment.words, moment.text) == ("awaited", "")
    assert journal.fold().passages == tuple[PassageRow]()


def test_what_a_larger_model_heard_stays_though_another_machine_hears_it_later(
    journal: Journal, spoken: Transcript
) -> None:
    better = Refined(BETTER, embedding(BETTER.text))
    journal.add(drafts.moment_refined(MOMENT, "small.en", revision=0, better=better))
    journal.add(drafts.moment_transcribed(MOMENT, spoken, revision=0))

    assert passages(journal) == [("the pill box beeped", True)]


@pytest.mark.parametrize("worse", [None, Transcript("")])
def test_words_stay_though_another_machine_finds_none(
    journal: Journal, spoken: Transcript, worse: Transcript | None
) -> None:
    journal.add(drafts.moment_transcribed(MOMENT, worse, revision=0))

    assert text(journal) == spoken.text
