from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from core.errors import ModelMissing
from core.moment import Transcript, Word
from core.pcm import Pcm
from core.settings import HearingSettings, MachineSettings, Settings
from pipeline.hearing import multilingual, transcriber, whisper
from pipeline.hearing.fakes import FakeManyLanguages
from pipeline.hearing.packing import Pauses
from pipeline.transcribers import open_transcriber

SOUND: Pcm = np.full(16_000, 8000, dtype=np.int16)
HARDLY = Transcript("you", (Word("you", 0, 90, 0.2, doubtful=True),), "fake", -1.2)


class Loaded:
    """Which models are in memory, and which were loaded, in their order."""

    def __init__(self) -> None:
        self.now: set[str] = set()
        self.order: list[str] = []

    def come(self, name: str) -> None:
        self.now.add(name)
        self.order.append(name)


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> Loaded:
    """Models that only say when they come and go."""
    found = Loaded()

    class English:
        name = "english"

        def __init__(self, *_: object, **__: object) -> None:
            found.come("english")

        def __del__(self) -> None:
            found.now.discard("english")

        def transcribe(self, pcm: Pcm) -> Transcript:
            return HARDLY

        def transcribe_together(
            self, pcms: Sequence[Pcm], pauses: Pauses | None = None
        ) -> list[Transcript]:
            del pauses
            return [HARDLY for _ in pcms]

    class Many(FakeManyLanguages):
        def __init__(self, *_: object, **__: object) -> None:
            super().__init__({"de": 0.9, "en": 0.1}, {"de": "die Pumpe"})
            found.come("many")

        def __del__(self) -> None:
            found.now.discard("many")

    monkeypatch.setattr(transcriber, "WhisperTranscriber", English)
    monkeypatch.setattr(multilingual, "MultilingualWhisper", Many)
    monkeypatch.setattr(whisper, "Whisper", lambda *_, **__: None)
    monkeypatch.setattr("pipeline.models.find", lambda *_, **__: Path())
    monkeypatch.setattr("pipeline.models.is_there", lambda *_, **__: True)
    return found


def settings(*languages: str, zero: bool = False) -> Settings:
    machine = MachineSettings(profile="zero" if zero else "full")
    return Settings(hearing=HearingSettings(languages), machine=machine)


def test_no_model_is_loaded_before_somebody_speaks(loaded: Loaded, home: Path) -> None:
    open_transcriber(settings("en", "de"), home)

    assert loaded.order == []


def test_models_stay_loaded_where_there_is_memory(loaded: Loaded, home: Path) -> None:
    hears = open_transcriber(settings("en", "de"), home)

    assert [hears.transcribe(SOUND).text for _ in range(2)] == ["die Pumpe", "die Pumpe"]

    assert loaded.order == ["english", "many"]


def test_with_little_memory_one_model_goes_before_the_other_comes(
    loaded: Loaded, home: Path
) -> None:
    hears = open_transcriber(settings("en", "de", zero=True), home)

    hears.transcribe(SOUND)
    assert loaded.now == {"many"}
    hears.transcribe(SOUND)

    assert loaded.order == ["english", "many", "english", "many"]
    assert loaded.now == {"many"}


def test_where_english_is_not_spoken_its_model_is_never_loaded(loaded: Loaded, home: Path) -> None:
    assert open_transcriber(settings("de"), home).transcribe(SOUND).language == "de"

    assert loaded.order == ["many"]


@pytest.mark.usefixtures("loaded")
def test_without_the_model_of_many_languages_all_is_heard_as_english(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.models.is_there", lambda *_, **__: False)

    assert open_transcriber(settings("en", "de"), home).transcribe(SOUND).text == "you"


@pytest.mark.usefixtures("loaded")
def test_a_damaged_model_of_many_languages_is_told_and_not_passed_over(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(name: str, **_: object) -> Path:
        if name == "languages_transcriber":
            raise ModelMissing("It is damaged.", advice="Delete it.")
        return Path()

    monkeypatch.setattr("pipeline.models.find", find)
    hears = open_transcriber(settings("en", "de"), home)

    for _ in range(2):  # again, too: the clip is tried again
        with pytest.raises(ModelMissing, match="damaged"):
            hears.transcribe(SOUND)
