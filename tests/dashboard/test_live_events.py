"""Live events: those a page gets, those it missed, and what happens where too many watch."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask

from dashboard.context import Context
from dashboard.live_events import BACKLOG, Live, Stream
from device.capture.events import Taken
from pipeline.store.sqlite.archive import open_archive
from tests.dashboard.conftest import Diary
from tests.dashboard.real_capture import RealCapture
from tests.waiting import waited

SOUND = (np.sin(np.arange(160_000) / 8) * 8000).astype(np.int16)


@pytest.fixture
def live(app: Flask) -> Live:
    context: Context = app.extensions["context"]
    return context.live


def events_of(stream: Stream) -> Iterator[dict[str, Any]]:
    """The events of a stream as a page reads them, with their ids."""
    for chunk in stream:
        data = re.search(rb"^data: (.*)$", chunk, re.MULTILINE)
        known_as = re.search(rb"^id: (\d+)$", chunk, re.MULTILINE)
        if data:
            yield {**json.loads(data[1]), "id": None if known_as is None else int(known_as[1])}


def first(events: Iterator[dict[str, Any]], kind: str) -> dict[str, Any]:
    return next(event for event in events if event["event"] == kind)


def test_a_page_hears_the_level_only_while_it_watches(live: Live, home: Path) -> None:
    with RealCapture(home, SOUND).running() as capture:
        stream = live.open(None)
        level = first(events_of(stream), "level")
        live.leave(stream)
        waited(lambda: capture.subscribers == 0)

    assert level["ring_s"] > 0


def test_a_page_of_the_archive_alone_lets_capture_rest(
    live: Live, home: Path, diary: Diary
) -> None:
    with RealCapture(home, SOUND).running() as capture:
        quiet = live.open(None, hears_capture=False)
        events = events_of(quiet)
        assert first(events, "hello")
        loud = live.open(None)
        first(events_of(loud), "level")
        capture.publish(Taken("a-1", 0))
        live.leave(loud)
        waited(lambda: capture.subscribers == 0)

        moment = diary.heard("kept meanwhile", 1_790_000_000_000)
        heard = [next(events)]
        while heard[-1]["event"] != "moment":
            heard.append(next(events))
        live.leave(quiet)

    assert heard[-1]["moment"] == moment
    assert {each.get("of", "") for each in heard} <= {"", "worker"}
    assert {each["event"] for each in heard} <= {"state", "moment"}


def test_one_subscription_feeds_every_page(live: Live, home: Path) -> None:
    with RealCapture(home, SOUND).running() as capture:
        streams = [live.open(None) for _ in range(3)]
        for stream in streams:
            first(events_of(stream), "level")

        assert capture.subscribers == 1


def test_a_press_is_announced_without_a_word(live: Live, home: Path) -> None:
    with RealCapture(home, SOUND).running() as capture:
        stream = live.open(None)
        events = events_of(stream)
        first(events, "level")
        capture.publish(Taken("a-1", 0))

        assert first(events, "taken")["keep"] == "a-1"


def test_a_new_moment_is_announced_whoever_made_it(live: Live, diary: Diary) -> None:
    stream = live.open(None)
    events = events_of(stream)
    first(events, "hello")

    moment = diary.typed("out of nowhere", 0)

    event = first(events, "moment")
    assert event["moment"] == moment
    assert event["id"] > 0
    assert "nowhere" not in json.dumps(event)


def test_a_page_that_was_away_gets_what_it_missed(live: Live, diary: Diary) -> None:
    diary.typed("before", 0)
    mark = first(events_of(live.open(None)), "hello")["id"]
    missed = [diary.typed("one", 0), diary.typed("two", 0)]

    events = events_of(live.open(mark))

    assert [first(events, "moment")["moment"] for _ in missed] == missed


def test_a_gap_is_announced_though_no_moment_changed(live: Live, diary: Diary) -> None:
    diary.typed("before", 0)
    events = events_of(live.open(None))
    mark = first(events, "hello")["id"]

    diary.gap(1_777_000_000_000, 420_000)

    assert first(events, "day")["id"] > mark
    assert first(events_of(live.open(mark)), "day")["id"] > mark


def test_sound_that_comes_or_goes_is_announced_though_no_event_tells_of_it(
    live: Live, diary: Diary
) -> None:
    moment = diary.typed("before", 0)
    events = events_of(live.open(None))
    first(events, "hello")

    asyncio.run(row_changes(diary.home, moment))

    assert first(events, "moment")["moment"] == moment


async def row_changes(home: Path, moment: str) -> None:
    """As the sync service notes it where a sound has come."""
    async with open_archive(home) as archive:
        change = "INSERT INTO moment_change (moment, nonce) VALUES (?, random())"
        await archive.connection.execute(change, (moment,))


def test_a_page_that_missed_nothing_gets_nothing(live: Live, diary: Diary) -> None:
    diary.typed("before", 0)
    mark = first(events_of(live.open(None)), "hello")["id"]

    stream = live.open(mark)
    live.close()

    assert not {"moment", "day"} & {event["event"] for event in events_of(stream)}


def test_above_the_limit_the_oldest_gets_a_bye(live: Live) -> None:
    streams = [live.open(None) for _ in range(9)]

    assert live.count == 8
    assert [event["event"] for event in events_of(streams[0])][-1] == "bye"


def test_capture_that_comes_and_goes_is_announced(live: Live, home: Path) -> None:
    events = events_of(live.open(None))
    assert first(events, "state")["of"] in {"capture", "worker"}

    with RealCapture(home, SOUND).running():
        first(events, "level")
    while first(events, "state")["of"] != "capture":
        pass


@pytest.mark.parametrize("event", ["trouble", "letter_failed"])
def test_that_the_worker_does_not_get_on_is_a_new_state(live: Live, event: str) -> None:
    async def told() -> AsyncIterator[dict[str, Any]]:
        yield {"event": "subscribed"}
        yield {"event": event, "letter": "a-0.0.clip"}
        yield {"event": "progress", "moment": "a-0"}
        await asyncio.Event().wait()

    live._sources["worker"] = told
    events = (each for each in events_of(live.open(None)) if each.get("of") == "worker")

    assert [next(events)["event"] for _ in range(2)] == ["state", "state"]


def test_a_page_that_lags_is_spared_levels_and_nothing_else() -> None:
    stream = Stream()

    for _ in range(10 * BACKLOG):
        stream.put({"event": "level"})
    stream.put({"event": "kept", "keep": "a-1"})
    stream.close()

    kinds = [event["event"] for event in events_of(stream)]
    assert kinds == ["level"] * BACKLOG + ["kept", "bye"]


def test_a_stream_on_which_nothing_happens_says_that_it_is_there(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.live_events.STILL_HERE_S", 0.01)
    stream = live.open(None, hears_capture=False)

    assert first(events_of(stream), "still") == {"event": "still", "id": None}
    live.leave(stream)
