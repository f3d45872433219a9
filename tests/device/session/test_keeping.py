from dataclasses import dataclass, field

import pytest

from device.memory.utterances import Utterance
from device.session.keeping import step
from device.session.values import (
    Advanced,
    Close,
    Confirm,
    Effect,
    Event,
    HoldBegan,
    Judged,
    Keeping,
    NoRoom,
    NoSound,
    NotKept,
    Press,
    RecordingBegan,
    RecordingEnded,
    Refuse,
    Release,
    Take,
    Write,
)
from tests.device.sounding import at, heard, said


@dataclass
class Life:
    """A session, what was said so far, and what came of it."""

    spoken: list[Utterance]
    session: Keeping = field(default_factory=Keeping)
    effects: list[Effect] = field(default_factory=list)
    oldest_s: float = 0

    def press(self, at_s: float, *, up_s: float | None = None) -> list[Effect]:
        self._do(Press(at(at_s)), at_s)
        found = list(self.effects)
        self._do(Release(at(up_s or at_s)), up_s or at_s)
        return found

    def down(self, at_s: float) -> None:
        self._do(Press(at(at_s)), at_s)

    def hold(self, at_s: float) -> None:
        self._do(HoldBegan(at(at_s)), at_s)

    def up(self, at_s: float) -> None:
        self._do(Release(at(at_s)), at_s)

    def go_on(self, to_s: float) -> list[Effect]:
        self._do(Advanced(), to_s)
        return self.effects

    def do(self, event: Event, now_s: float) -> list[Effect]:
        self._do(event, now_s)
        return self.effects

    def _do(self, event: Event, now_s: float) -> None:
        so_far = (_so_far(each, now_s) for each in self.spoken)
        told = heard(*so_far, now_s=now_s, oldest_s=self.oldest_s)
        told.utterances = [each for each in told.utterances if each.onset <= at(now_s)]
        self.session, self.effects = step(self.session, event, told)


def _so_far(utterance: Utterance, now_s: float) -> Utterance:
    ended = utterance.offset is not None and utterance.offset + at(0.8) <= at(now_s)
    return utterance if ended else Utterance(utterance.onset)


def kinds(effects: list[Effect]) -> list[str]:
    return [type(each).__name__ for each in effects]


def closed(effects: list[Effect]) -> Close:
    return next(each for each in effects if isinstance(each, Close))


def test_a_press_is_taken_before_anything_is_written() -> None:
    assert kinds(Life([said(10, 12)]).press(13)) == ["Take", "Write"]


def test_kept_is_said_once_the_sound_up_to_the_press_has_come() -> None:
    life = Life([said(10, 12)])
    life.press(13)

    assert "Confirm" in kinds(life.go_on(13.1))
    assert "Confirm" not in kinds(life.go_on(13.2))


def test_a_press_is_not_kept_before_its_own_sound_has_arrived() -> None:
    life = Life([said(10, 12)])
    life._do(Press(at(13.05)), 13.0)

    assert "Confirm" not in kinds(life.go_on(13.0))
    assert "Confirm" in kinds(life.go_on(13.05))


def test_a_clip_is_closed_when_the_sentence_has_ended_and_the_chain_is_over() -> None:
    life = Life([said(10, 16)])
    life.press(13)

    assert "Close" not in kinds(life.go_on(17.0))
    assert at(16.1) < (closed(life.go_on(17.5)).keep.end or 0) < at(16.7)


def test_once_its_end_is_decided_nothing_more_is_written() -> None:
    life = Life([said(10, 12)])
    life.down(13)

    assert "Extend" in kinds(life.go_on(14))
    assert "Extend" not in kinds(life.go_on(14.1))


def test_a_button_that_is_still_down_keeps_the_clip_open() -> None:
    life = Life([said(10, 12)])
    life.down(13)

    assert "Close" not in kinds(life.go_on(15))
    life.up(15)
    assert "Close" in kinds(life.go_on(15.6))


def test_pressed_again_the_same_keep_reaches_a_stretch_further_back() -> None:
    life = Life([said(10, 12), said(40, 42)])
    first = life.press(43)[0]
    again = life.press(44)
    write = again[1]

    assert isinstance(first, Take)
    assert isinstance(write, Write)
    assert (write.keep.press, write.keep.revision) == (first.keep.press, 1)
    assert write.keep.start < at(10)


def test_a_closed_keep_reaches_further_back_too_and_ends_where_it_ended() -> None:
    life = Life([said(10, 12), said(40, 42)])
    life.press(43)
    end = closed(life.go_on(43.9)).keep.end
    life.press(46)
    revised = closed(life.go_on(46.6)).keep

    assert (revised.revision, revised.end) == (1, end)


def test_a_clip_longer_than_the_memory_is_not_written_anew() -> None:
    life = Life([said(10, 12), said(40, 42)])
    life.press(43)
    life.oldest_s = 41

    assert kinds(life.press(44)) == ["Refuse"]
    assert life.session.keep is not None
    assert life.session.keep.start == at(39.56)


def test_after_five_seconds_a_press_is_a_keep_of_its_own() -> None:
    life = Life([said(10, 12), said(40, 42)])
    life.press(43)
    life.go_on(43.9)

    assert kinds(life.press(49)) == ["Take", "Write"]
    assert life.session.keep is not None
    assert life.session.keep.press == at(49)


def test_where_something_new_was_said_a_press_is_a_keep_of_its_own() -> None:
    life = Life([said(10, 12), said(14, 15)])
    life.press(13)
    life.go_on(13.9)
    taken = life.press(16.5)[0]

    assert isinstance(taken, Take)
    assert taken.keep.revision == 0
    assert taken.keep.start >= life.session.floor


def test_no_sound_is_in_two_keeps() -> None:
    life = Life([said(10, 12), said(14, 15)])
    life.press(13)
    first = closed(life.go_on(13.9)).keep
    life.press(16.5)
    second = closed(life.go_on(17.5)).keep

    assert second.start >= (first.end or 0)


def test_where_nothing_is_left_to_reach_a_press_is_refused() -> None:
    life = Life([said(10, 12)])
    life.press(13)
    life.go_on(13.9)
    refused = life.press(14)

    assert kinds(refused) == ["Refuse"]
    assert isinstance(refused[0], Refuse)
    assert refused[0].advice


@pytest.mark.parametrize("unjudged", [True, False])
def test_where_nothing_was_ever_heard_a_press_is_refused_and_says_so(*, unjudged: bool) -> None:
    (refused,) = Life([], session=Keeping(unjudged=unjudged)).press(0)

    assert isinstance(refused, Refuse)
    assert "heard" in refused.sentence


def test_a_press_in_the_middle_of_a_long_sentence_that_is_kept_prolongs_its_keep() -> None:
    life = Life([said(10, 60)])
    life.press(20)

    assert kinds(life.press(40)) == ["Take"]
    assert "Close" not in kinds(life.go_on(55))
    assert at(60) < (closed(life.go_on(61.5)).keep.end or 0)


def test_a_press_just_after_a_long_sentence_that_is_kept_ends_its_clip() -> None:
    life = Life([said(10, 30)])
    life.press(20)
    life.go_on(29)

    assert kinds(life.press(30.9)) == ["Close", "Refuse"]


def test_a_hold_that_reached_further_back_does_not_go_on() -> None:
    life = Life([said(10, 12), said(40, 42)])
    life.press(43)
    life.down(44)
    life.hold(44.6)

    assert life.session.keep is not None
    assert (life.session.keep.revision, life.session.keep.held) == (1, False)


def test_a_hold_does_not_go_on_where_the_end_is_decided() -> None:
    life = Life([said(10, 12)])
    life.down(13)
    life.go_on(15)
    life.hold(15)

    assert life.session.keep is not None
    assert not life.session.keep.held


def test_a_hold_is_confirmed_once() -> None:
    life = Life([said(10, 12)])
    life.down(13)
    life.hold(13.6)

    assert "Confirm" in kinds(life.go_on(14))
    assert "Confirm" not in kinds(life.go_on(15))


def test_a_hold_can_be_made_a_recording_and_a_release_does_not_end_it() -> None:
    life = Life([said(10, 12)])
    life.down(13)
    life.hold(13.6)

    assert kinds(life.do(RecordingBegan(at(20)), 20)) == ["Take", "Became"]
    life.up(21)
    assert "Close" not in kinds(life.go_on(100))


def test_a_sentence_that_begins_with_the_press_is_followed_by_the_next() -> None:
    life = Life([said(13, 60)])
    life.press(13)

    assert kinds(life.press(20)) == ["Take"]


def test_a_hold_keeps_what_comes_until_release() -> None:
    life = Life([said(10, 12)])
    life.down(13)
    life.hold(13.6)

    assert "Close" not in kinds(life.go_on(100))
    life.up(101)
    assert (closed(life.go_on(101.8)).keep.end or 0) > at(100)


def test_a_hold_of_ten_minutes_is_a_recording_and_a_release_does_not_end_it() -> None:
    life = Life([said(10, 12)])
    life.down(13)
    life.hold(13.6)

    assert "Became" in kinds(life.go_on(613.1))
    life.up(614)
    assert "Close" not in kinds(life.go_on(700))
    assert closed(life.do(RecordingEnded(at(701)), 701.1)).keep.end == at(701)


def test_a_recording_begins_where_it_was_asked_for_and_ends_there() -> None:
    life = Life([said(10, 12)])

    effects = life.do(RecordingBegan(at(20)), 20.05)
    assert kinds(effects) == ["Take", "Write"]
    assert "Close" not in kinds(life.go_on(3000))
    keep = closed(life.do(RecordingEnded(at(3600)), 3600.05)).keep
    assert (keep.start, keep.end) == (at(19.75), at(3600))


def test_a_press_during_a_recording_is_taken_for_it_is_being_kept() -> None:
    life = Life([said(10, 12)])
    life.do(RecordingBegan(at(20)), 20.05)
    life.go_on(100)

    assert kinds(life.press(100)) == ["Take"]
    assert "Close" not in kinds(life.go_on(120))


def test_a_recording_is_not_begun_twice_nor_ended_where_there_is_none() -> None:
    life = Life([])
    assert kinds(life.do(RecordingEnded(at(5)), 5)) == ["Refuse"]
    life.do(RecordingBegan(at(20)), 20.05)
    assert kinds(life.do(RecordingBegan(at(21)), 21.05)) == ["Refuse"]


def test_a_recording_that_nobody_ends_ends_after_six_hours() -> None:
    life = Life([])
    life.do(RecordingBegan(at(20)), 20.05)

    assert "Close" not in kinds(life.go_on(6 * 3600))
    assert "Close" in kinds(life.go_on(6 * 3600 + 21))


def test_where_the_disk_comes_to_its_reserve_a_recording_is_closed_and_says_so() -> None:
    life = Life([])
    life.do(RecordingBegan(at(20)), 20.05)
    life.go_on(60)

    assert kinds(life.do(NoRoom(), 61))[-2:] == ["Close", "Refuse"]


def test_before_anything_has_judged_the_sound_a_press_is_written_uncut_and_cut_later() -> None:
    life = Life([said(10, 12)], session=Keeping(unjudged=True))

    first = life.press(13)
    assert kinds(first) == ["Take", "Write"]
    assert "Close" not in kinds(life.go_on(15))
    judged = life.do(Judged(), 15.1)

    assert kinds(judged) == ["Write"]
    keep = life.session.keep
    assert keep is not None
    assert at(9) < keep.start <= at(10)
    assert keep.revision == 1
    assert "Close" in kinds(life.go_on(15.2))


def test_what_was_pressed_further_back_before_the_sound_was_judged_stays_as_long() -> None:
    life = Life([said(2, 4), said(30, 32)], session=Keeping(unjudged=True))
    life.press(70)
    life.press(71)

    assert life.do(Judged(), 71.1) == []
    assert life.session.keep is not None
    assert life.session.keep.start < at(2)


def test_once_the_sound_has_been_judged_a_press_is_cut_at_once() -> None:
    life = Life([said(10, 12)], session=Keeping(unjudged=True))
    life.do(Judged(), 12.9)
    life.press(13)

    assert life.session.keep is not None
    assert life.session.keep.start > at(9)
    assert not life.session.keep.uncut


def test_where_nothing_ever_judges_a_press_keeps_the_last_minute() -> None:
    life = Life([], session=Keeping(unjudged=True))
    life.press(100)
    life.do(Judged(by_detector=False), 100.1)

    keep = closed(life.go_on(101)).keep
    assert keep.start == at(40)


def test_while_no_sound_comes_a_sentence_is_waited_for_and_then_closed() -> None:
    life = Life([said(10)])
    life.press(12)

    assert life.do(NoSound(for_s=4), 12.1) == []
    assert "Close" in kinds(life.do(NoSound(for_s=5), 12.1))


def test_a_recording_outlives_a_minute_without_sound_and_then_goes_on_as_another() -> None:
    life = Life([])
    life.do(RecordingBegan(at(20)), 20.05)
    life.go_on(60)

    assert life.do(NoSound(for_s=59), 60) == []
    assert "Close" in kinds(life.do(NoSound(for_s=60), 60))
    assert kinds(life.go_on(200)) == ["Take", "Write"]
    assert kinds(life.go_on(201)) == ["Extend", "Confirm"]


def test_a_recording_that_was_ended_without_sound_does_not_go_on() -> None:
    life = Life([])
    life.do(RecordingBegan(at(20)), 20.05)
    life.do(NoSound(for_s=60), 60)

    assert kinds(life.do(RecordingEnded(at(60)), 60)) == ["Refuse"]
    assert life.go_on(200) == []


def test_a_recording_ended_before_it_began_is_as_short_as_can_be() -> None:
    life = Life([])
    life.do(RecordingBegan(at(20)), 20)

    keep = closed(life.do(RecordingEnded(at(10)), 20)).keep
    assert (keep.start, keep.end) == (at(19.75), at(19.75) + 1)


def test_pressed_while_no_sound_comes_the_ring_is_kept_all_the_same() -> None:
    life = Life([said(10, 12)])
    life.go_on(30)

    assert kinds(life.do(Press(at(31)), 30)) == ["Take", "Write"]
    life.do(Release(at(31)), 30)
    keep = closed(life.do(NoSound(for_s=600), 30)).keep
    assert keep.start < at(10)
    assert keep.end == at(30)


def test_the_second_press_of_a_chain_reaches_back_whatever_was_said_since() -> None:
    life = Life([said(2, 4), said(20, 22), said(23.2)])
    life.press(23)

    effects = life.do(Press(at(23.4), again=True), 23.4)

    assert kinds(effects) == ["Take", "Write"]
    assert life.session.keep is not None
    assert life.session.keep.revision == 1


def test_a_keep_that_the_disk_refused_is_no_keep() -> None:
    life = Life([said(10, 12)])
    life.press(13)
    life._do(NotKept(), 13.1)

    assert kinds(life.press(13.2)) == ["Take", "Write"]


def test_nothing_is_confirmed_twice_or_after_its_close() -> None:
    life = Life([said(10, 12)])
    effects = life.press(13)
    for tenth in range(131, 160):
        effects += life.go_on(tenth / 10)

    assert [type(e).__name__ for e in effects if isinstance(e, Confirm | Close)] == [
        "Confirm",
        "Close",
    ]
