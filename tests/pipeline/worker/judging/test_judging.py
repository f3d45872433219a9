"""What nobody pressed for is judged from an open file, and leaves nothing unless it is kept."""

import asyncio
import contextlib
import errno
import json
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.clock import FakeClock, Recorded
from core.errors import WrongUsage
from core.moment import Transcript
from core.paths import Home
from core.settings import Settings
from core.sockets import socket_client
from core.spool_port import Clip
from pipeline.fakes import FakeModels
from pipeline.meaning.fakes import FakeEmbedder
from pipeline.meaning.placing import placed
from pipeline.media.encoded import Encoded
from pipeline.selection import teaching
from pipeline.spool.formats import clip_bytes
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept
from pipeline.store.format.events import Draft, Event
from pipeline.worker.delivery import Delivery
from pipeline.worker.encoding import to_its_end
from pipeline.worker.judging import Candidate
from pipeline.worker.model_process import Heard, Progress
from pipeline.worker.service import working
from pipeline.worker.worker import Worker
from tests.waiting import PATIENCE_S

KEPT = "Let's move the pump into the cellar before Friday, because the terrace floods."
ID = "0123456789abcdef-16000"

Make = Callable[..., Candidate]


class Slow(FakeModels):
    """Hears no candidate before it is let go."""

    def __init__(self) -> None:
        super().__init__(Transcript(KEPT, model="fake"))
        self.go = asyncio.Event()
        self.asked = asyncio.Event()

    async def hear_candidate(self, clip: Path) -> Heard:
        self.asked.set()
        await self.go.wait()
        return await super().hear_candidate(clip)


class SlowToEncode(FakeModels):
    """As models in a child: what was begun there is finished, whoever is cancelled meanwhile."""

    def __init__(self) -> None:
        super().__init__(Transcript(KEPT, model="fake"))
        self.go = asyncio.Event()
        self.asked = asyncio.Event()

    async def encode(self, clip: Path, target: Path, progress: Progress) -> Encoded:
        self.asked.set()
        return await to_its_end(self._encode_once_let_go(clip, target, progress))

    async def _encode_once_let_go(self, clip: Path, target: Path, progress: Progress) -> Encoded:
        await self.go.wait()
        return await super().encode(clip, target, progress)


@pytest.fixture
def candidate() -> Iterator[Make]:
    """A candidate in memory alone, as capture hands it in."""
    files: list[int] = []

    def make(moment: str = ID, *, seconds: float = 2.0, how: Any = "selected") -> Candidate:
        sound = np.random.default_rng(3).integers(-99, 99, int(seconds * 16_000), np.int16)
        file = os.memfd_create("candidate")
        files.append(file)
        clip = Clip(moment, how, Recorded(1_790_000_000_000, 0, source="clock"))
        os.write(file, b"".join(clip_bytes(clip, [sound.tobytes()])))
        return Candidate(file, {})

    yield make
    for each in files:
        os.close(each)


@pytest.fixture
def models() -> FakeModels:
    return FakeModels(Transcript(KEPT, model="fake"))


def everything_in(home: Path) -> set[str]:
    return {str(each.relative_to(home)) for each in home.rglob("*") if each.is_file()}


async def test_what_is_worth_keeping_becomes_a_moment_with_its_reasons_and_sound(
    worker: Worker, candidate: Make
) -> None:
    verdict = await worker.judge(candidate())

    row = await worker._archive.moment(ID)
    assert (verdict.moment, row.how, row.text) == (ID, "selected", KEPT)
    assert row.reasons == json.dumps(list(verdict.reasons))
    assert verdict.reasons
    assert row.sound is not None
    kept = next(e for e in await worker._archive.events_of(ID) if e.kind == "moment_kept")
    assert kept.author == "selector"
    assert kept.payload["signals"].keys() == verdict.signals.keys()


async def test_what_is_passed_over_leaves_no_event_and_no_file(
    home: Path, worker: Worker, models: FakeModels, candidate: Make
) -> None:
    models.transcript = Transcript("Mm.", model="fake")
    before = everything_in(home)

    verdict = await worker.judge(candidate())

    assert (verdict.moment, verdict.reasons) == (None, ("nothing_stood_out",))
    assert await worker._archive.latest_events(9, kind="moment_kept") == []
    assert everything_in(home) == before


@pytest.mark.parametrize(
    ("heard", "reason"),
    [
        (Transcript("", model="fake"), "no_words"),
        (Transcript("", model="fake", other_language="nl"), "other_language"),
    ],
)
async def test_without_words_it_is_passed_over(
    worker: Worker, models: FakeModels, candidate: Make, heard: Transcript, reason: str
) -> None:
    models.transcript = heard

    assert (await worker.judge(candidate())).reasons == (reason,)


async def test_no_word_of_it_is_in_the_log(
    worker: Worker, models: FakeModels, candidate: Make, capfd: pytest.CaptureFixture[str]
) -> None:
    with worker.listening() as events:
        await worker.judge(candidate())
        models.transcript = Transcript("The cellar.", model="fake")
        await worker.judge(candidate("0123456789abcdef-99000"))

    told = [events.get_nowait() for _ in range(events.qsize())]
    logged = capfd.readouterr()
    assert "cellar" not in f"{told}{logged.out}{logged.err}"


async def test_what_was_kept_later_changes_no_verdict(worker: Worker, candidate: Make) -> None:
    before = await worker.judge(candidate())
    later = [
        (kept := drafts.moment_kept(_later(number), author="wearer"), _embedded(kept.subject))
        for number in range(30)
    ]
    await worker._archive.append(*[draft for pair in later for draft in pair])

    after = await worker.judge(candidate("0123456789abcdef-15000"))

    assert (after.score, after.signals) == (before.score, before.signals)


def _later(number: int) -> Kept:
    recorded = Recorded(1_790_000_000_000 + 60_000 * (number + 1), 0, source="clock")
    return Kept(f"{number:016x}-0", "typed", recorded, transcript=Transcript(KEPT))


def _embedded(moment: str) -> Draft:
    embedding = placed(Transcript(KEPT), None, FakeEmbedder())
    assert embedding is not None
    return drafts.moment_embedded(moment, embedding)


async def test_what_the_wearer_dismissed_often_enough_is_kept_no_more(
    worker: Worker, models: FakeModels, candidate: Make
) -> None:
    models.transcript = Transcript("We should move the pump into the cellar.", model="fake")
    for number in range(12):
        verdict = await worker.judge(candidate(f"{number:016x}-5"))
        if verdict.moment is not None:
            await teaching.dismiss(worker._archive, await worker._archive.moment(verdict.moment))

    assert not (await worker.judge(candidate())).is_kept


async def test_answers_are_read_once_while_none_comes(
    worker: Worker, models: FakeModels, candidate: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = await worker._archive.moment((await worker.judge(candidate())).moment or "")
    await teaching.more(worker._archive, row)
    read, lessons = [], worker._archive.lessons

    async def counted() -> list[Event]:
        read.append(1)
        return await lessons()

    monkeypatch.setattr(worker._archive, "lessons", counted)
    models.transcript = Transcript("Mm.", model="fake")
    for number in range(3):
        await worker.judge(candidate(f"{number:016x}-5"))

    assert len(read) == 1


async def test_judged_twice_it_is_one_moment(worker: Worker, candidate: Make) -> None:
    first = await worker.judge(candidate())

    assert (await worker.judge(candidate())).moment == first.moment == ID
    assert len(await worker._archive.latest_events(9, kind="moment_kept")) == 1


async def test_what_was_forgotten_is_not_kept_again(worker: Worker, candidate: Make) -> None:
    await worker.judge(candidate())
    await worker._archive.begin_forgetting([ID])

    assert (await worker.judge(candidate())).moment is None


@pytest.mark.parametrize("how", ["press", "file"])
async def test_only_what_selection_cut_out_is_judged(
    worker: Worker, candidate: Make, how: str
) -> None:
    with pytest.raises(WrongUsage):
        await worker.judge(candidate(how=how))


async def test_a_file_that_is_no_clip_is_refused(worker: Worker, tmp_path: Path) -> None:
    (tmp_path / "no_clip").write_bytes(b"no clip" * 9)

    with (tmp_path / "no_clip").open("rb") as file, pytest.raises(WrongUsage, match="no clip"):
        await worker.judge(Candidate(file.fileno(), {}))


async def test_an_endless_file_is_refused(worker: Worker) -> None:
    reading, writing = os.pipe()
    try:
        with pytest.raises(WrongUsage):
            await worker.judge(Candidate(reading, {}))
    finally:
        os.close(reading)
        os.close(writing)


async def test_cut_off_by_a_pause_meanwhile_it_is_judged_as_it_was_handed_in(
    home: Path, candidate: Make
) -> None:
    models = Slow()
    async with working(Home(home), Settings(), models=models, clock=FakeClock()) as worker:
        given = candidate()
        judging = asyncio.create_task(worker.judge(given))
        await models.asked.wait()
        os.ftruncate(given.file, 0)
        models.go.set()

        assert (await judging).is_kept


@pytest.fixture
def socket_path(home: Path, worker: Worker) -> Path:
    return Home(home).worker_socket


async def test_it_is_handed_in_over_the_worker_s_socket(socket_path: Path, candidate: Make) -> None:
    request = {"do": "judge", "signals": {"emphasis": 0.5}}

    told = await socket_client.ask_and_wait(socket_path, request, file=candidate().file)

    assert (told["verdict"], told["moment"]) == ("kept", ID)
    assert told["signals"]["emphasis"] == 0.5
    assert "text" not in told


async def test_its_words_are_told_to_whoever_asks_for_an_explanation(
    socket_path: Path, candidate: Make
) -> None:
    request = {"do": "judge", "explain": True}

    told = await asyncio.to_thread(
        socket_client.ask, socket_path, request, patience_s=PATIENCE_S, file=candidate().file
    )

    assert told["text"] == KEPT


async def test_how_long_the_models_worked_on_it_is_told(
    socket_path: Path, models: FakeModels, candidate: Make
) -> None:
    models.cpu_s = 1.5

    told = await socket_client.ask_and_wait(socket_path, {"do": "judge"}, file=candidate().file)

    assert told["cpu_s"] == 1.5


async def test_without_a_file_nothing_is_judged(socket_path: Path) -> None:
    with pytest.raises(socket_client.Declined, match="No file"):
        await socket_client.ask_and_wait(socket_path, {"do": "judge"})


async def test_another_process_s_worker_judges_for_a_delivery(
    home: Path, worker: Worker, candidate: Make
) -> None:
    delivery = Delivery(Home(home), Settings(), contextlib.AsyncExitStack())

    verdict = await delivery.judge(candidate())

    assert (verdict.moment, verdict.text, delivery.is_handed_over) == (ID, KEPT, True)


async def test_whoever_hangs_up_takes_it_back(home: Path, candidate: Make) -> None:
    models = Slow()
    async with working(Home(home), Settings(), models=models, clock=FakeClock()) as worker:
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(Home(home).worker_socket))
            socket.send_fds(line, [b'{"do": "judge"}\n'], [candidate().file])
            await asyncio.wait_for(models.asked.wait(), PATIENCE_S)
        other = candidate("0123456789abcdef-99000")
        judging = asyncio.create_task(worker.judge(other))  # its turn comes once the first is over
        models.asked.clear()
        await asyncio.wait_for(models.asked.wait(), PATIENCE_S)
        models.go.set()
        await judging

        assert await worker._archive.find_moment(ID) is None


@pytest.mark.parametrize("times", [1, 2])
async def test_taken_back_while_its_sound_is_made_it_leaves_none(
    home: Path, candidate: Make, times: int
) -> None:
    models = SlowToEncode()
    async with working(Home(home), Settings(), models=models, clock=FakeClock()) as worker:
        before = everything_in(home)
        judging = asyncio.create_task(worker.judge(candidate()))
        await asyncio.wait_for(models.asked.wait(), PATIENCE_S)
        for _ in range(times):
            judging.cancel()
            await asyncio.sleep(0)
        models.go.set()
        with pytest.raises(asyncio.CancelledError):
            await judging

        assert await worker._archive.find_moment(ID) is None
        assert everything_in(home) == before


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk of the archive is full"),
        (OSError(errno.EIO, "Input/output error"), "Input/output error"),
        (OverflowError("a word of the wearer's"), "Something broke in the worker: OverflowError"),
    ],
)
async def test_that_its_sound_cannot_be_made_is_told_and_leaves_none(
    worker: Worker,
    candidate: Make,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    sentence: str,
) -> None:
    home = worker.spool.folder.parent
    before = everything_in(home)

    async def breaks_off(clip: Path, target: Path, progress: Progress) -> Encoded:
        target.write_bytes(b"half of it")
        raise error

    monkeypatch.setattr(worker.models, "encode", breaks_off)
    asking = socket_client.ask_and_wait(
        Home(home).worker_socket, {"do": "judge"}, file=candidate().file
    )
    with pytest.raises(socket_client.Declined, match=sentence) as told:
        await asyncio.wait_for(asking, PATIENCE_S)

    assert "wearer's" not in str(told.value)
    assert everything_in(home) == before
