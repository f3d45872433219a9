"""One damaged event or belonging is told from what makes sense; nothing raises over it."""

import json
from dataclasses import replace

import pytest

from core.clock import Recorded
from core.facts import Detail, Fact, passed_over
from core.moment import Reference, Transcript
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Embedding, Kept, PassageCut, Sound
from pipeline.store.format.events import Belonging, Draft, Event, Place, place_event
from pipeline.store.format.readable import (
    UNREADABLE,
    has_its_types,
    json_object,
    readable_event,
    texts_of,
)

AT = Recorded(1_790_000_000_000, 120, "boot", 5, "clock")
MOMENT = "00000000000000aa-7"
SOUND = Sound("ab" * 32, "cd" * 32, 4, 16_000)
EMBEDDING = Embedding("m", (PassageCut(0, 3, None, None),), (b"\x00\x3c\x00\x00",))
GAP: dict[str, Detail] = {"reason": "overflow", "duration_ms": 5, "estimated": True}
PASSED = passed_over("00bb", 7, AT, duration_ms=5, counts={"unclear": 1}, spans=[(0, 5, "unclear")])
KEPT = Kept(
    MOMENT,
    "press",
    AT,
    duration_ms=9,
    sound=SOUND,
    transcript=Transcript("the siren"),
    reference=Reference("notes.txt", line=3),
)

DRAFTS = (
    drafts.moment_kept(KEPT, author="wearer"),
    drafts.clip_revised(replace(KEPT, revision=1), author="wearer"),
    drafts.moment_transcribed(MOMENT, Transcript("the siren"), revision=0),
    drafts.moment_embedded(MOMENT, EMBEDDING),
    drafts.act_undone(MOMENT, "00aa", 3, author="wearer"),
    drafts.fact_noted(Fact("gap_found", "00bb", 7, AT, GAP), author="capture"),
    drafts.fact_noted(Fact("pause_began", "00bb", 7, AT, {"by": "page"}), author="capture"),
    drafts.fact_noted(Fact("pause_ended", "00bb", 7, AT, {"by": "page"}), author="capture"),
    drafts.fact_noted(Fact("clock_stepped", "", 0, AT, {"source": "step"}), author="capture"),
    drafts.fact_noted(PASSED, author="capture"),
)
BY_KIND_ALONE = (
    drafts.moment_hidden(MOMENT, author="wearer"),
    drafts.moment_restored(MOMENT, author="wearer"),
    drafts.moment_forgotten(MOMENT, here=False, author="wearer"),
)


def placed(draft: Draft) -> Event:
    return place_event(draft, Place("00aa", 4, 9, bytes(32)), 1)


def without(event: Event, name: str) -> Event:
    payload = {key: value for key, value in event.payload.items() if key != name}
    return replace(event, payload_text=json.dumps(payload))


def with_other(event: Event, name: str, value: object) -> Event:
    return replace(event, payload_text=json.dumps({**event.payload, name: value}))


@pytest.mark.parametrize("draft", [*DRAFTS, *BY_KIND_ALONE], ids=lambda draft: draft.kind)
def test_what_we_write_is_read_as_it_is(draft: Draft) -> None:
    assert readable_event(placed(draft)) == placed(draft)


@pytest.mark.parametrize(
    ("draft", "name"),
    [(draft, name) for draft in DRAFTS for name in draft.payload],
    ids=lambda part: part.kind if isinstance(part, Draft) else part,
)
def test_an_event_with_a_damaged_field_is_left_out(draft: Draft, name: str) -> None:
    event = placed(draft)

    for damaged in (without(event, name), with_other(event, name, {"a": 1.5})):
        assert readable_event(damaged).kind == UNREADABLE
        assert readable_event(damaged).payload == {}


def test_what_a_note_is_about_is_an_id_or_the_note_is_left_out() -> None:
    note = placed(drafts.moment_kept(replace(KEPT, about="00000000000000aa-0"), author="wearer"))

    assert readable_event(note) == note
    assert readable_event(with_other(note, "about", {"a": 1.5})).kind == UNREADABLE
    assert readable_event(with_other(note, "about", None)).kind == UNREADABLE


@pytest.mark.parametrize("draft", DRAFTS, ids=lambda draft: draft.kind)
def test_an_event_whose_payload_is_no_json_is_left_out(draft: Draft) -> None:
    broken = replace(placed(draft), payload_text=placed(draft).payload_text[1:])

    assert readable_event(broken).kind == UNREADABLE


@pytest.mark.parametrize("draft", BY_KIND_ALONE, ids=lambda draft: draft.kind)
def test_what_needs_no_payload_counts_without_one(draft: Draft) -> None:
    read = readable_event(replace(placed(draft), payload_text='{"here":fa'))

    assert (read.kind, read.payload) == (draft.kind, {})


@pytest.mark.parametrize("draft", [DRAFTS[0], *DRAFTS[5:8]], ids=lambda draft: draft.kind)
def test_an_event_under_the_name_of_another_subject_is_left_out(draft: Draft) -> None:
    other = replace(placed(draft), subject="1" + draft.subject[1:])

    assert readable_event(other).kind == UNREADABLE


def test_an_event_of_a_newer_version_is_left_as_it_is() -> None:
    newer = replace(placed(DRAFTS[0]), version=2, payload_text='{"how":7}')
    unknown = replace(newer, version=1, kind="moment_dreamt")

    assert readable_event(newer) == newer
    assert readable_event(unknown) == unknown


def test_a_belonging_that_an_event_names_badly_makes_it_unreadable() -> None:
    for entry in ("sound", {"id": "a"}, {"id": "a", "kind": 1, "commitment": "c"}):
        event = with_other(placed(DRAFTS[0]), "belongings", [entry])
        assert readable_event(event).kind == UNREADABLE


def test_a_column_of_another_type_is_seen() -> None:
    event = placed(DRAFTS[0])

    assert has_its_types(event)
    assert has_its_types(replace(event, at_ms=None))
    assert not has_its_types(replace(event, subject=None))  # type: ignore[arg-type]
    assert not has_its_types(replace(event, hash="text"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"[]",
        b'{"a":',
        b'{"a":"\xff"}',
        b'{"a":"\xed\xb0\x80"}',
        b'{"a":"\\udead"}',
        "[" * 9999,
    ],
    ids=["empty", "list", "cut", "no text", "half a character", "half escaped", "deep"],
)
def test_what_is_no_json_object_of_text_is_none(stored: bytes | str) -> None:
    assert json_object(stored) is None


def test_damaged_reasons_are_no_reasons() -> None:
    assert texts_of('["everything"]') == ["everything"]
    assert [texts_of(each) for each in ('["every', "[7]", "{}", "")] == [[], [], [], []]


def belongings(draft: Draft) -> dict[str, Belonging]:
    return {each.kind: each for each in draft.belongings}


def test_every_cut_of_a_belonging_is_none() -> None:
    kept = belongings(DRAFTS[0])
    content = belongings(DRAFTS[3])["embedding"].content

    for end in range(1, 20):
        assert drafts.read_transcript(kept["transcript"].content[:-end]) is None
        assert drafts.read_sound(kept["sound"].content[:-end]) is None
        assert drafts.read_reference(kept["reference"].content[:-end]) is None
        assert drafts.read_embedding(content[:-end]) is None
    assert drafts.read_sound(kept["sound"].content) == SOUND
    assert drafts.read_reference(kept["reference"].content) == Reference("notes.txt", line=3)


def test_a_number_where_another_kind_belongs_is_none(spoken: Transcript) -> None:
    content = drafts.transcript_belonging(spoken).content

    assert drafts.read_transcript(content.replace(b"320", b"3.0")) is None
    assert drafts.read_transcript(content.replace(b'"pill box"', b"7")) is None
    assert drafts.read_transcript(content.replace(b"[0,320]", b"[0]")) is None
    assert drafts.read_sound(belongings(DRAFTS[0])["sound"].content.replace(b"ab", b"aw")) is None
