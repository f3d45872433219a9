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


def test_what_is_done_beside_it_counts_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    used_s = {"all": 0.0, "beside": 0.0}
    monkeypatch.setattr(time, "process_time", lambda: used_s["all"])
    monkeypatch.setattr(time, "thread_time", lambda: used_s["beside"])
    monkeypatch.setattr(time, "clock_gettime", lambda _: used_s["beside"])
    watch = Stopwatch("rest")

    class Beside:
        def work(self) -> None:
            used_s["all"] += 3  # two of it in the thread that is measured
            used_s["beside"] += 2

    watch.put_beside(Beside, "work", "beside")
    with watch.at("work"):
        used_s["all"] += 1
        Beside().work()
        Beside().work()

    assert watch.spent_s == {"rest": 0, "work": 3, "beside": 4}
