"""A real archive, made through the store, and the app on it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.clock import Recorded
from core.moment import Transcript, Word
from core.places import Home
from dashboard.app import close, create_app
from pipeline.store import drafts
from pipeline.store.archive import open_archive
from pipeline.store.chain import Draft
from pipeline.store.drafts import Kept, new_moment_id

LOCALHOST = "http://localhost:8765"


class Diary:
    """Puts moments into the archive, as the worker would."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def heard(
        self, text: str, at_ms: int | None, *, doubtful: str = "", how: drafts.How = "press"
    ) -> str:
        """A moment with words, half a second each, those in `doubtful` marked."""
        words = tuple(
            Word(word, 500 * place, 500 * place + 400, 0.9, word in doubtful.split())
            for place, word in enumerate(text.split())
        )
        kept = Kept(new_moment_id(), how, Recorded(at_ms, 0), duration_ms=500 * len(words))
        transcript = Transcript(text, words, "a model", -0.2)
        self._append(
            drafts.moment_kept(kept, author="wearer"),
            drafts.moment_transcribed(kept.id, transcript, revision=0),
        )
        return kept.id

    def awaited(self, at_ms: int | None) -> str:
        """A moment whose words are not there yet."""
        kept = Kept(new_moment_id(), "press", Recorded(at_ms, 0), duration_ms=12_000)
        self._append(drafts.moment_kept(kept, author="wearer"))
        return kept.id

    def typed(self, text: str, at_ms: int | None) -> str:
        kept = Kept(new_moment_id(), "typed", Recorded(at_ms, 0), transcript=Transcript(text))
        self._append(drafts.moment_kept(kept, author="wearer"))
        return kept.id

    def _append(self, *thought: Draft) -> None:
        async def append() -> None:
            async with open_archive(self.home) as archive:
                await archive.append(*thought)

        asyncio.run(append())


@pytest.fixture
def diary(home: Path) -> Diary:
    return Diary(home)


@pytest.fixture
def app(home: Path) -> Iterator[Flask]:
    made = create_app(Home(home), streams=8)
    yield made
    close(made)


@pytest.fixture
def page(app: Flask) -> FlaskClient:
    """A browser on this machine, without script."""
    client = app.test_client()
    client.environ_base["HTTP_HOST"] = "localhost:8765"
    return client
