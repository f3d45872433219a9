"""What counts as a yes: Enter at a real terminal, a press at a capture of our own."""

import asyncio
import json
import os
import select
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import pytest

from pipeline.sync.introduction.consent import AtThisMachine, SaidBefore


@dataclass
class Terminal:
    """Somebody at a terminal."""

    theirs: int
    stdin: TextIO

    def types(self, text: str) -> None:
        os.write(self.theirs, text.encode())

    async def answers(self, asking: "asyncio.Task[bool]", text: str) -> bool:
        """Types it until it is taken: what comes before the question is passed over."""
        while not asking.done():
            self.types(text)
            await asyncio.wait({asking}, timeout=0.02)
        return asking.result()


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    theirs, ours = os.openpty()
    with os.fdopen(ours) as stdin:
        yield Terminal(theirs, stdin)
    os.close(theirs)


@asynccontextmanager
async def capture(path: Path, *events: dict[str, Any]) -> AsyncIterator[list[dict[str, Any]]]:
    """A capture that tells whoever subscribes these events; what it was asked otherwise."""
    asked: list[dict[str, Any]] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = json.loads(await reader.readline())
        writer.write(b"{}\n")
        if request["do"] == "subscribe":
            for event in events:
                writer.write(json.dumps(event).encode() + b"\n")
            await reader.read()
        else:
            asked.append(request)
        writer.close()

    server = await asyncio.start_unix_server(talk, path)
    try:
        yield asked
    finally:
        server.close()


@pytest.mark.parametrize(("typed", "said"), [("\n", True), ("y\n", True), ("n\n", False)])
async def test_what_is_typed_counts(
    tmp_path: Path, terminal: Terminal, typed: str, *, said: bool
) -> None:
    consent = AtThisMachine(tmp_path / "none.sock", 1.0, terminal.stdin)

    asking = asyncio.create_task(consent.ask())

    assert await terminal.answers(asking, typed) is said


async def test_what_was_typed_before_it_was_asked_does_not(
    tmp_path: Path, terminal: Terminal
) -> None:
    consent = AtThisMachine(tmp_path / "none.sock", 1.0, terminal.stdin)
    terminal.types("\n")
    select.select([terminal.stdin], [], [])

    asking = asyncio.create_task(consent.ask())

    assert await terminal.answers(asking, "n\n") is False


async def test_what_is_neither_is_not_taken_for_either(tmp_path: Path, terminal: Terminal) -> None:
    consent = AtThisMachine(tmp_path / "none.sock", 1.0, terminal.stdin)

    asking = asyncio.create_task(consent.ask())

    assert await terminal.answers(asking, "what?\nno\n") is False


async def test_a_press_at_the_device_counts_and_the_light_shows_that_one_is_waited_for(
    tmp_path: Path,
) -> None:
    path = tmp_path / "capture.sock"
    later = time.monotonic() + 60
    press = {"event": "pressed", "at_s": later, "by": "button"}

    async with capture(path, press) as asked:
        with open(os.devnull) as nothing:  # noqa: ASYNC230, PTH123
            consent = AtThisMachine(path, 300.0, nothing)
            assert (consent.has_terminal, consent.has_button) == (False, True)
            assert await consent.ask()

    assert asked == [{"do": "pairing", "for_s": 300.0}, {"do": "pairing", "for_s": 0.0}]


async def test_an_earlier_press_and_one_on_a_phone_do_not(
    tmp_path: Path, terminal: Terminal
) -> None:
    path = tmp_path / "capture.sock"
    now = time.monotonic()
    before = {"event": "pressed", "at_s": now - 1, "by": "button"}
    phone = {"event": "pressed", "at_s": now + 60, "by": "phone"}

    async with capture(path, before, phone) as asked:
        asking = asyncio.create_task(AtThisMachine(path, 300.0, terminal.stdin).ask())
        while not asked:
            await asyncio.sleep(0.01)

        assert await terminal.answers(asking, "n\n") is False


async def test_where_neither_is_there_that_is_known(tmp_path: Path) -> None:
    with open(os.devnull) as nothing:  # noqa: ASYNC230, PTH123
        consent = AtThisMachine(tmp_path / "none.sock", 1.0, nothing)

        assert (consent.has_terminal, consent.has_button) == (False, False)


async def test_who_said_so_before_is_not_asked() -> None:
    assert await SaidBefore().ask()
