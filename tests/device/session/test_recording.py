from device.session.values import (
    NoRoom,
    NoSound,
    RecordingBegan,
    RecordingEnded,
    StreamEnded,
)
from tests.device.keeping_life import Life, closed, kinds
from tests.device.sounding import at, said


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

    assert "Became" not in kinds(life.go_on(612.9))
    assert "Became" in kinds(life.go_on(613))
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
    assert closed(life.go_on(6 * 3600 + 20)).keep.end == at(6 * 3600 + 20)


def test_where_the_disk_comes_to_its_reserve_a_recording_is_closed_and_says_so() -> None:
    life = Life([])
    life.do(RecordingBegan(at(20)), 20.05)
    life.go_on(60)

    assert kinds(life.do(NoRoom(), 61))[-2:] == ["Close", "Refuse"]


def test_a_recording_closes_what_is_open() -> None:
    life = Life([said(10, 12)])
    life.press(13)

    effects = life.do(RecordingBegan(at(13.2)), 13.2)

    assert kinds(effects) == ["Confirm", "Close", "Take", "Write"]
    assert closed(effects).keep.end == at(13.2)


def test_what_a_recording_closes_ends_where_it_would_have_ended() -> None:
    life = Life([said(10, 12)])
    life.press(13)

    assert closed(life.do(RecordingBegan(at(14)), 14)).keep.end == at(12.8)


def test_a_short_recording_that_reaches_further_back_ends_where_it_ended() -> None:
    life = Life([said(1, 2)])
    life.do(RecordingBegan(at(20)), 20)
    life.do(RecordingEnded(at(22)), 22)

    assert kinds(life.press(23)) == ["Take", "Write"]
    assert closed(life.go_on(23.5)).keep.end == at(22)


def test_a_recording_of_no_sound_at_all_is_not_confirmed() -> None:
    life = Life([])
    life.do(RecordingBegan(at(0)), 0)

    assert kinds(life.do(NoSound(for_s=60), 0)) == ["Close"]


def test_a_recording_outlives_a_minute_without_sound_and_then_goes_on_as_another() -> None:
    life = Life([])
    life.do(RecordingBegan(at(20)), 20.05)
    life.go_on(60)

    assert life.do(NoSound(for_s=59), 60) == []
    assert "Close" in kinds(life.do(NoSound(for_s=60), 60))
    assert kinds(life.go_on(200)) == ["Take", "Write"]
    assert kinds(life.go_on(201)) == ["Extend", "Confirm"]


def test_a_recording_begun_anew_before_sound_comes_is_the_one_that_goes_on() -> None:
    life = Life([])
    life.do(RecordingBegan(at(20)), 20.05)
    life.do(NoSound(for_s=60), 60)
    life.do(RecordingBegan(at(60)), 60)

    assert kinds(life.go_on(200)) == ["Extend", "Confirm"]


def test_a_recording_whose_stream_has_ended_does_not_go_on() -> None:
    life = Life([])
    life.do(RecordingBegan(at(20)), 20.05)
    life.do(NoSound(for_s=60), 60)
    life.do(StreamEnded(), 60)

    assert life.go_on(200) == []


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
