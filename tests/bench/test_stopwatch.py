"""Each CPU second counts once, for the innermost of what the process was at."""

import time
from collections.abc import Iterator

import pytest

from bench.hearing.stopwatch import Stopwatch


class Work:
    """Uses so many seconds of a processor that only counts."""

    used_s = 0.0

    def outer(self) -> None:
        Work.used_s += 1
        self.inner()
        Work.used_s += 2

    def inner(self) -> None:
        Work.used_s += 4

    async def later(self) -> None:
        Work.used_s += 8

    def pieces(self) -> Iterator[int]:
        for piece in range(2):
            Work.used_s += 16
            yield piece


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Stopwatch:
    monkeypatch.setattr(Work, "used_s", 0.0)
    monkeypatch.setattr(time, "process_time", lambda: Work.used_s)
    for name in ("outer", "inner", "later", "pieces"):
        monkeypatch.setattr(Work, name, getattr(Work, name))  # as it was, after the test
    made = Stopwatch("rest")
    for name in ("outer", "inner", "later", "pieces"):
        made.put_around(Work, name, name)
    return made


async def test_a_second_counts_for_the_innermost(watch: Stopwatch) -> None:
    work = Work()

    work.outer()
    await work.later()
    for _ in work.pieces():
        Work.used_s += 32
    watch.turn()

    assert watch.spent_s == {"outer": 3, "inner": 4, "later": 8, "pieces": 32, "rest": 64}
