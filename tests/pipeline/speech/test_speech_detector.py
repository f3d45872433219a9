import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.audio import FRAME_SAMPLES, RATE_HZ
from core.errors import ModelMissing
from core.pcm import Pcm
from core.settings import ModelSettings, Settings
from device.memory.utterances import FAINT
from device.ports import BLOCK_SAMPLES
from pipeline.hearing.fakes import FakeSpeechModel
from pipeline.speech import speech_detector
from pipeline.speech.speech_detector import GatedSpeechDetector
from pipeline.speech.speech_gate import utterances
from pipeline.speech.speech_model import Probabilities
from tests.pipeline.hearing.models_for_tests import a_day

SECOND = 31
CHANCE = np.random.default_rng(5)


class Listener(FakeSpeechModel):
    """Remembers what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[Pcm] = []

    def feed(self, frames: Pcm) -> Probabilities:
        self.given.append(frames)
        return super().feed(frames)

    def reset(self) -> None:
        self.given.clear()


def sound(dbfs: float, frames: int) -> Pcm:
    samples = CHANCE.normal(0, 10 ** (dbfs / 20) * 32768, frames * FRAME_SAMPLES)
    return np.clip(np.rint(samples), -32768, 32767).astype(np.int16)


def quieter(pcm: Pcm, by_db: float) -> Pcm:
    made: Pcm = np.rint(pcm * 10 ** (-by_db / 20)).astype(np.int16)
    return made


def in_blocks(pcm: Pcm) -> Iterator[Pcm]:
    """The whole frames that each block of a microphone completes."""
    done = 0
    for end in range(BLOCK_SAMPLES, pcm.size + 1, BLOCK_SAMPLES):
        whole = end // FRAME_SAMPLES * FRAME_SAMPLES
        yield pcm[done:whole]
        done = whole


def judged(detector: GatedSpeechDetector, pcm: Pcm) -> list[float]:
    return [each for frames in in_blocks(pcm) for each in detector.judge(frames)]


def test_there_is_a_probability_for_each_frame_skipped_or_not() -> None:
    detector = GatedSpeechDetector(FakeSpeechModel(), FAINT)

    told = detector.judge(np.concatenate([sound(-75, 200), sound(-20, 50), sound(-75, 200)]))

    assert len(told) == 450
    assert told[100:150] == [0.0] * 50
    assert min(told[205:245]) > 0.5
    assert told[400:] == [0.0] * 50


def test_no_frames_give_no_probabilities() -> None:
    assert GatedSpeechDetector(FakeSpeechModel(), FAINT).judge(np.empty(0, np.int16)) == []


def test_after_a_silence_the_model_is_first_fed_the_end_of_it() -> None:
    model = Listener()
    detector = GatedSpeechDetector(model, FAINT)
    for _ in range(100):
        detector.judge(sound(-75, 3))
    model.given.clear()

    told = detector.judge(sound(-20, 3))

    assert [len(each) // FRAME_SAMPLES for each in model.given] == [
        speech_detector.LEAD_IN_FRAMES,
        3,
    ]
    assert len(told) == 3


def test_after_a_moment_of_silence_the_model_has_missed_nothing() -> None:
    model = Listener()
    detector = GatedSpeechDetector(model, FAINT)
    for dbfs in [-75] * 20 + [-20] + [-75] * 10 + [-20]:
        detector.judge(sound(dbfs, 3))

    assert sum(each.size for each in model.given) == 32 * 3 * FRAME_SAMPLES


def test_a_quiet_voice_is_made_louder_for_the_model_alone() -> None:
    model = Listener()
    frames = sound(-46, 2 * SECOND)
    before = frames.copy()

    told = GatedSpeechDetector(model, FAINT).judge(frames)

    assert np.array_equal(frames, before)
    assert model.given[-1].std() > 10 * frames.std()
    assert told[-1] > 0.5


def test_a_loud_voice_is_handed_on_as_it_is() -> None:
    model = Listener()
    frames = sound(-15, 2 * SECOND)

    GatedSpeechDetector(model, FAINT).judge(frames)

    assert np.array_equal(model.given[-1], frames[-model.given[-1].size :])


def test_another_stream_begins_unskipped_and_with_nothing_of_the_one_before() -> None:
    model = Listener()
    detector = GatedSpeechDetector(model, FAINT)
    detector.judge(sound(-75, 300))

    detector.reset()
    detector.judge(sound(-75, 3))

    assert [each.size for each in model.given] == [3 * FRAME_SAMPLES]


def test_a_ring_that_waited_is_judged_in_small_pieces() -> None:
    model = Listener()

    GatedSpeechDetector(model, FAINT).judge(sound(-20, 500))

    assert max(each.size for each in model.given) <= speech_detector.TOGETHER * FRAME_SAMPLES


def test_loading_the_detector_brings_no_library_that_runs_models(home: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from core.settings import Settings;"
        "from pipeline.speech import speech_detector;"
        "speech_detector.load(Settings(), Path(sys.argv[1]), faint=0.1);"
        "print(*{'onnxruntime', 'onnx', 'av', 'faster_whisper'} & set(sys.modules))"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", code, str(home)], capture_output=True, text=True, check=True
    ).stdout

    assert loaded.split() == []


def test_without_weights_the_next_step_is_told(home: Path) -> None:
    nowhere = Settings(models=ModelSettings(speech_path=home / "nowhere.onnx"))

    with pytest.raises(ModelMissing, match="nowhere"):
        speech_detector.load(nowhere, home, faint=FAINT)


class Day:
    """The first minutes of a day, and what is heard in them, each way once."""

    def __init__(self, pcm: Pcm, home: Path) -> None:
        self._pcm = pcm
        self._home = home
        self._heard: dict[tuple[float, bool], list[tuple[int, int]]] = {}

    def heard(self, by_db: float = 0, *, skips_silence: bool = True) -> list[tuple[int, int]]:
        """Onset and end of each utterance, in frames, where all of it is so much quieter."""
        way = (by_db, skips_silence)
        if way not in self._heard:
            detector = speech_detector.load(Settings(), self._home, faint=FAINT)
            detector.skips_silence = skips_silence
            probabilities = judged(detector, quieter(self._pcm, by_db))
            spans = utterances(probabilities, lead_in_s=0, longest_s=3600)
            self._heard[way] = [
                (each.start // FRAME_SAMPLES, each.end // FRAME_SAMPLES) for each in spans
            ]
        return self._heard[way]


@pytest.fixture(scope="module", params=[3, pytest.param(12, marks=pytest.mark.long)])
def day(
    request: pytest.FixtureRequest, data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Day:
    """A day's first minutes, or all twelve."""
    pcm = a_day(data)[: request.param * 60 * RATE_HZ // FRAME_SAMPLES * FRAME_SAMPLES]
    return Day(pcm, tmp_path_factory.mktemp("day"))


def theirs(utterance: tuple[int, int], among: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [each for each in among if each[0] < utterance[1] and utterance[0] < each[1]]


@pytest.mark.parametrize("by_db", [0, pytest.param(30, marks=pytest.mark.long)])
def test_no_utterance_of_a_day_is_skipped_or_begun_late(day: Day, by_db: float) -> None:
    whole = day.heard(by_db, skips_silence=False)
    skipped = day.heard(by_db)

    assert len(whole) > 3
    late = [each for each in whole if not any(t[0] <= each[0] + 2 for t in theirs(each, skipped))]
    assert late == []


@pytest.mark.long
def test_a_day_30_db_down_has_the_same_utterances_within_one(day: Day) -> None:
    as_it_is, quiet = day.heard(), day.heard(30)

    assert abs(len(quiet) - len(as_it_is)) <= 1
    assert sum(not theirs(each, quiet) for each in as_it_is) <= 1
    assert sum(not theirs(each, as_it_is) for each in quiet) <= 1
