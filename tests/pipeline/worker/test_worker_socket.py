"""The worker's socket against whoever asks too much of it: another user, or a fault of ours."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import UserError
from core.sockets import socket_client
from pipeline.fakes import FakeModels
from pipeline.media import Handling
from pipeline.refining.hearing_again import ToRefine
from pipeline.search.found import Found, Wanted
from pipeline.selection.verdict import Verdict
from pipeline.spool.spool import Spool
from pipeline.worker import worker_socket
from pipeline.worker.judging import Candidate
from pipeline.worker.worker_socket import LONGEST_REQUEST, MOST_LINES, MOST_TEXTS, serve_worker
from tests.waiting import PATIENCE_S


class Idle:
    """A worker with nothing to do."""

    def __init__(self) -> None:
        self.models = FakeModels()
        self.spool = Spool(Path("unused"))
        self.handling = Handling()
        self.trouble: UserError | None = None
        self.listeners = 0

    def wake(self) -> None:
        pass

    def status(self) -> dict[str, Any]:
        return {"waiting": 0}

    async def today(self) -> dict[str, Any] | None:
        return {"kept": 3}

    async def try_again(self, moment: str | None) -> int:
        return 0 if moment else 2

    async def search(self, wanted: Wanted) -> Found:
        return Found(wanted.query, (), nothing_close=True, by_words_alone=True, ms=1.0)

    async def judge(self, candidate: Candidate) -> Verdict:
        return Verdict(None, 0.25, ("nothing_stood_out",))

    async def hear_again(self, asked: ToRefine) -> str:
        return f"{asked.model} heard {asked.moment} for {asked.act}"

    async def hear_time(self, at_ms: int, utc_offset_min: int | None) -> dict[str, Any]:
        return {}

    @contextlib.contextmanager
    def listening(self) -> Any:
        self.listeners += 1
        try:
            yield asyncio.Queue()
        finally:
            self.listeners -= 1


@pytest.fixture
async def idle(path: Path) -> AsyncIterator[Idle]:
    worker = Idle()
    async with serve_worker(worker, path):
        yield worker


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "worker.sock"


async def ask(path: Path, request: dict[str, Any]) -> dict[str, Any]:
    return await asyncio.to_thread(socket_client.ask, path, request, patience_s=PATIENCE_S)


async def test_a_request_without_an_end_is_answered_and_closed(idle: Idle, path: Path) -> None:
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(b'{"do": "' + b"x" * (2 * LONGEST_REQUEST))

    assert "too long" in json.loads(await reader.readline())["sentence"]
    with contextlib.suppress(ConnectionError):
        assert await reader.read() == b""
    writer.close()
    assert await ask(path, {"do": "status"}) == {"waiting": 0}


async def test_json_of_any_depth_is_answered_and_the_line_lives_on(idle: Idle, path: Path) -> None:
    reader, writer = await asyncio.open_unix_connection(path)
    for deep in (b"[" * 50_000, b'{"do":' * 9_000):
        writer.write(deep + b"\n")
        assert json.loads(await reader.readline())["error"] == "wrong_usage"

    writer.write(b'{"do": "status"}\n')
    assert json.loads(await reader.readline()) == {"waiting": 0}
    writer.close()


@pytest.mark.parametrize(("moment", "count"), [("ab-1", 0), (None, 2)])
async def test_a_retry_is_passed_on_and_counted(
    idle: Idle, path: Path, moment: str | None, count: int
) -> None:
    assert await ask(path, {"do": "retry", "moment": moment}) == {"count": count}


async def test_what_is_to_be_heard_again_is_passed_on(idle: Idle, path: Path) -> None:
    request = {"do": "refine", "moment": "ab-1", "model": "small.en", "act": "cd"}

    assert await ask(path, request) == {"outcome": "small.en heard ab-1 for cd"}


@pytest.mark.parametrize("texts", ["a text", [], [1], {}, None, ["x"] * (MOST_TEXTS + 1)])
async def test_only_a_list_of_texts_is_embedded(idle: Idle, path: Path, texts: object) -> None:
    with pytest.raises(socket_client.Declined, match="no list of texts"):
        await ask(path, {"do": "embed", "texts": texts})


async def test_as_many_texts_as_are_taken_fit_the_line_and_the_answer(
    idle: Idle, path: Path
) -> None:
    answer = await ask(path, {"do": "embed", "texts": ["a question of eighty letters " * 3] * 1000})

    assert answer["dimensions"] == 384


async def test_a_line_on_which_nothing_is_asked_is_closed(
    idle: Idle, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_socket, "SILENT_S", 0.05)
    reader, writer = await asyncio.open_unix_connection(path)

    assert await asyncio.wait_for(reader.read(), PATIENCE_S) == b""
    writer.close()


async def test_only_so_many_lines_are_held_and_one_that_ends_makes_room(
    idle: Idle, path: Path
) -> None:
    held = [await asyncio.open_unix_connection(path) for _ in range(MOST_LINES)]
    for reader, writer in held:
        writer.write(b'{"do": "status"}\n')
        assert await reader.readline()

    with pytest.raises(socket_client.Declined, match="Too many"):
        await ask(path, {"do": "status"})

    for _, writer in held:
        writer.close()
        await writer.wait_closed()
    await until(lambda: idle.listeners == 0)
    while True:
        with contextlib.suppress(socket_client.Declined):
            assert await ask(path, {"do": "status"}) == {"waiting": 0}
            return


async def test_a_subscriber_that_hangs_up_is_let_go_though_nothing_is_told(
    idle: Idle, path: Path
) -> None:
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(b'{"do": "subscribe"}\n')
    assert await reader.readline()
    assert idle.listeners == 1

    writer.close()

    await until(lambda: idle.listeners == 0)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can ask as another user")
async def test_another_user_is_turned_away_though_the_folder_would_let_them_in(
    idle: Idle, path: Path
) -> None:
    path.chmod(0o666)
    path.parent.chmod(0o755)

    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", AS_ANOTHER, str(path)],
        capture_output=True,
        check=True,
    )

    assert json.loads(done.stdout)["error"] == "not_permitted"


AS_ANOTHER = """
import os, socket, sys
line = socket.socket(socket.AF_UNIX)
os.chdir(os.path.dirname(sys.argv[1]))
os.setgid(65534); os.setuid(65534)
line.connect(os.path.basename(sys.argv[1]))
try:
    line.sendall(b'{"do": "status"}\\n')
except BrokenPipeError:
    pass  # it was turned away before it asked; why, it can read
print(line.makefile().readline())
"""


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():
            await asyncio.sleep(0.01)


@pytest.mark.usefixtures("idle")
async def test_what_today_came_to_is_looked_up_only_for_who_asks(path: Path) -> None:
    assert await ask(path, {"do": "status"}) == {"waiting": 0}
    asked = {"do": "status", "today": True}
    assert await ask(path, asked) == {"waiting": 0, "today": {"kept": 3}}


@pytest.mark.parametrize(
    "signals",
    [
        {"emphasis": float("nan")},
        {"emphasis": float("inf")},
        {"emphasis": -0.1},
        {"emphasis": 1.1},
        {"emphasis": None},
        {"emphasis": True},
        {"emphasis": "much"},
        {"\ud800": 0.5},
        {"": 0.5},
        {"x" * 100: 0.5},
        ["emphasis"],
        "emphasis",
        None,
    ],
)
async def test_what_are_no_signals_is_refused(
    idle: Idle, path: Path, tmp_path: Path, signals: object
) -> None:
    (tmp_path / "candidate").touch()
    with (tmp_path / "candidate").open("rb") as file:
        asking = socket_client.ask_and_wait(
            path, {"do": "judge", "signals": signals}, file=file.fileno()
        )
        with pytest.raises(socket_client.Declined, match="no signal"):
            await asyncio.wait_for(asking, PATIENCE_S)
