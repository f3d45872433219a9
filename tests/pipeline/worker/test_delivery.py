"""What is kept is answered for at once, whatever the worker is at, and never in silence."""

import asyncio
import contextlib
import os
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.clock import FakeClock, Recorded
from core.command_line import Screen
from core.paths import Home
from core.settings import Settings
from core.spool_port import Clip, TypedText
from core.text.short_ids import brief_id
from pipeline.commands.noting import keep_note
from pipeline.fakes import FakeModels
from pipeline.spool.formats import clip_bytes
from pipeline.spool.spool import Spool
from pipeline.store.format.drafts import Embedding, new_moment_id
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.worker.delivery import Delivery, delivering
from pipeline.worker.judging import Candidate
from pipeline.worker.model_process import ModelsFailed, Said
from pipeline.worker.service import working
from pipeline.worker.worker import Worker
from tests.waiting import PATIENCE_S

Post = Callable[..., str]


class Held(FakeModels):
    """Reads nothing before it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()
        self.asked = asyncio.Event()

    async def read(self, said: Sequence[Said]) -> list[Embedding | None]:
        self.asked.set()
        await self.go.wait()
        return await super().read(said)


@pytest.fixture
def models() -> Held:
    return Held()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for that does not come in these tests."""
    for where in ("pipeline.worker.delivery", "pipeline.commands.noting"):
        monkeypatch.setattr(f"{where}.SILENT_S", 0.05)


@contextlib.asynccontextmanager
async def at_work(worker: Worker) -> AsyncIterator[None]:
    """Another process's worker, as far as whoever keeps can see."""
    task = asyncio.create_task(worker.work())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@contextlib.asynccontextmanager
async def alone(home: Path, models: FakeModels) -> AsyncIterator[Delivery]:
    """A delivery that has become the worker."""
    async with working(Home(home), Settings(), models=models, clock=FakeClock()) as worker:
        made = Delivery(Home(home), Settings(), contextlib.AsyncExitStack())
        made._own = worker
        yield made


def own(keeping: Delivery) -> Worker:
    assert keeping._own is not None
    return keeping._own


def letter_of(spool: Spool, moment: str) -> Path:
    return next(each.path for each in spool.waiting() if each.path.name.startswith(moment))


def typed(text: str) -> TypedText:
    return TypedText(new_moment_id(), "typed", text, Recorded(5, 0))


async def test_a_note_is_answered_while_the_worker_is_at_something_else(
    worker: Worker, models: Held, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note = typed("a short one")
    async with at_work(worker):
        await keep_note(Home(home), note, Screen(as_json=False))

        told = capsys.readouterr()
        assert told.out == f"{brief_id(note.id)}\n"
        assert told.err == "Kept. It can be found once the worker has indexed it.\n"
        models.go.set()
        async with asyncio.timeout(PATIENCE_S):
            while worker.spool.waiting():
                await asyncio.sleep(0.01)
    async with open_archive_to_read(home) as archive:
        assert [row.id for row in await archive.moments()] == [note.id]


async def test_that_the_models_of_another_worker_failed_is_told_as_of_one_s_own(
    home: Path, worker: Worker, models: Held
) -> None:
    models.failures = 1
    clip = Clip(new_moment_id(), "selected", Recorded(5, 0))
    file = os.memfd_create("candidate")
    os.write(file, b"".join(clip_bytes(clip, [bytes(32_000)])))
    delivery = Delivery(Home(home), Settings(), contextlib.AsyncExitStack())

    with pytest.raises(ModelsFailed):
        await delivery.judge(Candidate(file, {}))

    assert delivery.is_handed_over
    os.close(file)


async def test_a_note_that_is_in_the_index_at_once_says_no_more_than_its_id(
    worker: Worker,
    models: Held,
    home: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    models.go.set()
    monkeypatch.setattr("pipeline.commands.noting.SILENT_S", 60)
    note = typed("a short one")
    async with at_work(worker):
        await keep_note(Home(home), note, Screen(as_json=True))

    told = capsys.readouterr()
    assert (told.out, told.err) == (f'{{"id": "{note.id}"}}\n', "")


async def test_a_command_that_is_the_worker_itself_answers_once_and_only_when_it_is_done(
    models: Held, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.worker.service.ChildModels", lambda *_, **__: models)
    note = typed("a short one")
    keeping = asyncio.create_task(keep_note(Home(home), note, Screen(as_json=False)))
    await models.asked.wait()
    await asyncio.sleep(0.1)  # longer than its silence
    assert capsys.readouterr() == ("", "")

    models.go.set()

    assert await keeping == 0
    assert capsys.readouterr() == (f"{brief_id(note.id)}\n", "")


async def test_who_waits_is_told_so_once(
    worker: Worker, models: Held, home: Path, post_text: Post, spool: Spool
) -> None:
    told: list[dict[str, Any]] = []
    post_text("a short one")
    (letter,) = [each.path for each in spool.waiting()]
    async with at_work(worker), delivering(Home(home), Settings()) as handing:
        finishing = asyncio.create_task(handing.finish([letter], told.append))
        async with asyncio.timeout(PATIENCE_S):
            while {"event": "waits"} not in told:
                await asyncio.sleep(0.01)
        models.go.set()
        await finishing

    assert handing.is_handed_over
    assert [each["event"] for each in told].count("waits") == 1


async def test_who_keeps_waits_no_longer_than_for_the_first_failure(
    home: Path, post_text: Post, spool: Spool
) -> None:
    models = FakeModels(failures=1)
    post_text("a short one")
    (letter,) = [each.path for each in spool.waiting()]
    async with alone(home, models) as keeping:
        await keeping.finish([letter], lambda _: None)

        why = keeping.why_it_waits(letter)

    assert why is not None
    assert why.startswith(
        "The models ended while they worked on it (once so far). It will be tried"
    )


async def test_a_command_works_on_its_own_and_leaves_what_is_long_of_others(
    home: Path, spool: Spool, post_text: Post
) -> None:
    models = FakeModels()
    for moment, seconds in (("aa-0", 61), ("bb-0", 1)):
        clip = Clip(moment, "file", Recorded())
        spool.post_clip(clip, [np.full(seconds * 16_000, 7, np.int16)])
    said: list[str] = []
    async with alone(home, models) as keeping:
        await keeping.finish([letter_of(spool, "bb-0")], lambda _: None)
        keeping.tell_left_behind(said.append)

    assert models.heard == ["bb-0"]
    assert said == [
        "1 other item waits for a worker: `afterthought process --once` works on what is due."
    ]


async def test_of_what_is_due_a_commands_own_goes_first(home: Path, spool: Spool) -> None:
    models = FakeModels()
    for moment in ("aa-7", "bb-7", "cc-0"):
        spool.post_clip(Clip(moment, "press", Recorded()), [np.full(800, 7, np.int16)])
    async with alone(home, models) as keeping:
        await keeping.finish([letter_of(spool, "cc-0")], lambda _: None)

    assert models.heard[0] == "cc-0"


async def test_while_a_command_decodes_its_worker_does_what_is_short(
    home: Path, post_text: Post
) -> None:
    async with alone(home, FakeModels()) as keeping:
        note = post_text("a short one")

        def decode(stopped: threading.Event) -> str:
            del stopped
            assert found.wait(PATIENCE_S)
            return "decoded"

        found = threading.Event()
        with own(keeping).listening() as events:
            decoding = asyncio.create_task(keeping.beside(decode))
            while await events.get() != {"event": "searchable", "moment": note}:
                pass
            found.set()
            assert await decoding == "decoded"


async def test_a_command_that_is_stopped_waits_for_its_thread_to_let_go(home: Path) -> None:
    began, let_go = threading.Event(), threading.Event()

    def decode(stopped: threading.Event) -> None:
        began.set()
        assert stopped.wait(PATIENCE_S)
        let_go.set()

    async with alone(home, FakeModels()) as keeping:
        decoding = asyncio.create_task(keeping.beside(decode))
        await asyncio.to_thread(began.wait, 60)
        decoding.cancel()
        await asyncio.gather(decoding, return_exceptions=True)

        assert let_go.is_set()
        assert decoding.cancelled()
