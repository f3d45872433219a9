"""Where candidates wait: it has a size and an age, and what goes says why."""

from core.access.unswapped_file import UnswappedFile
from core.audio import Span
from device.capture.candidates.heard_queue import OLDEST_S, Candidate, HeardQueue
from device.session.pieces import Piece
from device.session.pressed_for import PressedFor
from device.session.values import Keep, Keeping
from tests.device.sounding import at


def candidate(n: int, *, size: int = 1000, at_s: float = 0.0) -> Candidate:
    spoken = Span(at(10 * n), at(10 * n + 5))
    return Candidate(f"s-{n}", Piece(spoken, spoken), at_s, UnswappedFile([bytes(size)], "no_swap"))


def pressed_for(start_s: float, end_s: float) -> PressedFor:
    found, keep = PressedFor(), Keep(at(end_s), 0, at(start_s), at(end_s), at(end_s), end=at(end_s))
    found.look(Keeping(keep), now=at(100), oldest=0)
    return found


def is_wiped(each: Candidate) -> bool:
    return each.file._file.closed


def test_the_oldest_goes_first_where_there_is_no_room() -> None:
    queue, all_of_them = HeardQueue(3000), [candidate(n) for n in range(5)]
    gone = [each for one in all_of_them for each in queue.add(one)]

    assert [(each.candidate.id, each.reason) for each in gone] == [
        ("s-0", "no_room"),
        ("s-1", "no_room"),
    ]
    assert [is_wiped(each) for each in all_of_them] == [True, True, False, False, False]
    assert queue.bytes == 3000
    assert queue.first is all_of_them[2]
    queue.wipe("stopped")


def test_one_that_is_larger_than_all_the_room_goes_itself() -> None:
    queue = HeardQueue(3000)

    (gone,) = queue.add(candidate(1, size=5000))

    assert (gone.reason, len(queue)) == ("no_room", 0)


def test_after_a_quarter_of_an_hour_it_goes() -> None:
    queue = HeardQueue()
    old, new = candidate(1, at_s=100), candidate(2, at_s=200)
    queue.add(old)
    queue.add(new)

    assert queue.drop_old(100 + OLDEST_S) == []
    (gone,) = queue.drop_old(100 + OLDEST_S + 1)
    assert (gone.candidate, gone.reason) == (old, "too_old")
    assert queue.first is new
    queue.wipe("stopped")


def test_what_a_press_keeps_waits_no_more_and_is_not_passed_over() -> None:
    queue = HeardQueue()
    one, two = candidate(1), candidate(2)
    queue.add(one)
    queue.add(two)

    assert queue.drop_pressed(pressed_for(8, 20)) == [one]
    assert is_wiped(one)
    assert list(queue) == [two]
    queue.wipe("stopped")


def test_a_pause_wipes_everything() -> None:
    queue, found = HeardQueue(), [candidate(n) for n in range(3)]
    for each in found:
        queue.add(each)

    gone = queue.wipe("paused")

    assert {each.reason for each in gone} == {"paused"}
    assert all(map(is_wiped, found))
    assert (len(queue), queue.bytes, queue.first) == (0, 0, None)


def test_removing_twice_is_harmless() -> None:
    queue, one = HeardQueue(), candidate(1)
    queue.add(one)

    queue.remove(one)
    queue.remove(one)

    assert queue.make_room() is None


def test_what_a_press_has_a_part_of_waits_no_more_either() -> None:
    queue, one = HeardQueue(), candidate(1)
    queue.add(one)

    assert queue.drop_pressed(pressed_for(8, 11)) == [one]
    assert is_wiped(one)
