"""How things stand, in sentences that are true."""

import pytest

from dashboard import standing

WORKER = {"process": 1, "trouble": None}


def capture(state: str = "listening", **more: object) -> dict[str, object]:
    return {"state": state, "sentence": "Its own words.", "advice": "", "ring_s": 42.4, **more}


def test_listening_says_that_nothing_is_kept() -> None:
    told = standing.state(capture(), WORKER, 0)

    assert told.sentence == "Listening. Nothing is kept until you press."
    assert told.memory == "The last 42 s are in memory and nowhere else."
    assert told.can_press
    assert told.worker == ""


def test_a_fault_is_told_in_the_words_of_who_knows_the_cause() -> None:
    told = standing.state(capture("fault", advice="Plug it in."), WORKER, 0)

    assert (told.sentence, told.advice) == ("Its own words.", "Plug it in.")
    assert not told.can_press


def test_without_capture_nothing_listens() -> None:
    told = standing.state(None, WORKER, 0)

    assert told.code == "absent"
    assert "Nothing listens" in told.sentence
    assert told.advice
    assert not told.can_press


@pytest.mark.parametrize(
    ("waiting", "told"),
    [(0, "will wait"), (1, "1 moment waits for it"), (3, "3 moments wait for it")],
)
def test_without_a_worker_it_says_what_waits(waiting: int, told: str) -> None:
    assert told in standing.state(capture(), None, waiting).worker


def test_the_workers_trouble_is_passed_on() -> None:
    assert standing.state(capture(), {"trouble": "A model is missing."}, 1).worker.startswith("A m")


def test_lost_sound_is_counted_and_told() -> None:
    assert standing.state(capture(lost_samples=24_000), WORKER, 0).lost.startswith("1.5 s")
    assert standing.state(capture(lost_samples=80), WORKER, 0).lost == ""


def test_a_state_of_a_newer_version_is_shown_in_its_own_words() -> None:
    assert standing.state(capture("paused"), WORKER, 0).sentence == "Its own words."


def test_seconds_in_memory_make_no_new_version() -> None:
    a = standing.state(capture(), WORKER, 0)
    b = standing.state(capture(ring_s=50), WORKER, 0)

    assert a.version == b.version


def test_an_unknown_code_says_nothing() -> None:
    assert standing.done("<script>") == ""
    assert standing.done(None) == ""
