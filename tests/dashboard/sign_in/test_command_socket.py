"""The socket of the commands ends with the dashboard, whoever is still connected."""

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from core.clock import SystemClock
from dashboard.reached import from_nowhere
from dashboard.sign_in.command_socket import CommandSocket
from tests.waiting import PATIENCE_S


@pytest.mark.parametrize("turns", [1, 2, 5])
async def test_who_is_connected_at_the_end_is_hung_up_on(tmp_path: Path, turns: int) -> None:
    unused = cast("Any", None)
    socket = CommandSocket(unused, unused, from_nowhere, SystemClock())
    await socket.listen(tmp_path / "page.sock")
    reader, writer = await asyncio.open_unix_connection(tmp_path / "page.sock")
    for _ in range(turns):  # let in, its talk made, its talk begun
        await asyncio.sleep(0)

    await socket.close()

    assert await asyncio.wait_for(reader.read(), PATIENCE_S) == b""
    writer.close()
    await writer.wait_closed()
