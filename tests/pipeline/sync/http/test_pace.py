"""What goes and comes in a second, where that is limited."""

from dataclasses import replace

import pytest

from pipeline.sync.http.client import Ask
from pipeline.sync.http.messages import BYTES, Answer, Request
from pipeline.sync.http.pace import Pace
from tests.pipeline.sync.http.world import MB, PATIENT, answering


def test_without_a_limit_nobody_waits() -> None:
    assert Pace().wait_s(1 << 40) == 0.0


def test_what_passes_has_the_next_wait_so_long_as_it_takes() -> None:
    now_s = 0.0
    pace = Pace(100, lambda: now_s)

    assert pace.wait_s(100_000) == 0.5  # half a second may go ahead
    assert pace.wait_s(100_000) == 1.5  # over whichever connection
    now_s = 64.0
    assert pace.wait_s(10_000) == 0.0
    assert pace.wait_s(50_000) == pytest.approx(0.1)


class Counted(Pace):
    """Has nobody wait."""

    def __init__(self) -> None:
        super().__init__()
        self.size = 0

    async def passed(self, size: int) -> None:
        self.size += size


async def test_both_what_is_sent_and_what_is_fetched_counts() -> None:
    async def same_again(request: Request) -> Answer:
        return Answer(200, await request.body.whole(MB), BYTES)

    pace = Counted()
    async with answering(same_again) as both:
        client = await both.call(replace(PATIENT, pace=pace))
        await client.ask(Ask("PUT", "/", bytes(MB), BYTES), MB)

    assert 2 * MB <= pace.size < 2.1 * MB
