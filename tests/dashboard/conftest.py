"""A real archive, made through the store, and the app on it."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.clock import Recorded, local_offset_min
from core.facts import Detail, Fact, FactKind, passed_over
from core.moment import Transcript, Word
from core.paths import Home
from dashboard.app import close, create_app
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Embedding, Kept, PassageCut, new_moment_id
from pipeline.store.format.events import Draft
from pipeline.store.format.voice_drafts import Turns, with_turns
from pipeline.store.passage_columns.vectors import encoded
from pipeline.store.sqlite.archive import open_archive

LOCALHOST = "http://localhost:8765"


STREAM = "00000000feedbeef"
_BY_BUTTON = {"by": "button"}


def _here(at_ms: int | None) -> Recorded:
    """A time by this machine's clock."""
    if at_ms is None:
        return Recorded()
    return Recorded(at_ms, local_offset_min(at_ms), source="clock")


def _by_boot_clock(at_ms: int) -> Recorded:
    return replace(_here(at_ms), boot="boot", boottime_ms=at_ms % 1_000_000_000)


class Diary:
    """Puts moments into the archive, as the worker would."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._positions = count()
        self.language: str | None = None

    def heard(  # noqa: PLR0913 - each is a matter of its own
        self,
        text: str,
        at_ms: int | None,
        *,
        doubtful: str = "",
        alternatives: Mapping[str, str] | None = None,
        how: drafts.How = "press",
        reasons: tuple[str, ...] = (),
        utc_offset_min: int | None = None,
        turns: Turns | None = None,
    ) -> str:
        """A moment with words, half a second each, those in `doubtful` marked.

        `alternatives` are what was heard in place of a word.
        """
        instead = alternatives or {}
        words = tuple(
            Word(
                word,
                500 * place,
                500 * place + 400,
                0.9,
                word in doubtful.split(),
                instead.get(word),
            )
            for place, word in enumerate(text.split())
        )
        recorded = _here(at_ms) if utc_offset_min is None else Recorded(at_ms, utc_offset_min)
        kept = Kept(new_moment_id(), how, recorded, reasons, duration_ms=500 * len(words))
        transcript = Transcript(text, words, "a model", -0.2, self.language)
        heard = drafts.moment_transcribed(kept.id, transcript, revision=0)
        author = "selector" if how == "selected" else "wearer"
        self._append(
            drafts.moment_kept(kept, author=author),
            with_turns(heard, turns) if turns else heard,
        )
        return kept.id

    def selected(self, text: str, at_ms: int | None, *reasons: str) -> str:
        """A moment that nobody pressed for."""
        return self.heard(text, at_ms, how="selected", reasons=reasons)

    def awaited(self, at_ms: int | None) -> str:
        """A moment whose words are not there yet."""
        return self.kept_as(new_moment_id(), at_ms)

    def kept_as(self, moment: str, at_ms: int | None) -> str:
        """The same, with this id."""
        kept = Kept(moment, "press", _here(at_ms), duration_ms=12_000)
        self._append(drafts.moment_kept(kept, author="wearer"))
        return kept.id

    def without_words(self, at_ms: int | None) -> str:
        """A moment on whose sound the models failed for good."""
        moment = self.awaited(at_ms)
        self._append(drafts.moment_transcribed(moment, None, revision=0))
        return moment

    def words_arrive(self, moment: str, text: str) -> None:
        """What was awaited is made out."""
        transcript = Transcript(text, (), "a model", -0.2)
        self._append(drafts.moment_transcribed(moment, transcript, revision=0))

    def pressed(self, at_ms: int, duration_ms: int) -> str:
        """A moment of the stream whose gaps and pauses are here."""
        moment = f"{STREAM}-{next(self._positions)}"
        self._append(
            drafts.moment_kept(
                Kept(moment, "press", _by_boot_clock(at_ms), duration_ms=duration_ms),
                author="wearer",
            )
        )
        return moment

    def typed(
        self, text: str, at_ms: int | None, about: str | None = None, *, embedded: bool = False
    ) -> str:
        kept = Kept(
            new_moment_id(), "typed", _here(at_ms), transcript=Transcript(text), about=about
        )
        self._append(drafts.moment_kept(kept, author="wearer"))
        if embedded:
            cuts = (PassageCut(0, len(text), None, None),)
            vectors = encoded(np.eye(1, 384, dtype=np.float32))
            self._append(drafts.moment_embedded(kept.id, Embedding("a model", cuts, vectors)))
        return kept.id

    def imported(self, *texts: str) -> None:
        """Notes that came in together."""
        act = drafts.new_act_id()
        kept = [
            Kept(new_moment_id(), "imported", Recorded(), transcript=Transcript(each), act=act)
            for each in texts
        ]
        self._append(*(drafts.moment_kept(each, author="wearer") for each in kept))

    def gap(self, at_ms: int, duration_ms: int, **more: Detail) -> None:
        """Sound that was lost, because capture was not running."""
        details = {"reason": "stopped", "duration_ms": duration_ms, "estimated": False, **more}
        self._append(drafts.fact_noted(self._fact("gap_found", at_ms, details), author="capture"))

    def pause(self, at_ms: int, duration_ms: int) -> None:
        began = self._fact("pause_began", at_ms, {"by": "button"})
        ended = replace(
            began,
            kind="pause_ended",
            recorded=self._fact("pause_ended", at_ms + duration_ms).recorded,
        )
        self._append(*(drafts.fact_noted(each, author="capture") for each in (began, ended)))

    def passed_over(
        self, at_ms: int, counts: Mapping[str, int], spans: Sequence[tuple[int, int]]
    ) -> None:
        """Utterances that were not kept; of each the offset and the length."""
        reason = next(iter(counts))
        fact = passed_over(
            STREAM,
            next(self._positions),
            _by_boot_clock(at_ms),
            duration_ms=max(offset + length for offset, length in spans),
            counts=counts,
            spans=[(*span, reason) for span in spans],
        )
        self._append(drafts.fact_noted(fact, author="capture"))

    def _fact(self, kind: FactKind, at_ms: int, details: Mapping[str, Detail] = _BY_BUTTON) -> Fact:
        return Fact(kind, STREAM, next(self._positions), _by_boot_clock(at_ms), details)

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
