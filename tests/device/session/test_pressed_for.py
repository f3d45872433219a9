"""What presses have, for whoever keeps without one."""

from core.audio import Span
from device.session.pieces import Piece
from device.session.pressed_for import PressedFor
from device.session.values import Keep, Keeping
from tests.device.sounding import at


def piece(start_s: float, end_s: float) -> Piece:
    spoken = Span(at(start_s), at(end_s))
    return Piece(spoken, spoken)


def keep(start_s: float, press_s: float, end_s: float | None = None, **more: bool) -> Keep:
    end = None if end_s is None else at(end_s)
    press = at(press_s)
    return Keep(press, 0, at(start_s), press, press, end=end, closed=end is not None, **more)


def look(found: PressedFor, keeping: Keeping, now_s: float, oldest_s: float = 0) -> None:
    found.look(keeping, at(now_s), at(oldest_s))


def test_several_presses_are_remembered() -> None:
    found = PressedFor()
    look(found, Keeping(keep(0, 5, 10)), 20)
    look(found, Keeping(keep(30, 35, 40)), 50)

    assert found.left_of(piece(0, 40)) == [piece(10, 30)]


def test_what_the_memory_lost_is_forgotten() -> None:
    found = PressedFor()
    look(found, Keeping(keep(0, 5, 10)), 20)
    look(found, Keeping(), 200, oldest_s=80)

    assert found.left_of(piece(0, 10)) == [piece(0, 10)]


def test_a_press_that_is_open_may_yet_end_before_a_piece_does() -> None:
    found = PressedFor()
    look(found, Keeping(keep(0, 5)), 20)

    assert found.is_open
    assert not found.is_decided(piece(2, 18))
    look(found, Keeping(keep(0, 5, 15)), 21)
    assert found.is_decided(piece(2, 18))
    assert found.left_of(piece(2, 18)) == [piece(15, 18)]


def test_what_was_said_before_a_press_and_what_a_recording_has_is_decided() -> None:
    found = PressedFor()
    look(found, Keeping(keep(10, 15)), 20)
    assert found.is_decided(piece(2, 8))

    look(found, Keeping(keep(10, 15, held=True)), 20)
    assert found.is_decided(piece(2, 18))


def test_a_press_that_ended_unseen_ended_where_the_next_one_may_begin() -> None:
    found = PressedFor()
    look(found, Keeping(keep(0, 5)), 30)
    after = Keep(at(40), at(25), at(35), at(40), at(40))
    look(found, Keeping(after, floor=at(25)), 40)

    assert found.left_of(piece(20, 40)) == [piece(25, 35)]


def test_what_the_disk_refused_was_not_kept() -> None:
    found = PressedFor()
    look(found, Keeping(keep(0, 5)), 30)
    look(found, Keeping(floor=at(12)), 31)

    assert not found.is_open
    assert found.left_of(piece(0, 20)) == [piece(12, 20)]
