"""What cannot be given is said, and what is settled no longer asks."""

from collections.abc import Awaitable, Callable

from bench.sync.installs import Install

Installs = Callable[..., Awaitable[list[Install]]]


async def test_a_line_that_cannot_be_read_is_said_by_who_brings_and_by_who_fetches(
    installs: Installs,
) -> None:
    one, other = await installs()
    for number in range(3):
        await other.note(f"thought {number}")
    line = await other.line()
    await other.copy.sign_lines()
    await other.archive.connection.execute("PRAGMA foreign_keys = OFF")
    await other.archive.connection.execute(
        "DELETE FROM event WHERE origin = ? AND seq = 3", (line,)
    )

    fetched, brought = await one.meets(other), await other.meets(one)

    sentence = f"The events of the line {line} beyond 0 cannot be read here."
    assert fetched.refused == brought.refused == [sentence]


async def test_a_moment_that_waits_and_is_forgotten_here_waits_no_more(
    installs: Installs,
) -> None:
    one, other = await installs(most=0)
    moment = await one.note("once")
    await one.meets(other)
    await one.forget(moment)
    await one.meets(other)
    assert [each.moments for each in await other.copy.waiting_forgets()] == [(moment,)]

    await other.forget(moment)

    assert await other.copy.waiting_forgets() == []
    assert (await other.archive.check()).problems == []
