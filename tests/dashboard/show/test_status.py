"""The state of capture and the worker, in sentences that are true."""

from dataclasses import replace
from typing import Any, get_args

import pytest

from core.capture_status import (
    LISTENING_BY_ITSELF,
    STATE_SENTENCES,
    CaptureState,
    CaptureStatus,
    Continuing,
    Levels,
    PausedBy,
    Pausing,
    SelectionStatus,
    TakenBack,
)
from core.settings import Policy
from dashboard.show import status

WORKER = {"process": 1, "trouble": None}
STATUS = CaptureStatus(
    process=1,
    state="listening",
    sentence="Its own words.",
    advice="",
    ring_s=42.4,
    ring_length_s=120,
    ring_memory="locked",
    stream="00000000feedbeef",
    kept=0,
    waiting=0,
    gaps=0,
    lost_s=0.0,
    free_bytes=10_000_000_000,
    reserve_bytes=500_000_000,
    microphone="a microphone",
)


def capture(state: CaptureState = "listening", **more: Any) -> CaptureStatus:
    return replace(STATUS, state=state, **more)


def of(state: CaptureState = "listening", **more: Any) -> status.State:
    return status.state(capture(state, **more), WORKER, 0)


def paused(for_s: float | None = None, by: PausedBy = "page", **more: Any) -> status.State:
    return of("paused", pause=Pausing(by, for_s), ring_s=0.0, **more)


def selecting(policy: Policy = "ambient", **more: Any) -> SelectionStatus:
    return SelectionStatus(**{"policy": policy, "is_on": True, "sentence": "It does.", **more})


@pytest.mark.parametrize("policy", ["ambient", "everything"])
def test_where_more_than_presses_keeps_listening_says_so(policy: Policy) -> None:
    shown = of(selection=selecting(policy))

    assert shown.sentence == LISTENING_BY_ITSELF[policy]
    assert "nowhere else" not in shown.memory
    assert shown.notice == ""
    assert of("keeping", selection=selecting(policy)).sentence == "Keeping what was said."


def test_where_ambient_cannot_be_had_the_page_says_why_and_that_nothing_is_kept() -> None:
    off = selecting(is_on=False, sentence="It could be swapped.", advice="Turn swap off.")
    shown = of(selection=off)

    assert shown.sentence == "I hear you. Nothing is being kept."
    assert shown.memory == "The last 42 s are in memory and nowhere else."
    assert shown.notice == "It could be swapped. Turn swap off."


def test_what_is_wrong_with_ambient_is_told_after_the_microphone() -> None:
    levels = Levels(-60.0, -30.0, 0.0, 0.0, sentence="It is quiet.", advice="Go nearer.")
    trouble = selecting(sentence="It keeps. The models failed.", advice="Look.")

    assert of(selection=trouble).notice == "It keeps. The models failed. Look."
    assert of(selection=trouble, levels=levels).notice == "It is quiet. Go nearer."


def test_listening_says_that_nothing_is_kept() -> None:
    shown = of()

    assert shown.sentence == "I hear you. Nothing is being kept."
    assert shown.memory == "The last 42 s are in memory and nowhere else."
    assert shown.can_press
    assert shown.notice == ""
    assert shown.worker == ""


@pytest.mark.parametrize("state", get_args(CaptureState))
def test_a_state_is_worded_as_everywhere_else(state: CaptureState) -> None:
    assert of(state).sentence == STATE_SENTENCES[state]


def test_every_state_has_a_sentence_of_its_own() -> None:
    assert set(STATE_SENTENCES) == set(get_args(CaptureState))
    assert len(set(STATE_SENTENCES.values())) == len(STATE_SENTENCES)


def test_a_fault_is_worded_by_capture_which_knows_the_cause() -> None:
    shown = of("fault", advice="Plug it in.")

    assert (shown.sentence, shown.advice) == ("Its own words.", "Plug it in.")


def test_in_a_fault_what_memory_holds_can_still_be_kept() -> None:
    assert of("fault", advice="Plug it in.").can_press
    assert not of("fault", advice="Plug it in.", ring_s=0.0).can_press
    assert not of("starting", ring_s=0.0).can_press


def test_a_start_that_fails_says_why() -> None:
    shown = of("starting", advice="Plug it in.")

    assert (shown.sentence, shown.advice) == ("Its own words.", "Plug it in.")


def test_a_pause_holds_nothing_and_can_be_ended() -> None:
    shown = paused()

    assert shown.advice == "It stays paused until you resume."
    assert shown.can_resume
    assert shown.can_pause
    assert (shown.can_press, shown.can_record, shown.memory) == (False, False, "")
    assert shown.label == "Paused"


def test_a_timed_pause_says_how_long_yet() -> None:
    assert paused(899.2).left == "15 min"
    assert paused(899.2).version == paused(30.0).version
    assert paused(899.2).version != paused().version


def test_against_the_slide_switch_nothing_is_offered_and_it_says_why() -> None:
    shown = paused(by="switch")

    assert "slide switch says pause" in shown.advice
    assert not shown.can_resume
    assert not shown.can_pause


def test_a_recording_has_a_length_and_cannot_be_begun_twice() -> None:
    shown = of("recording", continuing=Continuing("a-1", 725.4))

    assert shown.lasts == "12:05"
    assert shown.can_press
    assert not shown.can_record
    assert shown.version == of("recording", continuing=Continuing("a-1", 726.4)).version


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "1 s"), (40, "40 s"), (60, "1 min"), (61, "2 min"), (3600, "1 h"), (3700, "1 h 2 min")],
)
def test_what_is_left_is_in_the_unit_that_matters(seconds: float, words: str) -> None:
    assert status.left(seconds) == words


@pytest.mark.parametrize(("seconds", "words"), [(7.9, "0:07"), (725, "12:05"), (3725, "1:02:05")])
def test_how_long_by_now(seconds: float, words: str) -> None:
    assert status.running(seconds) == words


def test_below_the_disks_reserve_a_press_is_not_offered_and_it_says_why() -> None:
    shown = of(free_bytes=499_000_000, sentence="Full.", advice="Free some space.")

    assert not shown.can_press
    assert not shown.can_record
    assert shown.notice == ("The disk is full, so a press keeps nothing. Free some space.")


def test_a_part_that_failed_while_sound_comes_stands_beside_the_state() -> None:
    shown = of(sentence="The speech model is missing.", advice="Run `afterthought models`.")

    assert shown.sentence == "I hear you. Nothing is being kept."
    assert shown.notice == "The speech model is missing. Run `afterthought models`."
    assert shown.can_press


LOUD = Levels(-50.0, -0.1, 0.01, 0.0, "The sound clips.", "Turn the gain down.")


def test_levels_that_are_wrong_come_once_and_with_advice() -> None:
    assert of("keeping", levels=LOUD).notice == "The sound clips. Turn the gain down."
    assert of(levels=LOUD, sentence=LOUD.sentence, advice=LOUD.advice).notice == (
        "The sound clips. Turn the gain down."
    )
    assert of(levels=replace(LOUD, sentence="", advice="")).notice == ""


def test_what_a_pause_took_back_is_listed_with_the_time_it_has() -> None:
    shown = paused(taken_back=(TakenBack("a-1", 540.0),))

    assert [(each.keep, each.left) for each in shown.set_aside] == [("a-1", "9 min")]
    assert shown.version != paused().version


def test_without_capture_nothing_listens() -> None:
    shown = status.state(None, WORKER, 0)

    assert shown.code == "absent"
    assert "Not listening" in shown.sentence
    assert shown.advice
    assert not shown.can_press
    assert not shown.can_pause


@pytest.mark.parametrize(
    ("waiting", "words"),
    [
        (0, "What you keep is safe and waits"),
        (1, "1 moment is safe and waits"),
        (3, "3 moments are safe and wait"),
    ],
)
def test_without_a_worker_it_says_what_waits(waiting: int, words: str) -> None:
    assert words in status.state(capture(), None, waiting).worker


def test_the_workers_trouble_is_passed_on() -> None:
    assert status.state(capture(), {"trouble": "A model is missing."}, 1).worker.startswith("A m")


def test_lost_sound_is_counted() -> None:
    assert (
        of(gaps=2, lost_s=1.5).lost
        == "1.5 s of sound was lost since Afterthought started, in 2 gaps."
    )
    assert of(gaps=1, lost_s=90.0).lost.endswith("in 1 gap.")
    assert of(gaps=1, lost_s=0.0).lost == ""


def test_what_is_being_kept_is_not_said_to_be_nowhere_else() -> None:
    assert of("recording").memory == "The last 42 s are in memory."


def test_seconds_in_memory_make_no_new_version() -> None:
    assert of().version == of(ring_s=50.0).version


def test_a_press_in_a_pause_is_refused_with_its_way_out_on_the_page() -> None:
    told = {"outcome": "refused", "sentence": "It is paused.", "advice": "The command resume."}

    assert status.refusal(told, paused())["sentence"] == "Paused, so there was nothing to keep."
    assert status.refusal(told, paused())["advice"] == ""
    assert status.refusal(told, paused(by="switch")) == told
    assert status.refusal(told, of()) == told


def test_what_failed_can_be_tried_again_where_a_worker_is_there_to_do_it() -> None:
    failed = {**WORKER, "failing": [failing("a", 5.0, "It ended.")]}

    assert status.state(capture(), failed, 1).can_retry
    assert status.state(None, failed, 1).can_retry
    assert not status.state(capture(), WORKER, 1).can_retry
    assert not status.state(capture(), None, 1).can_retry


def failing(moment: str, in_s: float, reason: str) -> dict[str, object]:
    return {"letter": f"{moment}.0.clip", "moment": moment, "in_s": in_s, "reason": reason}


def test_what_is_still_to_come_is_said_with_the_reason_of_the_next_try() -> None:
    one, other = failing("a-0", 600, "It ended."), failing("b-0", 10, "It was stuck.")

    def said(*letters: dict[str, object]) -> str:
        return status.state(capture(), {"trouble": None, "failing": letters}, 1).worker

    assert said() == ""
    assert said(one) == "1 moment is still waiting for its words. It ended."
    assert said(one, other) == "2 moments are still waiting for their words. It was stuck."


def test_a_moments_own_reason_is_found_in_the_workers_status() -> None:
    told = {"failing": [failing("a-0", 600, "It ended.")]}

    assert status.why_words_wait(told, "a-0") == "It ended."
    assert status.why_words_wait(told, "b-0") == ""
    assert status.why_words_wait(None, "a-0") == ""
