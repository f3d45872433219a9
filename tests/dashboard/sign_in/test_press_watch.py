"""How presses are followed where our own code has a fault."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from core.clock import SystemClock
from core.sockets.socket_client import Told
from dashboard.sign_in.press_watch import CaptureClient, PressWatch


def test_a_fault_is_logged_and_shown_and_ends_no_pairing(
    capfd: pytest.CaptureFixture[str],
) -> None:
    async def events() -> AsyncIterator[Told]:
        yield {"event": "subscribed"}
        raise RuntimeError

    told: list[Told] = []
    watch = PressWatch(CaptureClient(events, lambda _: {}), SystemClock(), told.append)

    async def follow() -> None:
        over = asyncio.Event()
        waiting = asyncio.create_task(
            watch.wait(over, SystemClock().monotonic_s() + 60, lambda _: None)
        )
        while watch.presses != "down":
            await asyncio.sleep(0.01)
        assert not waiting.done()
        over.set()
        await waiting

    asyncio.run(asyncio.wait_for(follow(), 60))

    logged = capfd.readouterr()
    assert "event='presses_not_followed' fault='RuntimeError'" in logged.out + logged.err
    assert told == [{"event": "presses", "presses": "down"}]
