"""The disk keeps its reserve, also while something large is being written."""

import pytest

from core.disk_reserve import LOOK_EVERY, DiskReserve, NoReserve
from pipeline.spool.fakes import MemorySpool

PIECE = bytes(LOOK_EVERY)


def test_with_room_everything_passes() -> None:
    assert list(DiskReserve(MemorySpool(), 500).guard([PIECE] * 3)) == [PIECE] * 3


def test_without_room_not_even_the_first_piece_passes() -> None:
    with pytest.raises(NoReserve, match=r"then keep it again\."):
        next(DiskReserve(MemorySpool(free=499), 500, "keep it again").guard([b"x"]))


def test_what_is_written_ends_where_the_reserve_begins() -> None:
    spool = MemorySpool(free=3 * LOOK_EVERY)
    passing = DiskReserve(spool, 2 * LOOK_EVERY).guard([PIECE] * 9)

    for _ in range(2):
        spool.free -= len(next(passing))

    with pytest.raises(NoReserve, match="has less than 1 MB left: nothing is kept"):
        next(passing)


def test_the_disk_is_not_asked_for_every_small_piece() -> None:
    class Counting(MemorySpool):
        asked = 0

        def free_bytes(self) -> int:
            Counting.asked += 1
            return 10**12

    list(DiskReserve(Counting(), 500).guard([bytes(1000)] * 1000))

    assert Counting.asked == 2
