import pytest

from device.session.values import (
    Close,
    Confirm,
    Keeping,
    NoRoom,
    NoSound,
    NotKept,
    Press,
    RecordingBegan,
    Refuse,
    Release,
    Take,
    Write,
)
from tests.device.keeping_life import Life, closed, kinds
from tests.device.sounding import at, said


def test_a_press_is_taken_before_anything_is_written() -> None:
    assert kinds(Life([said(10, 12)]).press(13)) == ["Take", "Write"]


def test_kept_is_said_once_the_sound_up_to_the_press_has_come() -> None:
    life = Life([said(10, 12)])
    life.press(13)

    assert "Confirm" in kinds(life.go_on(13.1))
    assert "Confirm" not in kinds(life.go_on(13.2))


def test_a_press_is_not_kept_before_its_own_sound_has_arrived() -> None:
    life = Life([said(10, 12)])
    life.do(Press(at(13.05)), 13.0)

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
    assert "Close" not in kinds(life.go_on(15.4))
    assert "Close" in kinds(life.go_on(15.5))


def test_a_button_that_is_down_again_keeps_it_open_too() -> None:
    life = Life([said(10, 12)])
    life.press(13)
    life.down(13.3)

    assert "Close" not in kinds(life.go_on(14.5))
    life.up(14.6)
    assert "Close" in kinds(life.go_on(15.1))


def test_a_press_that_is_no_hold_ends_its_clip_where_it_went_down() -> None:
    life = Life([said(10, 12)])
    life.press(13, up_s=13.3)

    assert closed(life.go_on(13.8)).keep.end == at(12.8)


def test_pressed_again_the_same_keep_reaches_a_stretch_further_back() -> None:
    life = Life([said(10, 12), said(40, 42)])
    first = life.press(43)[0]
    again = life.press(44)
    write = again[1]

    assert isinstance(first, Take)
    assert isinstance(write, Write)
    assert (write.keep.press, write.keep.revision) == (first.keep.press, 1)
    assert write.keep.start < at(10)
    assert write.to == at(44)


def test_in_silence_a_second_press_reaches_another_half_minute_back() -> None:
    life = Life([])
    life.press(100)

    assert kinds(life.press(101)) == ["Take", "Write"]
    assert life.session.keep is not None
    assert life.session.keep.start == at(40)


def test_each_press_that_reaches_further_back_prolongs_the_time_for_the_next() -> None:
    life = Life([said(1, 2), said(15, 17), said(40, 42)])
    for press_s in (43, 47, 51):
        life.press(press_s)

    assert life.session.keep is not None
    assert life.session.keep.revision == 2


def test_so_does_one_that_found_nothing_further_back() -> None:
    life = Life([said(10, 12)])
    life.press(13)
    life.press(17)

    assert kinds(life.press(21)) == ["Refuse"]


def test_while_it_reaches_further_back_the_button_keeps_the_clip_open() -> None:
    life = Life([said(10, 12), said(40, 42)])
    life.press(43)
    life.down(43.3)

    assert "Close" not in kinds(life.go_on(45))


def test_a_closed_keep_reaches_further_back_too_and_ends_where_it_ended() -> None:
    life = Life([said(10, 12), said(40, 42)])
    life.press(43)
    end = closed(life.go_on(43.9)).keep.end
    (_, write) = life.press(46)
    effects = life.go_on(46.6)
    revised = closed(effects).keep

    assert isinstance(write, Write)
    assert write.to == end
    assert kinds(effects) == ["Confirm", "Close"]
    assert (revised.revision, revised.end, revised.confirmed) == (1, end, True)


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

    assert kinds(life.press(48)) == ["Take", "Write"]
    assert life.session.keep is not None
    assert life.session.keep.press == at(43)
    life.press(53.1)
    assert life.session.keep.press == at(53.1)


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

    effects = life.press(30.9)

    assert kinds(effects) == ["Close", "Refuse"]
    assert isinstance(effects[1], Refuse)
    assert "kept already" in effects[1].sentence


def test_soon_after_a_press_in_a_long_sentence_the_next_reaches_further_back() -> None:
    life = Life([said(2, 3), said(20, 60)])
    life.press(30)

    assert kinds(life.press(35)) == ["Take", "Write"]


def test_each_press_in_a_long_sentence_counts_for_the_next() -> None:
    life = Life([said(10, 60)])
    for press_s in (20, 40):
        life.press(press_s)

    assert kinds(life.press(43)) == ["Refuse"]


def test_the_button_keeps_a_clip_open_also_after_a_press_in_its_sentence() -> None:
    life = Life([said(10, 60)])
    life.press(20)
    life.down(40)

    assert "Close" not in kinds(life.go_on(61.5))


def test_a_sentence_followed_to_its_limit_goes_on_in_the_next_keep() -> None:
    life = Life([said(10, 90)])
    life.press(12)
    end = closed(life.go_on(43)).keep.end

    (_, write) = life.press(50)

    assert isinstance(write, Write)
    assert (write.keep.start, end) == (at(42), at(42))


def test_so_it_does_while_the_button_is_still_down() -> None:
    life = Life([said(10, 90)])
    life.down(12)
    life.go_on(43)

    assert kinds(life.press(50)) == ["Close", "Take", "Write"]


def test_a_sentence_that_began_with_the_press_is_nothing_new() -> None:
    life = Life([said(1, 2), said(13, 14)])
    life.press(13)
    life.go_on(15.5)

    (refused,) = life.press(16)

    assert isinstance(refused, Refuse)
    assert "further back" in refused.sentence


def test_a_sentence_that_begins_with_the_press_is_followed_by_the_next() -> None:
    life = Life([said(13, 60)])
    life.press(13)

    assert kinds(life.press(20)) == ["Take"]


def test_where_the_disk_comes_to_its_reserve_a_press_is_kept_to_its_end() -> None:
    life = Life([said(10, 12)])

    assert life.do(NoRoom(), 12.9) == []
    life.press(13)
    assert life.do(NoRoom(), 13.1) == []
    assert "Close" in kinds(life.go_on(13.8))


def test_while_no_sound_comes_a_sentence_is_waited_for_and_then_closed() -> None:
    life = Life([said(10)])
    life.press(12)

    assert life.do(NoSound(for_s=4), 12.1) == []
    assert "Close" in kinds(life.do(NoSound(for_s=5), 12.1))


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
    life.do(NotKept(), 13.1)

    assert kinds(life.press(13.2)) == ["Take", "Write"]


def test_what_the_disk_holds_of_a_refused_keep_is_not_kept_again() -> None:
    life = Life([said(10, 12)], session=Keeping(floor=at(5)))
    life.press(13)

    life.do(NotKept(floor=at(2)), 13.1)
    assert life.session.floor == at(5)
    life.do(NotKept(floor=at(12)), 13.1)
    assert life.session.floor == at(12)


def test_keeps_asked_for_at_one_place_have_each_a_name() -> None:
    life = Life([said(10, 12)])
    names = []
    for event in (Press(at(13)), Press(at(13)), RecordingBegan(at(13)), RecordingBegan(at(13))):
        life.do(event, 13)
        assert life.session.keep is not None
        names.append(life.session.keep.press)
        life.do(NotKept(), 13)

    assert names == [at(13), at(13) + 1, at(13) + 2, at(13) + 3]


def test_nothing_is_confirmed_twice_or_after_its_close() -> None:
    life = Life([said(10, 12)])
    effects = life.press(13)
    for tenth in range(131, 160):
        effects += life.go_on(tenth / 10)

    assert [type(e).__name__ for e in effects if isinstance(e, Confirm | Close)] == [
        "Confirm",
        "Close",
    ]
