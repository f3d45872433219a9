from collections.abc import Iterable

import pytest

from core.capture_status import Pausing
from device.session.session import (
    Effect,
    Elapsed,
    Event,
    PauseAsked,
    PauseGesture,
    ResumeAsked,
    Session,
    SwitchMoved,
    TakeBack,
    step,
)
from device.session.values import Advanced, HoldBegan, NoSound, Press, RecordingBegan, Release
from tests.device.sounding import Told, at, heard, said


def after(*events: Event, now_s: float = 13, state: Session | None = None) -> Session:
    state, _ = play(events, now_s=now_s, state=state)
    return state


def play(
    events: Iterable[Event], *, now_s: float = 13, state: Session | None = None
) -> tuple[Session, list[Effect]]:
    """What is so after these events, and what the last of them asks for."""
    state, effects = state or listening(), list[Effect]()
    for event in events:
        state, effects = step(state, event, sound(now_s))
    return state, effects


def listening() -> Session:
    return step(Session(), Advanced(), sound(13))[0]


def sound(now_s: float) -> Told:
    return heard(said(10, 12), now_s=now_s)


def kinds(effects: list[Effect]) -> list[str]:
    return [type(each).__name__ for each in effects]


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([], "listening"),
        ([Press(at(13))], "keeping"),
        ([Press(at(13)), HoldBegan(at(13.6))], "continuing"),
        ([RecordingBegan(at(13))], "recording"),
        ([NoSound(2.5)], "fault"),
        ([NoSound(2.5), Advanced()], "listening"),
        ([PauseAsked("page")], "paused"),
        ([NoSound(2.5), PauseAsked("page")], "paused"),
        ([PauseAsked("page"), ResumeAsked("command")], "starting"),
        ([SwitchMoved(paused=True)], "paused"),
        ([SwitchMoved(paused=True), SwitchMoved(paused=False)], "starting"),
    ],
)
def test_the_state_is_one_word_for_what_is_true(events: list[Event], state: str) -> None:
    assert after(*events).state == state


def test_before_the_first_block_it_is_starting() -> None:
    assert Session().state == "starting"


def test_a_pause_closes_what_is_open_and_then_the_microphone() -> None:
    state, effects = play([Press(at(13)), Release(at(13.1)), PauseAsked("page")], now_s=13.2)

    assert kinds(effects) == ["Confirm", "Close", "Pause"]
    assert state.keeping.floor == at(13.2)


def test_the_gesture_takes_back_what_its_own_chain_kept() -> None:
    state, effects = play(
        [Press(at(13)), Release(at(13.1)), Press(at(13.4), again=True), PauseGesture()], now_s=15
    )

    assert kinds(effects) == ["TakeBack", "Pause"]
    assert state.pause == Pausing("button")


def test_the_gesture_takes_back_no_more_than_its_chain_reached_further() -> None:
    far = heard(said(1, 2), said(20, 22), now_s=23)
    state = listening()
    event: Event
    for event in (Press(at(23)), Release(at(23.1))):
        state, _ = step(state, event, far)
    kept = state.keeping.keep
    for event in (Press(at(25)), Release(at(25.1)), Press(at(25.4), again=True)):
        state, _ = step(state, event, far)

    state, effects = step(state, PauseGesture(), far)

    taken = next(each for each in effects if isinstance(each, TakeBack))
    assert kept is not None
    assert taken.before is not None
    assert taken.before.revision == kept.revision
    assert taken.keep.revision > kept.revision
    assert kinds(effects) == ["TakeBack", "Confirm", "Close", "Pause"]


def test_a_pause_from_elsewhere_takes_nothing_back() -> None:
    _, effects = play([Press(at(13)), Release(at(13.1)), PauseAsked("command")], now_s=13.2)

    assert "TakeBack" not in kinds(effects)


def test_a_recording_is_kept_when_the_gesture_pauses() -> None:
    _, effects = play(
        [
            RecordingBegan(at(13)),
            Press(at(13.1)),
            Release(at(13.2)),
            Press(at(13.4), again=True),
            PauseGesture(),
        ],
        now_s=20,
    )

    assert kinds(effects) == ["Confirm", "Close", "Pause"]


@pytest.mark.parametrize("event", [Press(at(14)), RecordingBegan(at(14))])
def test_while_paused_nothing_is_kept_and_the_wearer_is_told(event: Event) -> None:
    state, effects = play([PauseAsked("page"), event])

    assert kinds(effects) == ["Refuse"]
    assert state.state == "paused"


def test_while_paused_the_time_that_goes_by_is_nothing_to_tell() -> None:
    assert play([PauseAsked("page"), Advanced()])[1] == []


def test_the_same_gesture_resumes() -> None:
    state, effects = play([PauseGesture(), Press(at(13)), PauseGesture()])

    assert kinds(effects) == ["Resume"]
    assert state.pause is None


def test_the_switch_outranks_everybody() -> None:
    for asked in (ResumeAsked("page"), PauseGesture(), PauseAsked("page", 900)):
        state, effects = play([SwitchMoved(paused=True), asked])
        assert kinds(effects) == ["Refuse"]
        assert state.state == "paused"


def test_the_switch_is_told_once_however_often_it_says_so() -> None:
    _, effects = play([SwitchMoved(paused=True), SwitchMoved(paused=True)])

    assert effects == []


def test_a_pause_that_was_asked_for_is_taken_over_by_the_switch() -> None:
    state = after(PauseAsked("page", 900), SwitchMoved(paused=True))

    assert play([ResumeAsked("page")], state=state)[1] != []
    assert after(ResumeAsked("page"), state=state).state == "paused"
    assert after(SwitchMoved(paused=False), state=state).pause is None


def test_a_timed_pause_ends_after_its_running_time() -> None:
    state = after(PauseAsked("page", 900))

    state, effects = play([Elapsed(899)], state=state)
    assert effects == []
    state, effects = play([Elapsed(1.5)], state=state)
    assert kinds(effects) == ["Resume"]
    assert state.pause is None


def test_a_pause_without_an_end_never_ends_by_itself() -> None:
    assert after(PauseAsked("page"), Elapsed(1e6)).state == "paused"


def test_paused_again_another_length_counts_from_now() -> None:
    state, effects = play([PauseAsked("page", 900), Elapsed(800), PauseAsked("page", 3600)])

    assert kinds(effects) == ["PauseChanged"]
    assert state.pause == Pausing("page", 3600)


def test_resuming_what_is_not_paused_changes_nothing() -> None:
    assert play([ResumeAsked("command")])[1] == []


def test_where_no_sound_comes_a_hold_has_nothing_to_go_on_with() -> None:
    assert after(NoSound(3), Press(at(13)), HoldBegan(at(13.6))).keeping.keep is not None
    state = after(NoSound(3), Press(at(13)), HoldBegan(at(13.6)))
    assert state.keeping.open is not None
    assert not state.keeping.open.held
