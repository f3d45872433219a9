"""How the worker stands, in sentences."""

from device.status_text import worker_sentences


def test_a_worker_says_what_is_still_to_come_and_why() -> None:
    clip = {"letter": "a-0.0.clip", "moment": "a-0", "reason": "The models ended."}
    batch = {"letter": "b.0.texts", "moment": None, "reason": "They were stuck."}
    disk = {"letter": "c-0.0.clip", "reason": "it cannot be worked on now (Input/output error)"}
    aside = {"letter": "d-0.0.clip", "reason": "it is a folder"}
    status = {
        "trouble": None,
        "waiting": 2,
        "failing": [clip, batch],
        "resting": [disk],
        "aside": 3,
        "set_aside": [aside],
    }

    assert worker_sentences(status) == [
        "The worker is running; 2 items wait.",
        "a: The models ended.",
        "b.0.texts: They were stuck.",
        "c-0.0.clip will be tried again: it cannot be worked on now (Input/output error).",
        "d-0.0.clip was set aside: it is a folder.",
        "2 more were set aside.",
    ]


def test_a_worker_that_cannot_go_on_or_is_not_there_says_so() -> None:
    assert worker_sentences({"trouble": "No room."}) == ["The worker waits: No room."]
    assert "`afterthought process`" in worker_sentences(None)[0]
