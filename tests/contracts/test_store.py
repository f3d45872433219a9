"""What every kind of archive does with moments, events and acts; seen by a second reader."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from core.clock import Recorded
from core.errors import NotFound
from core.facts import Fact
from core.moment import Reference, Transcript, Word
from pipeline.store import acts
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept, Sound
from pipeline.store.port import Forgotten, Period
from pipeline.store.sound_files import MadeSound, sound_files
from pipeline.store.tombstones import write_tombstones
from tests.contracts.stores import AT, Both, embedded, imported, typed

MOMENT = "00000000000000aa-1600"
SPOKEN = Transcript("pill box", (Word("pill", 0, 300, 0.9), Word("box", 320, 640, 0.4)), "m", -0.3)


def later(by_ms: int) -> Recorded:
    assert AT.at_ms is not None
    return replace(AT, at_ms=AT.at_ms + by_ms)


def made(home: Path, content: bytes) -> MadeSound:
    part = home / "sound" / "a.part"
    part.parent.mkdir(exist_ok=True)
    part.write_bytes(content)
    return MadeSound(part, hashlib.sha256(content).hexdigest())


def clip(content: bytes, revision: int = 0) -> Kept:
    sha256 = hashlib.sha256(content).hexdigest()
    sound = Sound(sha256, sha256, len(content), 16_000)
    return Kept(MOMENT, "press", AT, revision=revision, duration_ms=1_000, sound=sound)


async def test_what_is_appended_is_there_for_others(store: Both) -> None:
    await store.keep("the siren")
    await store.keep("the pill box")

    assert await store.texts() == ["the siren", "the pill box"]
    assert (await store.archive.check()).problems == []


async def test_an_empty_archive_has_nothing_and_no_origin(store: Both) -> None:
    assert await store.reader.moments(hidden=True) == []
    assert await store.reader.intervals() == []
    assert await store.reader.latest_events(9) == []
    assert await store.reader.origin() is None
    assert await store.reader.find_moment(MOMENT) is None


async def test_several_moments_are_found_by_their_ids_and_others_left_out(store: Both) -> None:
    boat, pump, _ = [await store.keep(text) for text in ("the boat", "the pump", "a bus")]

    found = await store.reader.find_moments([pump, MOMENT, boat])

    assert {moment: row.text for moment, row in found.items()} == {
        boat: "the boat",
        pump: "the pump",
    }


async def test_a_moment_of_no_known_time_is_found_while_it_is_seen(store: Both) -> None:
    await store.keep("the boat")
    timeless = Kept(drafts.new_moment_id(), "typed", Recorded(), transcript=Transcript("when?"))
    await store.archive.append(drafts.moment_kept(timeless, author="wearer"))

    seen = await store.reader.timeless()
    await store.archive.append(drafts.moment_hidden(timeless.id, author="wearer"))
    hidden = await store.reader.timeless()

    assert [row.id for row in seen] == [timeless.id]
    assert hidden == []


async def test_a_note_is_about_its_moment_until_either_is_gone(store: Both) -> None:
    moment, other = await store.keep("the boat"), await store.keep("the pump")
    first = await store.keep("sold by now", later(9), about=moment)
    second = await store.keep("and missed", later(5), about=moment)

    async def noted() -> list[str]:
        return [row.id for row in await store.reader.notes_about([moment, other])]

    assert await noted() == [first, second]
    assert (await store.reader.moment(first)).about == moment
    assert (await store.reader.moment(moment)).about is None

    await store.archive.rebuild()
    assert await noted() == [first, second]
    await acts.undo(store.archive)
    assert await noted() == [first]
    await acts.redo(store.archive)
    await store.archive.begin_forgetting([moment])
    assert await noted() == [first, second]
    assert await store.texts() == ["the pump", "and missed", "sold by now"]
    assert (await store.archive.check()).problems == []


STREAM = "3f1c9a4be2d07766"


async def test_a_moment_is_known_by_what_is_short_for_it_alone(store: Both) -> None:
    shorts = {
        f"{STREAM}-8": "3f1c9a4be-8",
        f"{STREAM}-84": "3f1c9a4be-84",
        "3f1c9a4bf0000000-0": "3f1c9a4bf",
        "9b2d11c07fe3a845-0": "9b2d11c0",
    }
    for moment in shorts:
        await store.keep("the siren", id=moment)

    assert await store.reader.short_ids([*shorts]) == shorts
    for moment, short in shorts.items():
        assert (await store.reader.moment(short)).id == moment
        assert (await store.reader.moment(moment)).id == moment
    assert await store.reader.short_ids(["no moment"]) == {"no moment": "no momen"}


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("3f", "'3f' may be any of 3f1c9a4b-8, 3f1c9a4b-84."),
        ("3f1c9a4b-", "'3f1c9a4b-' may be any of 3f1c9a4b-8, 3f1c9a4b-84."),
        ("9b2d", "There is no moment '9b2d'."),
        ("", "There is no moment ''."),
        ("5c1e", "The moment 5c1e was forgotten."),
    ],
)
async def test_what_means_no_one_moment_is_told_with_what_it_may_mean(
    store: Both, named: str, told: str
) -> None:
    for moment in (f"{STREAM}-8", f"{STREAM}-84", "5c1e77aa90b3d2f4-0"):
        await store.keep("the siren", id=moment)
    await store.archive.begin_forgetting(["5c1e77aa90b3d2f4-0"])

    with pytest.raises(NotFound) as raised:
        await store.reader.moment(named)

    assert raised.value.sentence == told


async def test_moments_stand_in_the_order_of_their_time(store: Both) -> None:
    for text, by_ms in (("third", 9), ("first", 0), ("second", 5), ("again", 5)):
        await store.keep(text, later(by_ms))

    assert await store.texts() == ["first", "second", "again", "third"]


async def test_without_a_time_boots_follow_one_another_and_within_one_its_clock(
    store: Both,
) -> None:
    said = (("b", "z", 900), ("a", "z", 500), ("d", "a", 80), ("c", "a", 7))
    for text, boot, boottime_ms in said:
        await store.keep(text, Recorded(boot=boot, boottime_ms=boottime_ms))
    await store.keep("no boot", Recorded())
    await store.keep("known")

    assert await store.texts() == ["known", "a", "b", "c", "d", "no boot"]


async def test_a_period_begins_with_its_first_instant_and_ends_before_its_last(
    store: Both,
) -> None:
    for by_ms in (0, 1, 2):
        await store.keep(f"after {by_ms}", later(by_ms))
    await store.keep("without a time", Recorded())

    first = later(1).at_ms
    rows = await store.reader.moments(Period(first, later(2).at_ms))

    assert [row.text for row in rows] == ["after 1"]
    assert len(await store.reader.moments(Period(since_ms=first))) == 2
    assert len(await store.reader.moments(Period(until_ms=first))) == 1


async def test_a_thought_is_stored_whole_or_not_at_all(store: Both) -> None:
    gone = await store.keep("soon gone")
    await store.archive.begin_forgetting([gone])
    half = drafts.moment_kept(typed("half"), author="wearer")

    with pytest.raises(Forgotten):
        await store.archive.append(half, drafts.moment_hidden(gone, author="wearer"))

    assert await store.texts(hidden=True) == []


async def test_a_moment_is_named_by_the_beginning_of_its_id(store: Both) -> None:
    moment = await store.keep("the siren")
    await store.keep("the pill box")

    assert (await store.reader.moment(moment[:12])).id == moment
    assert (await store.reader.moment(moment)).text == "the siren"
    with pytest.raises(NotFound, match="no moment 'zzz'"):
        await store.reader.moment("zzz")


async def test_a_forgotten_moment_is_known_by_nothing_but_its_tombstone(store: Both) -> None:
    moment = await store.keep("the siren", speaker="Anna")
    await store.archive.begin_forgetting([moment])

    assert await store.reader.is_forgotten(moment)
    assert await store.texts(hidden=True) == []
    assert await store.archive.apply_tombstones() == [moment]
    with pytest.raises(NotFound, match="was forgotten"):
        await store.reader.moment(moment)
    with pytest.raises(Forgotten):
        await store.archive.append(drafts.moment_hidden(moment, author="wearer"))


async def test_a_tombstone_of_what_never_was_here_is_no_event(store: Both, home: Path) -> None:
    await store.keep("the siren")
    write_tombstones(home, [MOMENT])

    assert await store.archive.apply_tombstones() == [MOMENT]

    assert await store.reader.events_of(MOMENT) == []


async def test_forgetting_twice_is_one_event(store: Both) -> None:
    moment = await store.keep("the siren")
    await store.archive.begin_forgetting([moment])
    await store.archive.begin_forgetting([moment])

    assert [e.kind for e in await store.reader.events_of(moment)] == [
        "moment_kept",
        "moment_forgotten",
    ]


async def test_an_imported_moment_is_found_by_where_it_came_from(store: Both) -> None:
    by_ref = await store.keep("one", **imported("chat", "7"))
    by_line = await store.keep("two", **imported("notes.jsonl", None, 7))
    await store.keep("three", reference=Reference("chat", "8"))

    async def found(*where: str | int | None) -> str | None:
        row = await store.reader.by_reference(Reference(*where))  # type: ignore[arg-type]
        return None if row is None else row.id

    assert await found("chat", "7") == by_ref
    assert await found("notes.jsonl", None, 7) == by_line
    assert await found("chat", "9") is None
    assert await found("chat", "8") is None  # a file that was kept is no import


async def test_the_words_come_when_they_were_heard(store: Both) -> None:
    await store.archive.append(drafts.moment_kept(clip(b"sound"), author="wearer"))
    row = await store.reader.moment(MOMENT)
    assert (row.words, await store.reader.transcript(row)) == ("awaited", None)

    await store.archive.append(drafts.moment_transcribed(MOMENT, SPOKEN, revision=0))

    row = await store.reader.moment(MOMENT)
    assert (row.words, await store.reader.transcript(row)) == ("words", SPOKEN)


async def test_what_the_models_failed_on_is_found(store: Both) -> None:
    bare, placed, failed, heard, hidden = [await store.keep("a note") for _ in range(5)]
    for moment in (placed, failed, heard):
        await store.archive.append(embedded(moment, (0, 6)))
    for moment, transcript in ((failed, None), (heard, None), (heard, Transcript("at last"))):
        kept = Kept(f"c{moment}", "file", AT, duration_ms=1)
        if await store.reader.find_moment(kept.id) is None:
            await store.archive.append(drafts.moment_kept(kept, author="wearer"))
        draft = drafts.moment_transcribed(kept.id, transcript, revision=0)
        await store.archive.append(draft)
    await store.archive.append(drafts.moment_hidden(hidden, author="wearer"))

    assert [row.id for row in await store.reader.lacking()] == [bare, f"c{failed}"]


async def test_sound_lies_at_its_hash_until_a_revision_takes_its_place(
    store: Both, home: Path
) -> None:
    first, second = clip(b"sound"), clip(b"longer sound", revision=1)
    assert first.sound is not None
    assert second.sound is not None
    kept = drafts.moment_kept(first, author="wearer")
    await store.archive.append(kept, sound=made(home, b"sound"))
    assert sound_files(home) == [first.sound.sha256]

    revised = drafts.clip_revised(second, author="wearer")
    await store.archive.append(revised, sound=made(home, b"longer sound"))

    assert sound_files(home) == [second.sound.sha256]
    assert (await store.archive.check()).problems == []


async def test_sound_stays_through_everything_but_a_revision(store: Both, home: Path) -> None:
    kept = drafts.moment_kept(clip(b"sound"), author="wearer")
    await store.archive.append(kept, sound=made(home, b"sound"))
    before = sound_files(home)

    await store.archive.append(drafts.moment_transcribed(MOMENT, SPOKEN, revision=0))
    await acts.hide(store.archive, await store.archive.moment(MOMENT))

    assert (await store.reader.moment(MOMENT)).sound == before[0]
    assert sound_files(home) == before
    assert (await store.archive.check()).problems == []


async def test_a_superseded_sound_that_another_moment_shares_stays(store: Both, home: Path) -> None:
    other = replace(clip(b"sound"), id=drafts.new_moment_id())
    for each in (clip(b"sound"), other):
        kept = drafts.moment_kept(each, author="wearer")
        await store.archive.append(kept, sound=made(home, b"sound"))

    revised = drafts.clip_revised(clip(b"longer sound", revision=1), author="wearer")
    await store.archive.append(revised, sound=made(home, b"longer sound"))

    assert len(sound_files(home)) == 2


async def test_sound_that_nothing_names_is_removed_with_the_remains(
    store: Both, home: Path
) -> None:
    kept = drafts.moment_kept(clip(b"sound"), author="wearer")
    await store.archive.append(kept, sound=made(home, b"sound"))
    await store.archive.erase_remains()
    assert len(sound_files(home)) == 1

    await store.archive.begin_forgetting([MOMENT])
    await store.archive.erase_remains()

    assert sound_files(home) == []


async def test_events_are_found_by_kind_author_origin_and_place(store: Both) -> None:
    moment = await store.keep("the siren")
    await store.archive.append(drafts.moment_hidden(moment, author="agent"))
    origin = await store.reader.origin() or ""

    kinds = [each.kind for each in await store.reader.latest_events(9)]
    assert kinds == ["moment_hidden", "moment_kept", "origin_began"]
    assert [e.kind for e in await store.reader.latest_events(1)] == ["moment_hidden"]
    assert [e.seq for e in await store.reader.latest_events(9, kind="moment_kept")] == [2]
    assert [e.seq for e in await store.reader.latest_events(9, authors=("agent",))] == [3]
    assert await store.reader.latest_events(9, origin="another") == []
    assert (await store.reader.event_at(origin, 3)) == (await store.reader.events_of(moment))[-1]
    assert await store.reader.event_at(origin, 4) is None


async def test_a_gap_is_an_interval_of_the_periods_that_it_reaches_into(store: Both) -> None:
    details = {"reason": "overflow", "duration_ms": 1_000, "estimated": True}
    gap = Fact("gap_found", "s", 7, AT, details)  # type: ignore[arg-type]
    await store.archive.append(drafts.fact_noted(gap, author="capture"))

    async def within(since: int | None, until: int | None) -> int:
        ends = [None if each is None else later(each).at_ms for each in (since, until)]
        return len(await store.reader.intervals(Period(*ends)))

    assert await within(None, None) == await within(999, None) == await within(None, 1) == 1
    assert await within(1_000, None) == await within(None, 0) == 0


async def test_a_better_time_of_a_boot_moves_what_it_recorded(store: Both) -> None:
    wrong = Recorded(1_000, 0, "boot", 500, "clock")
    moment = await store.keep("the siren", wrong)
    assert await store.reader.correction("boot") is None

    right = Recorded(AT.at_ms, 60, "boot", 700, "clock")
    step = Fact("clock_stepped", "", 0, right, {"source": "visitor"})
    await store.archive.append(drafts.fact_noted(step, author="pipeline"))

    correction = await store.reader.correction("boot")
    assert correction is not None
    assert (await store.reader.moment(moment)).at_ms == later(-200).at_ms


async def test_rebuilding_changes_nothing(store: Both) -> None:
    moments = [await store.keep(f"thought {number}", speaker="Anna") for number in range(5)]
    await acts.hide(store.archive, await store.archive.moment(moments[3]))
    await store.archive.begin_forgetting([moments[1]])
    before = await store.reader.moments(hidden=True)

    assert (await store.archive.rebuild()).subjects > 0

    assert await store.reader.moments(hidden=True) == before
    assert (await store.archive.check()).problems == []
