"""Capture's facts: durable in the spool, one event each, read back as sentences."""

import dataclasses
import json
from types import MappingProxyType

import pytest

from core.clock import Recorded
from core.facts import Detail, Fact, FactKind, passed_over
from pipeline.commands.event_sentences import event_sentence
from pipeline.spool.formats import read_fact
from pipeline.spool.opening import LetterBroken
from pipeline.spool.spool import Spool
from pipeline.store.format.events import Event
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.store.views.interval_fold import read_passed
from pipeline.worker.worker import Worker

BEGAN = Recorded(1_790_000_000_000, 60, "b", 5_000, "clock")
ENDED = Recorded(1_790_000_060_000, 60, "b", 65_000, "clock")


def fact(
    kind: FactKind = "gap_found", position: int = 7, when: Recorded = BEGAN, **details: Detail
) -> Fact:
    return Fact(kind, "ab" * 8, position, when, details)


LOST = fact(reason="overflow", samples=48_000, duration_ms=3_000, estimated=True)
STOPPED = dataclasses.replace(fact(reason="stopped", estimated=False), ended=ENDED)
PASSED = passed_over(
    "ab" * 8,
    7,
    BEGAN,
    duration_ms=60_000,
    counts={"unclear": 1, "too_short": 2},
    spans=[(0, 900, "too_short"), (9_000, 4_000, "unclear")],
)
CUT = dataclasses.replace(STOPPED, ended=dataclasses.replace(ENDED, boot="next"))


async def events(worker: Worker) -> list[Event]:
    """The facts of the journal, oldest first."""
    async with open_archive_to_read(worker.spool.folder.parent) as archive:
        found = (await archive.latest_events(1000))[::-1]
    return [event for event in found if event.kind != "origin_began"]


@pytest.mark.parametrize("posted", [LOST, STOPPED, PASSED])
def test_a_fact_comes_out_as_it_was_posted(spool: Spool, posted: Fact) -> None:
    path = spool.post_fact(posted)

    assert path.name == f"{posted.id}.fact"
    assert read_fact(path) == posted


def test_details_may_be_any_mapping(spool: Spool) -> None:
    frozen = dataclasses.replace(LOST, details=MappingProxyType(dict(LOST.details)))

    assert read_fact(spool.post_fact(frozen)).details == LOST.details


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        {"kind": "song_sung"},
        {"details": {"samples": 1.5}},
        {"details": {"why": {"deep": 1}}},
        {"details": [1]},
        {"recorded": None},
        {"recorded": {"when": 1}},
        {"ended": 5},
    ],
)
def test_a_fact_that_is_none_is_told_apart(
    spool: Spool, content: bytes | dict[str, object]
) -> None:
    path = spool.post_fact(LOST)
    if isinstance(content, dict):
        content = json.dumps(json.loads(path.read_bytes()) | content).encode()
    path.write_bytes(content)

    with pytest.raises(LetterBroken):
        read_fact(path)


async def test_a_fact_becomes_one_event_by_capture(worker: Worker, spool: Spool) -> None:
    spool.post_fact(LOST)

    await worker.drain()

    (event,) = await events(worker)
    assert (event.author, event.kind, event.subject) == ("capture", "gap_found", LOST.id)
    assert event.payload == {
        "stream": "ab" * 8,
        "position": 7,
        "recorded": {
            "at_ms": 1_790_000_000_000,
            "utc_offset_min": 60,
            "boot": "b",
            "boottime_ms": 5_000,
            "from": "clock",
        },
        "reason": "overflow",
        "samples": 48_000,
        "duration_ms": 3_000,
        "estimated": True,
        "uncertain_ms": None,
        "ended": None,
    }
    assert list(spool.folder.iterdir()) == []


@pytest.mark.parametrize(
    "posted",
    [
        LOST,
        STOPPED,
        fact("pause_began", by="button"),
        fact("pause_ended", by="page"),
        fact("clock_stepped", source="step"),
        PASSED,
    ],
)
async def test_a_fact_that_is_posted_again_is_noted_once(
    worker: Worker, spool: Spool, posted: Fact
) -> None:
    for _ in range(2):
        spool.post_fact(posted)
        await worker.drain()

    assert len(await events(worker)) == 1
    async with open_archive_to_read(spool.folder.parent) as archive:
        rows = [*await archive.intervals(), *await archive.passed_over()]
        assert (len(rows) == 1) == (posted.kind != "clock_stepped")


async def test_what_was_passed_over_is_no_missing_sound(worker: Worker, spool: Spool) -> None:
    spool.post_fact(PASSED)
    await worker.drain()

    async with open_archive_to_read(spool.folder.parent) as archive:
        assert await archive.intervals() == []
        (row,) = await archive.passed_over()
    assert read_passed(row).counts == {"too_short": 2, "unclear": 1}


async def test_both_ends_of_a_pause_and_each_step_of_a_boots_clock_are_noted(
    worker: Worker, spool: Spool
) -> None:
    spool.post_fact(fact("pause_began", by="button", for_s=900))
    spool.post_fact(fact("pause_ended", by="timer", when=ENDED))
    spool.post_fact(fact("clock_stepped", source="step"))
    spool.post_fact(fact("clock_stepped", source="step", when=ENDED))

    await worker.drain()

    subjects = [event.subject for event in await events(worker)]
    assert sorted(subjects) == ["ab" * 8 + "-7-pause"] * 2 + ["boot:b"] * 2
    async with open_archive_to_read(spool.folder.parent) as archive:
        assert [row.duration_ms for row in await archive.intervals()] == [60_000]


async def test_facts_go_before_what_takes_longer(worker: Worker, spool: Spool) -> None:
    spool.post_texts("batch", [])
    spool.post_fact(LOST)

    assert [letter.kind for letter in spool.waiting()] == ["fact", "texts"]
    assert worker.status()["waiting"] == 1
    assert spool.waiting_count() == 1


async def test_a_broken_fact_is_set_aside(worker: Worker, spool: Spool) -> None:
    spool.post_fact(LOST).write_bytes(b"nonsense")

    await worker.drain()

    assert [each.path.name for each in spool.aside()] == [f"{LOST.id}.fact"]
    assert await events(worker) == []


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        (LOST, "3 s of sound were lost: the sound system could not keep up (estimated)."),
        (STOPPED, "1 min of sound were lost: capture was not running."),
        (CUT, "Sound was lost: capture was not running."),
        (
            fact(reason="stopped", duration_ms=3_600_000, estimated=False, uncertain_ms=300_000),
            "1 h of sound were lost: capture was not running. It may have begun up to 5 min later.",
        ),
        (fact("pause_began", by="button", for_s=900), "A pause for 15 min began, by the button."),
        (fact("pause_began", by="switch"), "A pause began, by the switch."),
        (fact("pause_ended", by="timer"), "The pause ended, because its time was over."),
        (
            fact("clock_stepped", source="step", moved_ms=10_800_000),
            "The clock was set 3 h forward.",
        ),
        (fact("clock_stepped", source="step", moved_ms=-5_000), "The clock was set 5 s back."),
        (
            fact("clock_stepped", source="step"),
            "The clock was set for the first time since the start.",
        ),
        (
            fact("clock_stepped", source="visitor", moved_ms=10_800_000),
            "A visitor brought the time: this machine's clock was 3 h behind.",
        ),
        (
            fact("clock_stepped", source="visitor"),
            "A visitor brought the time, which was not known.",
        ),
        (
            PASSED,
            (
                "3 utterances were passed over in 1 min: it was too short to say much (2), "
                "no voice was clear in it (1)."
            ),
        ),
    ],
)
async def test_a_fact_is_read_back_as_a_sentence(
    worker: Worker, spool: Spool, posted: Fact, sentence: str
) -> None:
    spool.post_fact(posted)
    await worker.drain()

    (event,) = await events(worker)
    assert event_sentence(event) == sentence


async def test_an_archive_with_facts_is_whole(worker: Worker, spool: Spool) -> None:
    for posted in (
        LOST,
        STOPPED,
        fact("pause_began", by="page"),
        fact("clock_stepped", source="step"),
        PASSED,
    ):
        spool.post_fact(posted)
    await worker.drain()

    assert (await worker._archive.check()).problems == []
