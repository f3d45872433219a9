"""The models' process tells voices apart where their model is, and does without where it is not."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import pipeline.models.finding
from core.audio import RATE_HZ
from core.clock import Recorded
from core.spool_port import Clip
from pipeline import models
from pipeline.hearing.fakes import FakeSpeechModel, FakeTranscriber
from pipeline.meaning.fakes import FakeEmbedder
from pipeline.spool.spool import Spool
from pipeline.voices.fakes import FakeVoiceModel
from pipeline.worker.model_child import LoadedModels


@pytest.fixture
def clip(home: Path) -> Path:
    """Eight seconds of one tone."""
    at = np.arange(8 * RATE_HZ) / RATE_HZ
    sound = (np.sin(2 * np.pi * 200 * at) * 8000).astype(np.int16)
    return Spool(home / "spool").post_clip(Clip("0123456789abcdef-0", "press", Recorded()), [sound])


@pytest.fixture
def loaded(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> LoadedModels:
    """Fakes in place of all models but that of voices, which is not on this machine."""

    @contextlib.contextmanager
    def speech_model(_: LoadedModels) -> Iterator[FakeSpeechModel]:
        yield FakeSpeechModel()

    monkeypatch.setattr(pipeline.models.finding, "machine_folder", lambda _: tmp_path / "none")
    monkeypatch.setattr(LoadedModels, "_speech_model", speech_model)
    monkeypatch.setattr(LoadedModels, "_embedder", lambda *_: FakeEmbedder())
    made = LoadedModels(home)
    made.__dict__["_transcriber"] = FakeTranscriber(("a b c d e f g h",))
    return made


def test_where_the_model_is_the_voices_of_a_clip_are_told(loaded: LoadedModels, clip: Path) -> None:
    loaded.__dict__["_voice_model"] = FakeVoiceModel()

    heard = loaded.hear(clip, lambda _: None)

    assert heard.voices is not None
    assert [turn.voice for turn in heard.voices.turns] == ["A"]
    assert heard.voices.model == FakeVoiceModel.name


def test_where_it_is_not_the_words_come_without(loaded: LoadedModels, clip: Path) -> None:
    heard = loaded.hear(clip, lambda _: None)

    assert heard.transcript.text
    assert heard.voices is None


def test_a_damaged_one_costs_no_word(home: Path, loaded: LoadedModels, clip: Path) -> None:
    own = home / "models" / models.known("voice").name
    own.mkdir(parents=True)
    (own / "pretrained.pt").write_bytes(b"damaged")

    heard = loaded.hear(clip, lambda _: None)

    assert heard.transcript.text
    assert heard.voices is None
