from device.session.values import (
    Judged,
    Keeping,
    Press,
)
from tests.device.keeping_life import Life, closed, kinds
from tests.device.sounding import at, said


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


def test_a_clip_longer_than_the_memory_is_not_cut_either() -> None:
    life = Life([said(30, 32)], session=Keeping(unjudged=True))
    life.press(70)
    life.oldest_s = 20

    assert life.do(Judged(), 71.1) == []


def test_uncut_a_press_takes_nothing_that_is_kept_already() -> None:
    life = Life([], session=Keeping(unjudged=True, floor=at(13)))

    assert kinds(life.do(Press(at(12.5)), 14)) == ["Refuse"]


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
