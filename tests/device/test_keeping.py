from dataclasses import dataclass, field

from device.listening import Utterance
from device.session import (
    Advanced,
    Close,
    Confirm,
    Effect,
    HoldBegan,
    NotKept,
    Press,
    Refuse,
    Release,
    Session,
    Take,
    Write,
    step,
)
from tests.device.sounding import at, heard, said


@dataclass
class Life:
    """A session, what was said so far, and what came of it."""

    spoken: list[Utterance]
    session: Session = field(default_factory=Session)
    effects: list[Effect] = field(default_factory=list)

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

    def _do(self, event: Press | Release | HoldBegan | Advanced | NotKept, now_s: float) -> None:
        told = heard(*(_so_far(each, now_s) for each in self.spoken), now_s=now_s)
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
    assert "Confirm" in kinds(life.go_on(13.1))


def test_a_clip_is_closed_when_the_sentence_has_ended_and_the_chain_is_over() -> None:
    life = Life([said(10, 16)])
    life.press(13)

    assert "Close" not in kinds(life.go_on(17.0))
    assert at(16.1) < (closed(life.go_on(17.5)).keep.end or 0) < at(16.7)


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


def test_where_nothing_was_ever_heard_a_press_is_refused_and_says_so() -> None:
    (refused,) = Life([]).press(0)

    assert isinstance(refused, Refuse)
    assert "heard" in refused.sentence


def test_a_press_in_the_middle_of_a_long_sentence_that_is_kept_prolongs_its_keep() -> None:
    life = Life([said(10, 60)])
    life.press(20)

    assert kinds(life.press(40)) == ["Take"]
    assert "Close" not in kinds(life.go_on(55))
    assert at(60) < (closed(life.go_on(61.5)).keep.end or 0)


def test_a_hold_keeps_what_comes_until_release() -> None:
    life = Life([said(10, 12)])
    life.down(13)
    life.hold(13.6)

    assert "Close" not in kinds(life.go_on(100))
    life.up(101)
    assert (closed(life.go_on(101.8)).keep.end or 0) > at(100)


def test_a_hold_ends_after_ten_minutes() -> None:
    life = Life([said(10, 12)])
    life.down(13)
    life.hold(13.6)
    life.go_on(613.1)
    life.up(614)

    assert (closed(life.go_on(615)).keep.end or 0) < at(614)


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
