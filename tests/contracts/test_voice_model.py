"""What every voice model promises, whichever it is."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.audio import RATE_HZ
from core.errors import ModelMissing
from core.pcm import Pcm
from pipeline.voices.fakes import FakeVoiceModel
from pipeline.voices.voice_model import DIMENSIONS, WINDOW_OF_SAMPLES, GE2EVoiceModel, VoiceModel
from tests.fetched import fetched


def real() -> VoiceModel:
    return GE2EVoiceModel(fetched("voice"))


MAKERS: dict[str, Callable[[], VoiceModel]] = {"fake": FakeVoiceModel, "ge2e": real}


@pytest.fixture(params=MAKERS)
def model(request: pytest.FixtureRequest) -> VoiceModel:
    return MAKERS[request.param]()


def hum(hz: float, seconds: float = 1.6) -> Pcm:
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (np.sin(2 * np.pi * hz * at) * 8000).astype(np.int16)


def test_each_window_has_a_vector_of_unit_length(model: VoiceModel) -> None:
    vectors = model.vectors([hum(110), hum(900)])

    assert vectors.shape == (2, DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1], abs=1e-4)


def test_no_windows_have_no_vectors(model: VoiceModel) -> None:
    assert model.vectors([]).shape == (0, DIMENSIONS)


def test_a_window_alone_is_as_among_others(model: VoiceModel) -> None:
    many = model.vectors([hum(100 + 40 * nth) for nth in range(20)])

    assert model.vectors([hum(100 + 40 * 17)])[0] == pytest.approx(many[17], abs=1e-4)


def test_a_short_window_is_one_that_silence_follows(model: VoiceModel) -> None:
    short = hum(200, seconds=0.5)
    padded = np.pad(short, (0, WINDOW_OF_SAMPLES - short.size))

    alone, followed = model.vectors([short])[0], model.vectors([padded])[0]

    assert float(alone @ followed) > 0.8


def test_silence_and_nothing_at_all_have_vectors_too(model: VoiceModel) -> None:
    vectors = model.vectors([np.zeros(WINDOW_OF_SAMPLES, np.int16), np.empty(0, np.int16)])

    assert vectors.shape == (2, DIMENSIONS)
    assert np.isfinite(vectors).all()


def test_other_sounds_are_less_alike_than_the_same_twice(model: VoiceModel) -> None:
    low, again, high = model.vectors([hum(110), hum(112), hum(1800)])

    assert low @ again > low @ high


def test_what_is_no_such_model_is_said(tmp_path: Path) -> None:
    other = tmp_path / "pretrained.pt"
    other.write_bytes(b"no model")

    with pytest.raises(ModelMissing, match="cannot be read") as caught:
        GE2EVoiceModel(other)
    assert "models --fetch voices" in caught.value.advice
