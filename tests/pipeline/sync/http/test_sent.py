"""What goes to other installs is counted as it goes, and written down seldom."""

from pathlib import Path

import pytest

from bench.sync.installs import install
from core.clock import FakeClock
from core.sync.sent import sent_to_peers
from pipeline.sync.http.sent import (
    OF_THIS_PROCESS,
    WRITE_EVERY_S,
    KeptCount,
    SentBytes,
    counting_sent,
)


async def test_both_ends_of_a_connection_count_what_they_send(tmp_path: Path) -> None:
    before = OF_THIS_PROCESS.now
    async with install(tmp_path, 0) as one, install(tmp_path, 1) as other:
        await one.adds(other)
        await other.adds(one)
        async with one.called_by(other) as called:
            await called.hello(await other.answers(one).own_hello())
            wire_bytes = called.wire_bytes

    assert OF_THIS_PROCESS.now - before == wire_bytes


def test_it_is_written_each_ten_minutes_and_at_the_end(tmp_path: Path) -> None:
    clock, sent = FakeClock(), SentBytes()
    count = KeptCount(tmp_path, clock, sent)
    sent.add(100)
    count.look()
    assert sent_to_peers(tmp_path) == 0

    clock.advance(WRITE_EVERY_S)
    count.look()
    assert sent_to_peers(tmp_path) == 100

    sent.add(20)
    count.write()
    count.write()
    assert sent_to_peers(tmp_path) == 120


def test_what_ends_with_an_error_is_counted(tmp_path: Path) -> None:
    def ends_early() -> None:
        with counting_sent(tmp_path):
            OF_THIS_PROCESS.add(77)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        ends_early()

    assert sent_to_peers(tmp_path) == 77


def test_a_disk_that_refuses_ends_nothing_and_it_is_written_later(tmp_path: Path) -> None:
    sent = SentBytes()
    count = KeptCount(tmp_path / "none", FakeClock(), sent)
    (tmp_path / "none").write_text("no folder")
    sent.add(9)
    count.write()
    (tmp_path / "none").unlink()

    count.write()

    assert sent_to_peers(tmp_path / "none") == 9
