"""How the worker stands, in sentences."""

from typing import Any

from core.capture_status import SelectionStatus
from device.status_text import selection_sentences, today_sentences, worker_sentences


def test_a_worker_says_what_is_still_to_come_and_why() -> None:
    clip = {"letter": "a-0.0.clip", "moment": "a-0", "reason": "The models ended."}
    batch = {"letter": "b.0.texts", "moment": None, "reason": "They were stuck."}
    disk = {"letter": "c-0.0.clip", "reason": "it cannot be worked on now (Input/output error)"}
    aside = {"letter": "d-0.0.clip", "reason": "it is a folder"}
    status = {
        "trouble": None,
        "waiting": 2,
        "oldest_s": 125.0,
        "cpu_s_per_sound_s": 0.052,
        "embedding_anew": {"done": 40, "of": 300},
        "failing": [clip, batch],
        "resting": [disk],
        "aside": 3,
        "set_aside": [aside],
    }

    assert worker_sentences(status) == [
        "The worker is running; 2 items wait, the oldest for 2 min 5 s.",
        "Writing down a second of sound takes 0.05 s of processor time.",
        "Search by meaning is being prepared for your languages: 40 of 300 moments are done.",
        "a: The models ended.",
        "b.0.texts: They were stuck.",
        "c-0.0.clip will be tried again: it cannot be worked on now (Input/output error).",
        "d-0.0.clip was set aside: it is a folder.",
        "2 more were set aside.",
    ]


def test_a_worker_that_cannot_go_on_or_is_not_there_says_so() -> None:
    assert worker_sentences({"trouble": "No room."}) == ["The worker waits: No room."]
    assert "`afterthought process`" in worker_sentences(None)[0]


def test_what_the_day_came_to_is_told_as_far_as_it_is_known() -> None:
    heard = {"heard_today_s": 18_730.0}
    today = {"kept": 14, "kept_s": 1_380.0, "transcribed": 12, "transcribed_s": 1_200.0}

    assert today_sentences(heard, {"today": today}) == [
        "Today 5 h 12 min of sound were heard.",
        "Today 14 moments with sound were kept, 23 min in all; 20 min of it are written down.",
    ]
    assert today_sentences({"heard_today_s": 0.0}, {"today": {**today, "kept": 0}}) == []
    assert today_sentences(None, {"today": {**today, "kept": 0, "passed_over": {"paused": 1}}}) == [
        "1 utterance was passed over today: you paused."
    ]
    assert today_sentences(None, {"today": None}) == []
    assert today_sentences(None, None) == []


def test_beside_a_worker_and_a_capture_of_the_version_before_the_rest_is_told() -> None:
    before: dict[str, Any] = {
        "trouble": None,
        "waiting": 1,
        "failing": [],
        "resting": [],
        "aside": 0,
        "set_aside": [],
    }

    assert worker_sentences(before) == ["The worker is running; 1 item waits."]
    assert today_sentences({}, before) == []


def test_what_was_kept_by_itself_and_passed_over_is_told_the_commonest_reason_first() -> None:
    status = SelectionStatus(
        policy="ambient",
        is_on=True,
        sentence="It keeps by itself what seems to matter, and forgets the rest at once.",
        kept=1,
        waiting=2,
        passed={"unclear": 3, "too_short": 7},
    )

    assert selection_sentences(status)[1:] == [
        "1 utterance was kept by itself since it started; 2 wait.",
        "10 were passed over: it was too short to say much (7), no voice was clear in it (3).",
    ]


def test_a_policy_that_cannot_be_had_says_why_and_what_to_do() -> None:
    status = SelectionStatus("ambient", is_on=False, sentence="It may be swapped.", advice="Do so.")

    assert selection_sentences(status) == ["It may be swapped. Do so."]
