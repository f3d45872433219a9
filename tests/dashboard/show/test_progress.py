"""What the page says quietly: how far writing down is, what today came to, and what it costs."""

from dataclasses import replace
from typing import Any

from dashboard.show.progress import progress
from pipeline.store.views.moment_fold import MomentRow
from tests.dashboard import rows
from tests.dashboard.show.test_status import STATUS

WORKER: dict[str, Any] = {
    "trouble": None,
    "failing": [],
    "waiting": 0,
    "oldest_s": None,
    "cpu_s_per_sound_s": None,
}


def worker(**more: Any) -> dict[str, Any]:
    return {**WORKER, **more}


def moment(words: str = "words", seconds: float | None = 90.0) -> MomentRow:
    length_ms = None if seconds is None else round(seconds * 1000)
    return rows.moment(words=words, duration_ms=length_ms)


def test_where_nothing_was_heard_and_nothing_waits_there_is_nothing_to_say() -> None:
    assert progress(None, None, []) == []
    assert progress(STATUS, worker(), [moment(seconds=None)]) == []


def test_what_was_heard_and_kept_today_is_said() -> None:
    heard = replace(STATUS, heard_today_s=18_730.0)

    assert progress(heard, worker(), [moment(), moment(seconds=None), moment("no_words")]) == [
        "5 h 12 min of sound were heard today.",
        "2 moments were kept with their sound, 3 min in all.",
    ]
    assert progress(None, worker(), [moment()]) == ["1 moment was kept with its sound, 1 min 30 s."]


def test_how_much_of_it_is_written_down_is_said_until_all_is() -> None:
    kept = "2 moments were kept with their sound, 3 min in all."

    assert progress(None, worker(), [moment(), moment("awaited")]) == [
        kept,
        "1 min 30 s of that are written down so far.",
    ]
    assert progress(None, worker(), [moment("failed"), moment("awaited")]) == [
        kept,
        "None of that is written down yet.",
    ]


def test_a_queue_is_said_with_its_oldest_and_one_that_just_came_is_not() -> None:
    assert progress(None, worker(waiting=1, oldest_s=5.0), []) == []
    assert progress(None, worker(waiting=1, oldest_s=65.0), []) == [
        "1 item has been waiting to be written down for 1 min 5 s."
    ]
    assert progress(None, worker(waiting=3, oldest_s=5.0), []) == [
        "3 items wait to be written down, the oldest for 5 s."
    ]


def test_what_waits_for_a_reason_is_the_states_to_tell() -> None:
    waits = worker(waiting=3, oldest_s=600.0)

    assert progress(None, {**waits, "trouble": "The disk is full."}, []) == []
    assert progress(None, {**waits, "failing": [{"letter": "a"}]}, []) == []


def test_what_writing_down_costs_is_said_for_a_minute_of_sound() -> None:
    assert progress(None, worker(cpu_s_per_sound_s=0.052), []) == [
        "Writing down a minute of sound takes 3 s of processor time."
    ]


def test_moments_that_get_other_vectors_are_counted() -> None:
    assert progress(None, worker(embedding_anew=None), []) == []
    assert progress(None, worker(embedding_anew={"done": 40, "of": 300}), []) == [
        "Search by meaning is being prepared for your languages: 40 of 300 moments are done."
    ]
