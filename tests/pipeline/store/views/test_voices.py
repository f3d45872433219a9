"""Who speaks when in a moment, and by what name, as the fold has it."""

import json

import pytest

from core.moment import Transcript, VoiceTurn
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept, Refined
from pipeline.store.format.voice_drafts import Turns, voice_enrolled, voice_named, with_turns
from pipeline.store.views.moment_fold import MomentRow
from tests.pipeline.store.format.test_voice_drafts import PRINT
from tests.pipeline.store.views.test_moment_fold import KEPT, MOMENT, RECORDED, SOUND, Journal

TURNS = Turns((VoiceTurn(0, 300, "A"), VoiceTurn(320, 640, "wearer")), "ge2e")


@pytest.fixture
def journal(spoken: Transcript) -> Journal:
    made = Journal()
    made.add(drafts.moment_kept(KEPT, author="wearer"))
    made.add(with_turns(drafts.moment_transcribed(MOMENT, spoken, revision=0), TURNS))
    return made


def row(journal: Journal) -> MomentRow:
    moment = journal.fold().moment
    assert moment is not None
    return moment


def names(journal: Journal) -> dict[str, str]:
    voices = row(journal).voices
    return {} if voices is None else json.loads(voices)


def test_a_moment_names_the_belonging_that_says_who_speaks(journal: Journal) -> None:
    turns = row(journal).turns

    assert turns is not None
    assert b'"voice": ["A", "wearer"]' in journal.contents[turns]
    assert names(journal) == {}


def test_a_moment_whose_voices_were_not_told_apart_has_neither(spoken: Transcript) -> None:
    plain = Journal()
    plain.add(drafts.moment_kept(KEPT, author="wearer"))
    plain.add(drafts.moment_transcribed(MOMENT, spoken, revision=0))
    plain.add(voice_named(MOMENT, "A", "Bert", revision=0))

    assert (row(plain).turns, row(plain).voices) == (None, None)


def test_a_voice_has_the_last_name_that_it_was_given(journal: Journal) -> None:
    journal.add(voice_named(MOMENT, "A", "Bert", revision=0))
    journal.add(voice_named(MOMENT, "A", "Bärbel", revision=0))

    assert names(journal) == {"A": "Bärbel"}


def test_an_undo_gives_a_voice_the_name_from_before(journal: Journal) -> None:
    journal.add(voice_named(MOMENT, "A", "Bert", revision=0))
    second = journal.add(voice_named(MOMENT, "A", "Bärbel", revision=0))
    undo = journal.undo(second)

    assert names(journal)["A"] == "Bert"

    journal.undo(undo)
    assert names(journal)["A"] == "Bärbel"


def test_better_words_leave_the_voices_as_they_are(journal: Journal) -> None:
    before = row(journal).turns
    better = Refined(Transcript("pill boxes", model="small"), None)
    journal.add(drafts.moment_refined(MOMENT, "small", revision=0, better=better))

    assert row(journal).turns == before


def test_a_revised_clip_has_other_voices(journal: Journal, spoken: Transcript) -> None:
    journal.add(voice_named(MOMENT, "A", "Bert", revision=0))
    longer = Kept(MOMENT, "press", RECORDED, revision=1, duration_ms=2000, sound=SOUND)
    journal.add(drafts.clip_revised(longer, author="wearer"))
    journal.add(drafts.moment_transcribed(MOMENT, spoken, revision=1))

    assert (row(journal).turns, row(journal).voices) == (None, None)


def test_an_enrolment_is_no_moment() -> None:
    journal = Journal()
    journal.add(voice_enrolled("voice-00", PRINT))

    folded = journal.fold()
    assert (folded.moment, folded.interval, folded.forgotten) == (None, None, False)
