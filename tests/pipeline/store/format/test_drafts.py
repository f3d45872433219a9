"""What each kind of event says: the format of a payload, for good."""

import json
from dataclasses import replace

import numpy as np
import pytest

from core.clock import Recorded
from core.facts import Fact
from core.moment import Reference, Transcript
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Embedding, Kept, PassageCut, Sound
from pipeline.store.format.events import FIRST_PREVIOUS_HASH, Draft, Event, Place, place_event
from pipeline.store.passage_columns.vectors import encoded

AT = Recorded(1_790_000_000_000, 60, "boot", 5_000, "clock")
LATER = Recorded(1_790_000_003_000, 60, "boot", 8_000, "clock")
TOLD = {
    "at_ms": 1_790_000_000_000,
    "utc_offset_min": 60,
    "boot": "boot",
    "boottime_ms": 5_000,
    "from": "clock",
}
SOUND = Sound("aa" * 32, "bb" * 32, 1_000, 16_000)


def placed(draft: Draft) -> Event:
    return place_event(draft, Place("ab" * 8, 1, 1, FIRST_PREVIOUS_HASH), None)


def test_a_keep_says_how_and_when_and_what_hangs_off_it_is_apart() -> None:
    kept = Kept(
        "00aa-1600", "press", AT, ("held",), sound=SOUND, transcript=Transcript("pill"),
        speaker="Anna", reference=Reference("chat", "7"),
    )  # fmt: skip

    draft = drafts.moment_kept(kept, author="wearer")

    assert draft.payload == {
        "how": "press",
        "reasons": ["held"],
        "stream": "00aa",
        "position": 1600,
        "revision": 0,
        "recorded": TOLD,
        "duration_ms": None,
    }
    assert [each.kind for each in draft.belongings] == [
        "sound", "transcript", "speaker", "reference",
    ]  # fmt: skip
    assert draft.belongings[2].content == b"Anna"
    assert json.loads(draft.belongings[3].content) == {
        "source": "chat",
        "ref": "7",
        "line": None,
        "folder": None,
    }


def test_what_is_not_known_of_a_moment_hangs_off_nothing() -> None:
    assert drafts.moment_kept(Kept("00aa-0", "typed", AT), author="wearer").belongings == ()


def test_a_revision_brings_its_sound() -> None:
    kept = Kept("00aa-0", "press", AT, revision=2, duration_ms=9, sound=SOUND)

    draft = drafts.clip_revised(kept, author="wearer")

    assert draft.payload == {"revision": 2, "recorded": TOLD, "duration_ms": 9}
    assert json.loads(draft.belongings[0].content)["sha256"] == SOUND.sha256


def test_vectors_are_of_the_first_revision_unless_they_say_so() -> None:
    embedding = Embedding("fake", (PassageCut(0, 4, None, None),), (bytes(8),))

    assert drafts.moment_embedded("00aa-0", embedding).payload == {}
    assert drafts.moment_embedded("00aa-0", embedding, revision=1).payload == {"revision": 1}


@pytest.mark.parametrize(
    ("transcript", "outcome", "hanging"),
    [(Transcript("pill"), "words", 1), (Transcript(""), "no_words", 1), (None, "failed", 0)],
)
def test_what_hearing_came_to(transcript: Transcript | None, outcome: str, hanging: int) -> None:
    draft = drafts.moment_transcribed("00aa-0", transcript, revision=1)

    assert draft.payload == {"revision": 1, "outcome": outcome}
    assert draft.author == "pipeline"
    assert len(draft.belongings) == hanging


def test_words_read_back_as_they_were_written(spoken: Transcript) -> None:
    assert drafts.read_transcript(drafts.transcript_belonging(spoken).content) == spoken


def test_the_languages_of_words_read_back(spoken: Transcript) -> None:
    heard = replace(spoken, language="de", other_language="pt")

    assert drafts.read_transcript(drafts.transcript_belonging(heard).content) == heard


def test_words_of_a_version_that_knew_no_languages_are_read(spoken: Transcript) -> None:
    content = json.loads(drafts.transcript_belonging(spoken).content)
    del content["language"], content["other_language"]

    assert drafts.read_transcript(json.dumps(content).encode()) == spoken


def test_what_was_heard_instead_of_a_word_reads_back(spoken: Transcript) -> None:
    first, *rest = spoken.words
    heard = replace(spoken, words=(replace(first, alternative="peel box"), *rest))

    assert drafts.read_transcript(drafts.transcript_belonging(heard).content) == heard


def test_words_without_an_alternative_are_written_as_before(spoken: Transcript) -> None:
    content = json.loads(drafts.transcript_belonging(spoken).content)

    assert "alternative" not in content["words"]


@pytest.mark.parametrize("damaged", [None, [], "pill box"])
def test_damaged_words_are_damage(spoken: Transcript, damaged: object) -> None:
    content = json.loads(drafts.transcript_belonging(spoken).content)
    content["words"] = damaged

    assert drafts.read_transcript(json.dumps(content).encode()) is None


@pytest.mark.parametrize("damaged", [[1], ["one too many"] * 9, "peel box"])
def test_a_damaged_alternative_is_damage(spoken: Transcript, damaged: object) -> None:
    content = json.loads(drafts.transcript_belonging(spoken).content)
    content["words"]["alternative"] = damaged

    assert drafts.read_transcript(json.dumps(content).encode()) is None


def test_passages_read_back_with_their_vectors() -> None:
    cuts = (PassageCut(0, 4, 0, 300), PassageCut(5, 8, None, None))
    vectors = encoded(np.eye(2, 3, dtype=np.float32))

    embedding = Embedding("fake", cuts, vectors)

    content = drafts.embedding_belonging(embedding).content

    assert drafts.read_embedding(content) == embedding


def test_a_gap_that_clocks_measured_says_its_end_and_its_length() -> None:
    fact = Fact("gap_found", "00aa", 7, AT, {"reason": "stopped", "estimated": True}, LATER)

    payload = drafts.fact_noted(fact, author="capture").payload

    assert (payload["stream"], payload["position"], payload["samples"]) == ("00aa", 7, None)
    assert payload["recorded"] == TOLD
    assert payload["ended"]["boottime_ms"] == 8_000
    assert payload["duration_ms"] == 3_000


def test_a_length_that_is_known_better_stays() -> None:
    details = {"reason": "stopped", "estimated": True, "duration_ms": 2_500}
    fact = Fact("gap_found", "00aa", 7, AT, details, LATER)  # type: ignore[arg-type]

    assert drafts.fact_noted(fact, author="capture").payload["duration_ms"] == 2_500


def test_a_step_of_the_clock_is_of_no_stream() -> None:
    fact = Fact("clock_stepped", "", 0, AT, {"source": "step"})

    assert drafts.fact_noted(fact, author="capture").payload == {
        "source": "step",
        "moved_ms": None,
        "recorded": TOLD,
    }


@pytest.mark.parametrize(
    "fact",
    [
        Fact("pause_began", "00aa", 7, AT, {"by": "page"}),
        Fact("clock_stepped", "", 0, AT, {"source": "step"}),
    ],
)
def test_an_event_tells_the_fact_that_it_came_of_and_no_other(fact: Fact) -> None:
    event = placed(drafts.fact_noted(fact, author="capture"))

    assert drafts.tells(event, fact)
    for other in (
        Fact("pause_ended", "00aa", 7, AT, {"by": "page"}),
        Fact("pause_began", "00aa", 8, AT, {"by": "page"}),
        Fact("pause_began", "00bb", 7, AT, {"by": "page"}),
        Fact("clock_stepped", "", 0, LATER, {"source": "step"}),
    ):
        assert not drafts.tells(event, other)
