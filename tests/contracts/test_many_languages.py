"""What every transcriber of many languages promises, whichever it is."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.audio import RATE_HZ
from core.pcm import Pcm
from core.text.languages import LANGUAGE_NAMES
from pipeline import media
from pipeline.hearing.fakes import FakeManyLanguages
from pipeline.hearing.languages import ManyLanguages, decide
from pipeline.hearing.multilingual import MultilingualWhisper
from tests.fetched import fetched

OURS = Path(__file__).parents[2] / "dashboard" / "demo" / "sounds" / "kettle.m4a"
"""A recording of ours, in English."""


def real() -> ManyLanguages:
    return MultilingualWhisper(fetched("languages_transcriber"))


MAKERS: dict[str, Callable[[], ManyLanguages]] = {
    "fake": lambda: FakeManyLanguages({"en": 0.9, "de": 0.1}, {"en": "the tea", "de": "ja"}),
    "whisper": real,
}


@pytest.fixture(scope="module", params=["fake", pytest.param("whisper", marks=pytest.mark.long)])
def many(request: pytest.FixtureRequest) -> ManyLanguages:
    return MAKERS[request.param]()


@pytest.fixture(scope="module")
def voice() -> Pcm:
    return np.concatenate(list(media.decode(OURS)))


@pytest.mark.parametrize("thoroughly", [False, True])
def test_english_is_told_from_all_others(
    many: ManyLanguages, voice: Pcm, *, thoroughly: bool
) -> None:
    found = many.languages(voice, thoroughly=thoroughly)

    assert max(found, key=lambda code: found[code]) == "en"
    assert sum(found.values()) == pytest.approx(1, abs=1e-3)
    assert len(found.keys() - LANGUAGE_NAMES.keys()) <= 2


def test_the_same_sound_gives_the_same_words_in_the_language_that_is_named(
    many: ManyLanguages, voice: Pcm
) -> None:
    once, twice = (many.transcribe_in("en", voice) for _ in range(2))

    assert once == twice
    assert "the tea" in once.text.lower()
    assert once.model == many.name


@pytest.mark.long
def test_each_sentence_is_heard_in_the_language_that_it_is_in(data: Path) -> None:
    many = real()
    manifest = (data / "non_english" / "manifest.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in manifest.splitlines()]
    sounds = [np.concatenate(list(media.decode(data / "non_english" / r["audio"]))) for r in rows]

    told = [decide(many.languages(each), ["en", "de", "es", "fr", "pt"]) for each in sounds]

    assert [(each.language, each.sure) for each in told] == [(row["lang"], True) for row in rows]


@pytest.mark.long
def test_two_languages_in_one_sentence_give_no_more_words_than_can_be_said(data: Path) -> None:
    """It is heard in the likelier one; what was said in the other may come out as anything."""
    many = real()
    ours, theirs = (
        np.concatenate(list(media.decode(file)))
        for file in (OURS, data / "non_english" / "fleurs-de-001.flac")
    )
    both = np.concatenate([ours[: 3 * RATE_HZ], theirs[: 4 * RATE_HZ]])

    told = decide(many.languages(both, thoroughly=True), ["en", "de"])
    heard = many.transcribe_in(told.language, both)

    assert told.is_listed
    assert 0 < len(heard.words) <= 5 * both.size / RATE_HZ
    assert all(0 <= word.start_ms <= word.end_ms <= 7_020 for word in heard.words)
    assert heard == many.transcribe_in(told.language, both)
