"""What every speech model promises, whichever it is."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bench.hearing.onnx_speech_model import OnnxSpeechModel
from core.audio import FRAME_SAMPLES, RATE_HZ
from core.errors import ModelMissing
from core.pcm import Pcm
from pipeline.hearing.fakes import FakeSpeechModel
from pipeline.speech.silero import SileroSpeechModel
from pipeline.speech.speech_model import SpeechModel
from tests.pipeline.hearing.models_for_tests import a_day, a_voice, speech_weights

MAKERS: dict[str, Callable[[Path], SpeechModel]] = {
    "fake": lambda _: FakeSpeechModel(),
    "silero": lambda home: SileroSpeechModel(speech_weights(home)),
}


@pytest.fixture(params=MAKERS)
def model(request: pytest.FixtureRequest, home: Path) -> SpeechModel:
    return MAKERS[request.param](home)


def some_sound(frames: int = 40) -> Pcm:
    """Bursts of a buzz, like nothing in particular: uneven enough to show a lost state."""
    at = np.arange(frames * FRAME_SAMPLES) / RATE_HZ
    buzz = np.sign(np.sin(2 * np.pi * 130 * at)) * (np.sin(2 * np.pi * 3 * at) > 0)
    return (buzz * 6000).astype(np.int16)


def test_there_is_one_probability_for_each_frame(model: SpeechModel) -> None:
    judged = model.feed(some_sound(frames=40))

    assert judged.shape == (40,)
    assert judged.dtype == np.float32
    assert ((judged >= 0) & (judged <= 1)).all()


def test_no_frames_give_no_probabilities(model: SpeechModel) -> None:
    assert model.feed(np.empty(0, dtype=np.int16)).shape == (0,)


def test_a_part_of_a_frame_is_refused(model: SpeechModel) -> None:
    with pytest.raises(ValueError, match="reshape"):
        model.feed(np.zeros(FRAME_SAMPLES + 1, dtype=np.int16))


def test_how_a_stream_is_divided_into_calls_does_not_matter(model: SpeechModel) -> None:
    sound = some_sound(frames=40)
    at_once = model.feed(sound)

    model.reset()
    first, rest = sound[: 7 * FRAME_SAMPLES], sound[7 * FRAME_SAMPLES :]
    divided = np.concatenate([model.feed(first), model.feed(rest)])

    assert divided == pytest.approx(at_once, abs=1e-5)


def test_after_a_reset_nothing_of_the_stream_before_is_left(model: SpeechModel) -> None:
    fresh = model.feed(some_sound())
    model.feed(some_sound()[: 3 * FRAME_SAMPLES])

    model.reset()

    assert model.feed(some_sound()).tolist() == fresh.tolist()


def test_silence_is_not_speech(model: SpeechModel) -> None:
    assert model.feed(np.zeros(40 * FRAME_SAMPLES, dtype=np.int16)).max() < 0.5


def test_a_real_voice_is_speech(model: SpeechModel, data: Path) -> None:
    voice = a_voice(data)

    judged = model.feed(voice[: voice.size // FRAME_SAMPLES * FRAME_SAMPLES])

    assert (judged > 0.5).mean() > 0.5


@pytest.mark.parametrize("frames_a_call", [1, 3, 50, 900])
def test_silero_gives_the_numbers_that_onnxruntime_gives(home: Path, frames_a_call: int) -> None:
    ours, theirs = SileroSpeechModel(speech_weights(home)), OnnxSpeechModel(speech_weights(home))
    sound = np.concatenate([some_sound(200), np.zeros(50 * FRAME_SAMPLES, np.int16)])
    step = frames_a_call * FRAME_SAMPLES

    judged = [ours.feed(sound[at : at + step]) for at in range(0, sound.size, step)]

    assert np.concatenate(judged) == pytest.approx(theirs.feed(sound), abs=1e-4)


@pytest.mark.soak
def test_it_does_so_over_a_whole_day(home: Path, data: Path) -> None:
    day = a_day(data)

    judged = SileroSpeechModel(speech_weights(home)).feed(day)

    assert judged == pytest.approx(OnnxSpeechModel(speech_weights(home)).feed(day), abs=1e-4)


def test_a_network_of_another_shape_is_told_with_what_to_do(tmp_path: Path) -> None:
    other = tmp_path / "other.onnx"
    other.write_bytes(b"")

    with pytest.raises(ModelMissing, match="other") as caught:
        SileroSpeechModel(other)

    assert "models.speech_path" in caught.value.advice
