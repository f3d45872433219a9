"""Folding one moment's events: the same rows in whatever order they came."""

import itertools
import random

import numpy as np
import pytest

from core.clock import Recorded
from core.moment import Transcript, Word
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Embedding, Kept, PassageCut, Sound
from pipeline.store.format.events import FIRST_PREVIOUS_HASH, Draft, Event, Place, place_event
from pipeline.store.passage_columns.vectors import encoded
from pipeline.store.views.moment_fold import Folded, fold

MOMENT = "0123456789abcdef-0"
RECORDED = Recorded(1_790_000_000_000, 120, "boot", 5, "given")
SOUND = Sound("aa" * 32, "bb" * 32, 1000, 16_000)
KEPT = Kept(MOMENT, "file", RECORDED, duration_ms=1000, sound=SOUND, speaker="Anna")


class Journal:
    """Places drafts one after the other and folds them."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.contents: dict[str, bytes] = {}

    def add(self, draft: Draft) -> Event:
        seq = len(self.events) + 1
        event = place_event(draft, Place("ab" * 8, seq, seq, FIRST_PREVIOUS_HASH), None)
        self.events.append(event)
        self.contents |= {each.id: each.content for each in draft.belongings}
        return event

    def undo(self, event: Event) -> Event:
        return self.add(drafts.act_undone(MOMENT, event.origin, event.seq, author="wearer"))

    def fold(self) -> Folded:
        return fold(self.events, self.contents)


@pytest.fixture
def journal() -> Journal:
    return Journal()


def test_a_clip_stands_without_words_until_they_are_there(journal: Journal) -> None:
    journal.add(drafts.moment_kept(KEPT, author="wearer"))

    moment = journal.fold().moment

    assert moment is not None
    assert (moment.words, moment.text, moment.sound) == ("awaited", "", "aa" * 32)
    assert journal.fold().passages == ()


def test_its_words_come_with_the_transcript(journal: Journal, spoken: Transcript) -> None:
    journal.add(drafts.moment_kept(KEPT, author="wearer"))
    journal.add(drafts.moment_transcribed(MOMENT, spoken, revision=0))

    folded = journal.fold()

    assert folded.moment is not None
    assert (folded.moment.words, folded.moment.text) == ("words", "pill box")
    assert [(p.text, p.speaker) for p in folded.passages] == [("pill box", "Anna")]
    assert folded.passages[0].date_words.startswith("Monday 21 September 2026")


@pytest.mark.parametrize(
    ("transcript", "standing"), [(Transcript("", model="w"), "no_words"), (None, "failed")]
)
def test_a_clip_without_words_says_which_way(
    journal: Journal, transcript: Transcript | None, standing: str
) -> None:
    journal.add(drafts.moment_kept(KEPT, author="wearer"))
    journal.add(drafts.moment_transcribed(MOMENT, transcript, revision=0))

    moment = journal.fold().moment

    assert moment is not None
    assert moment.words == standing


def test_a_moment_carries_its_language_and_the_one_that_got_no_words(journal: Journal) -> None:
    journal.add(drafts.moment_kept(KEPT, author="wearer"))
    heard = Transcript("pill", model="w", language="en", other_language="pt")
    journal.add(drafts.moment_transcribed(MOMENT, heard, revision=0))

    moment = journal.fold().moment

    assert moment is not None
    assert (moment.language, moment.other_language) == ("en", "pt")


def test_a_passage_knows_what_was_heard_where_a_name_stands_in_it(journal: Journal) -> None:
    words = (
        Word("Niamh", 0, 100, 0.3, alternative="Neve"),
        Word("met", 100, 200, 0.9),
        Word("Niamh", 200, 300, 0.9),
        Word("Radulescu.", 300, 400, 0.3, alternative="Radhu will ask"),
    )
    text = "Niamh met Niamh Radulescu."
    cuts = (PassageCut(0, 9, 0, 200), PassageCut(10, len(text), 200, 400))
    journal.add(drafts.moment_kept(KEPT, author="wearer"))
    journal.add(drafts.moment_transcribed(MOMENT, Transcript(text, words, "w"), revision=0))
    assert [p.heard_as for p in journal.fold().passages] == ["Neve Radhu will ask"]

    vectors = encoded(np.eye(2, 4, dtype=np.float32))
    journal.add(drafts.moment_embedded(MOMENT, Embedding("fake", cuts, vectors)))

    assert [p.heard_as for p in journal.fold().passages] == ["Neve", "Radhu will ask"]


def test_the_embedding_says_where_the_passages_are(journal: Journal, spoken: Transcript) -> None:
    cuts = (PassageCut(0, 4, 0, 300), PassageCut(5, 8, 320, 640))
    embedding = Embedding("fake", cuts, encoded(np.eye(2, 4, dtype=np.float32)))
    journal.add(drafts.moment_kept(KEPT, author="wearer"))
    journal.add(drafts.moment_transcribed(MOMENT, spoken, revision=0))
    journal.add(drafts.moment_embedded(MOMENT, embedding))

    passages = journal.fold().passages

    assert [(p.text, p.start_ms) for p in passages] == [("pill", 0), ("box", 320)]
    assert [np.frombuffer(p.vector or b"", "<f2").tolist() for p in passages] == [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
    ]


def revised(revision: int, sha256: str) -> Draft:
    sound = Sound(sha256, "bb" * 32, 1000, 16_000)
    kept = Kept(MOMENT, "file", RECORDED, revision=revision, duration_ms=revision * 9, sound=sound)
    return drafts.clip_revised(kept, author="wearer")


def test_the_highest_revision_is_the_clip_and_keeps_who_spoke(journal: Journal) -> None:
    journal.add(drafts.moment_kept(KEPT, author="wearer"))
    journal.add(revised(2, "cc" * 32))
    journal.add(revised(1, "dd" * 32))

    moment = journal.fold().moment

    assert moment is not None
    assert (moment.revision, moment.duration_ms, moment.sound) == (2, 18, "cc" * 32)
    assert moment.speaker == "Anna"


def test_what_was_heard_of_an_earlier_revision_counts_no_more(
    journal: Journal, spoken: Transcript
) -> None:
    journal.add(drafts.moment_kept(KEPT, author="wearer"))
    journal.add(drafts.moment_transcribed(MOMENT, spoken, revision=0))
    journal.add(revised(1, "cc" * 32))

    moment = journal.fold().moment
    assert moment is not None
    assert (moment.words, moment.text) == ("awaited", "")
    assert journal.fold().passages == ()


def test_passages_of_an_earlier_revision_count_no_more(
    journal: Journal, spoken: Transcript
) -> None:
    cuts = (PassageCut(0, 4, 0, 300), PassageCut(5, 8, 320, 640))
    embedding = Embedding("fake", cuts, encoded(np.eye(2, 4, dtype=np.float32)))
    journal.add(drafts.moment_kept(KEPT, author="wearer"))
    journal.add(drafts.moment_transcribed(MOMENT, spoken, revision=0))
    journal.add(drafts.moment_embedded(MOMENT, embedding))
    journal.add(revised(1, "cc" * 32))
    journal.add(drafts.moment_transcribed(MOMENT, spoken, revision=1))

    (whole,) = journal.fold().passages
    assert (whole.text, whole.start_ms, whole.end_ms, whole.vector) == ("pill box", None, 9, None)

    journal.add(drafts.moment_embedded(MOMENT, embedding, revision=1))
    assert [each.text for each in journal.fold().passages] == ["pill", "box"]


@pytest.mark.parametrize(
    ("acts", "state"),
    [
        ("", "visible"),
        ("h", "hidden"),
        ("hr", "visible"),
        ("hu", "visible"),
        ("huu", "hidden"),
        ("k", "hidden"),
        ("ku", "visible"),
        ("kuu", "hidden"),
        ("kr", "visible"),
        ("hrk", "hidden"),
    ],
)
def test_the_last_act_that_counts_decides_what_is_seen(
    journal: Journal, acts: str, state: str
) -> None:
    """h hides, r restores, k takes the keep back, u undoes the act before."""
    kept = last = journal.add(drafts.moment_kept(KEPT, author="wearer"))
    for act in acts:
        if act == "h":
            last = journal.add(drafts.moment_hidden(MOMENT, author="wearer"))
        elif act == "r":
            last = journal.add(drafts.moment_restored(MOMENT, author="wearer"))
        else:
            last = journal.undo(kept if act == "k" else last)

    moment = journal.fold().moment

    assert moment is not None
    assert moment.state == state


def test_a_forgotten_moment_has_no_row(journal: Journal) -> None:
    journal.add(drafts.moment_kept(KEPT, author="wearer"))
    journal.add(drafts.moment_forgotten(MOMENT, here=False, author="wearer"))

    assert journal.fold() == Folded(forgotten=True)


def test_the_order_of_arrival_does_not_matter(journal: Journal, spoken: Transcript) -> None:
    kept = journal.add(drafts.moment_kept(KEPT, author="wearer"))
    journal.add(drafts.moment_transcribed(MOMENT, spoken, revision=0))
    journal.add(drafts.moment_hidden(MOMENT, author="wearer"))
    journal.undo(journal.events[-1])
    journal.undo(kept)
    expected = journal.fold()

    orders = list(itertools.permutations(journal.events))
    for order in random.Random(7).sample(orders, 40):
        assert fold(order, journal.contents) == expected


def test_kinds_and_versions_of_the_future_change_nothing(journal: Journal) -> None:
    journal.add(drafts.moment_kept(KEPT, author="wearer"))
    expected = journal.fold()
    journal.add(Draft("moment_sung", MOMENT, "agent", {"key": 3}))
    journal.add(Draft("moment_hidden", MOMENT, "agent", version=2))

    assert journal.fold() == expected
