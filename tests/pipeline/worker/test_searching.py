"""A search that the worker does for another process."""

import asyncio
import base64
import contextlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from core.paths import Home
from core.settings import HearingSettings, Settings
from core.sockets import socket_client
from pipeline.fakes import FakeModels
from pipeline.search.by_worker import by_worker
from pipeline.search.found import Wanted
from pipeline.store.sqlite.archive import open_archive
from pipeline.worker import searching
from pipeline.worker.model_process import Vectors
from pipeline.worker.searching import Searching
from pipeline.worker.service import working
from tests.pipeline.search.said import FRIDAY, Said, keep
from tests.waiting import PATIENCE_S

PUMP = Said("1", "the pump leaks again", "Martha")
BOAT = Said("2", "a boat on the river\nand its red sail", at=None)


@pytest.fixture
async def _said(home: Path) -> None:
    async with open_archive(home) as archive:
        await keep(archive, PUMP, BOAT, Said("3", "the pump leaks again", "Martha"))


@pytest.mark.usefixtures("_said")
@pytest.mark.parametrize("query", ["pump", "red sail", "nothing of it", ""])
async def test_what_another_process_is_told_is_what_was_found(home: Path, query: str) -> None:
    async with working(Home(home), Settings(), models=FakeModels()) as worker:
        here = await worker.search(Wanted(query))
        there = await by_worker(Home(home).worker_socket, PATIENCE_S)(Wanted(query))

    assert there is not None
    assert replace(there, ms=0) == replace(here, ms=0)
    assert not there.by_words_alone
    assert bool(there.hits) == bool(query)


@pytest.mark.usefixtures("_said")
async def test_number_and_times_are_passed_on(home: Path) -> None:
    day = round(FRIDAY.timestamp() * 1000)
    async with working(Home(home), Settings(), models=FakeModels()):
        ask = by_worker(Home(home).worker_socket, PATIENCE_S)
        found = [
            await ask(wanted)
            for wanted in (
                Wanted("pump", n=0),
                Wanted("pump", since_ms=day + 1),
                Wanted("pump", until_ms=day),
                Wanted("pump", by_words_alone=True),
            )
        ]

    assert [bool(each and each.hits) for each in found] == [False, False, False, True]
    assert [each and each.by_words_alone for each in found] == [False, False, False, True]


NO_QUERIES: list[dict[str, object]] = [
    {},
    {"query": 1},
    {"query": "a", "n": "b"},
    {"query": "a", "until_ms": []},
    {"query": "a", "vector": 1},
]


@pytest.mark.parametrize("wrong", NO_QUERIES, ids=str)
async def test_what_is_no_query_is_declined(home: Path, wrong: dict[str, object]) -> None:
    async with working(Home(home), Settings(), models=FakeModels()):
        with pytest.raises(socket_client.Declined):
            await asyncio.to_thread(
                socket_client.ask,
                Home(home).worker_socket,
                {"do": "search", **wrong},
                patience_s=PATIENCE_S,
            )


async def test_where_no_worker_is_nobody_answers(home: Path) -> None:
    assert await by_worker(Home(home).worker_socket, PATIENCE_S)(Wanted("pump")) is None


class Asleep(FakeModels):
    """Models that come when they are let."""

    def __init__(self) -> None:
        super().__init__()
        self.awake = asyncio.Event()
        self.answered = 0

    async def embed(self, texts: Sequence[str], embedder: str) -> Vectors:
        await self.awake.wait()
        self.answered += 1
        return await super().embed(texts, embedder)


@pytest.mark.usefixtures("_said")
async def test_models_that_sleep_are_not_waited_for_and_wake(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MEANING_WITHIN_S", 0.01)
    models = Asleep()
    async with contextlib.aclosing(Searching(home, models)) as here:
        first = await here.search(Wanted("pump"))
        models.awake.set()
        while not models.answered:
            await asyncio.sleep(0)
        monkeypatch.setattr(searching, "MEANING_WITHIN_S", PATIENCE_S)
        second = await here.search(Wanted("pump"))

    assert (first.by_words_alone, second.by_words_alone) == (True, False)
    assert first.hits[0].text == second.hits[0].text == PUMP.text


@pytest.mark.usefixtures("_said")
async def test_models_that_fail_leave_the_words(home: Path) -> None:
    async with contextlib.aclosing(Searching(home, FakeModels(failures=1))) as here:
        found = await here.search(Wanted("pump"))

    assert found.by_words_alone
    assert found.hits[0].text == PUMP.text


@pytest.mark.usefixtures("_said")
async def test_where_vectors_do_not_fit_words_alone_answer(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(searching.MOST_VECTORS, "zero", 4)
    async with contextlib.aclosing(Searching(home, FakeModels(), profile="zero")) as here:
        fits = await here.search(Wanted("pump"))
        async with open_archive(home) as archive:
            await keep(archive, Said("4", "one more"))
        too_many = await here.search(Wanted("pump"))

    assert (fits.by_words_alone, too_many.by_words_alone) == (False, True)
    assert fits.hits[0].text == too_many.hits[0].text == PUMP.text


@pytest.mark.usefixtures("_said")
async def test_for_a_known_vector_no_model_is_waited_for(home: Path) -> None:
    models = Asleep()
    packed = base64.b64encode(
        (await FakeModels().embed(["pump"], FakeModels().embedder())).tobytes()
    ).decode()
    async with contextlib.aclosing(Searching(home, models)) as here:
        found = await here.search(Wanted("pump", vector=packed))

    assert not found.by_words_alone
    assert found.hits[0].text == PUMP.text
    assert models.answered == 0


async def test_the_languages_of_the_settings_are_those_that_it_searches_in(home: Path) -> None:
    async with open_archive(home) as archive:
        await keep(archive, Said("1", "Die alten Häuser am Hafen."), Said("2", "Nichts davon."))
    spoken = {
        listed: Settings(hearing=HearingSettings(languages=listed))
        for listed in (("en",), ("en", "de"))
    }

    for listed, settings in spoken.items():
        async with working(Home(home), settings, models=FakeModels()) as worker:
            (first, *_) = (await worker.search(Wanted("Haus Hafen"))).hits
        marked = [first.text[start:end] for start, end in first.marks]
        assert marked == (["Häuser", "Hafen"] if "de" in listed else ["Hafen"])
