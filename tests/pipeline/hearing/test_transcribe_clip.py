import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.audio import FRAME_SAMPLES, RATE_HZ
from core.moment import Transcript, Word
from core.pcm import Pcm
from core.text.words import index_text
from pipeline.hearing.fakes import FakeSpeechModel, FakeTranscriber
from pipeline.hearing.packing import Pauses
from pipeline.hearing.transcribe_clip import PIECE_SAMPLES, hear

HOUSE = Path(__file__).resolve().parents[3]


def voice(for_s: float) -> Pcm:
    """Not a voice: loud, which is what the fake model takes for one."""
    return np.full(round(for_s * RATE_HZ), 8000, dtype=np.int16)


def silence(for_s: float) -> Pcm:
    return np.zeros(round(for_s * RATE_HZ), dtype=np.int16)


def heard(*stretches: Pcm, script: tuple[str, ...] = ("one two",)) -> Transcript:
    return hear(np.concatenate(stretches), FakeSpeechModel(), FakeTranscriber(script))


def test_silence_has_no_words_and_is_never_transcribed() -> None:
    transcriber = FakeTranscriber()

    transcript = hear(silence(70), FakeSpeechModel(), transcriber)

    assert transcript == Transcript(text="", model="fake")
    assert transcriber.heard_s == []


def test_no_sound_at_all_has_no_words() -> None:
    assert heard(silence(0)).text == ""


def test_a_short_clip_is_heard_whole() -> None:
    transcriber = FakeTranscriber()

    hear(np.concatenate([silence(5), voice(2), silence(5)]), FakeSpeechModel(), transcriber)

    assert transcriber.heard_s == [12]


def test_a_long_clip_is_heard_where_somebody_speaks() -> None:
    transcriber = FakeTranscriber()
    clip = np.concatenate([silence(60), voice(2), silence(60), voice(3), silence(60)])

    hear(clip, FakeSpeechModel(), transcriber)

    assert [round(seconds) for seconds in transcriber.heard_s] == [3, 4]


def test_words_of_later_windows_carry_the_time_of_the_whole_clip() -> None:
    transcript = heard(
        silence(60), voice(2), silence(60), voice(2), script=("first words", "second words")
    )

    assert transcript.text == "first words second words"
    assert [word.start_ms // 1000 for word in transcript.words] == [59, 61, 121, 122]


def test_what_was_heard_without_spaces_is_written_and_indexed_without() -> None:
    transcript = heard(
        voice(2), silence(60), voice(2), script=("明 天 买 牛 奶。", "用 Docker 部 署。")
    )

    assert transcript.text == "明天买牛奶。用 Docker 部署。"
    assert [word.word for word in transcript.words][:3] == ["明", "天", "买"]
    assert {"明天", "牛奶", "docker", "部署"} <= set(index_text(transcript.text).split())


def test_quiet_speech_is_found_although_it_is_never_made_louder_for_the_transcriber() -> None:
    given: list[Pcm] = []

    class Listener(FakeTranscriber):
        def transcribe(self, pcm: Pcm) -> Transcript:
            given.append(pcm)
            return super().transcribe(pcm)

    whisper = voice(3) // 100
    hear(whisper, FakeSpeechModel(), Listener())

    assert len(given) == 1
    assert (given[0] == whisper).all()


def test_progress_rises_to_the_length_of_the_clip_and_is_told_in_silence_too() -> None:
    told: list[float] = []

    hear(
        np.concatenate([voice(40), silence(260)]), FakeSpeechModel(), FakeTranscriber(), told.append
    )

    assert told == sorted(told)
    assert told[-1] == 300
    assert len(told) >= 300 * RATE_HZ // PIECE_SAMPLES


def test_an_hour_on_disk_is_read_piece_by_piece(tmp_path: Path) -> None:
    on_disk = np.memmap(tmp_path / "hour.pcm", np.int16, "w+", shape=3600 * RATE_HZ)
    largest: list[int] = []

    class Watcher(FakeSpeechModel):
        def feed(self, frames: Pcm) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
            largest.append(frames.size)
            return super().feed(frames)

    hear(on_disk, Watcher(), FakeTranscriber())

    assert max(largest) == PIECE_SAMPLES
    assert sum(largest) == 3600 * RATE_HZ + -3600 * RATE_HZ % FRAME_SAMPLES


def test_a_second_clip_is_not_judged_by_the_first() -> None:
    resets: list[str] = []

    class Forgetful(FakeSpeechModel):
        def reset(self) -> None:
            resets.append("reset")

    model = Forgetful()
    hear(silence(1), model, FakeTranscriber())
    hear(silence(1), model, FakeTranscriber())

    assert resets == ["reset", "reset"]


def test_hearing_with_fakes_loads_no_model_library() -> None:
    loaded = (
        "import pipeline.hearing.transcribe_clip, pipeline.hearing.fakes, sys; print(*sys.modules)"
    )

    answer = subprocess.run(
        [sys.executable, "-c", loaded], cwd=HOUSE, capture_output=True, text=True, check=True
    )

    assert not {"onnxruntime", "ctranslate2", "faster_whisper"} & set(answer.stdout.split())


class InTurn:
    """Makes of each window the next of these."""

    name = "in turn"

    def __init__(self, *transcripts: Transcript) -> None:
        self.left = list(transcripts)

    def transcribe(self, pcm: Pcm) -> Transcript:
        return self.left.pop(0)

    def transcribe_together(
        self, pcms: Sequence[Pcm], pauses: Pauses | None = None
    ) -> list[Transcript]:
        del pauses
        return [self.transcribe(pcm) for pcm in pcms]


def said(text: str, language: str | None) -> Transcript:
    words = tuple(Word(each, 0, 500, 0.9) for each in text.split())
    return Transcript(text, words, f"model-{language}", -0.2, language)


def of_windows(*transcripts: Transcript) -> Transcript:
    """What a clip comes to that has a window for each of these."""
    clip = np.concatenate([part for _ in transcripts for part in (silence(40), voice(2))])
    return hear(clip, FakeSpeechModel(), InTurn(*transcripts))


def test_a_clip_is_in_the_language_of_most_of_its_words() -> None:
    told = of_windows(said("ja", "de"), said("the pump leaks", "en"), said("ja doch", "de"))

    assert (told.text, told.language, told.model) == ("ja the pump leaks ja doch", "de", "model-de")


def test_what_was_said_in_another_language_is_told_beside_the_words() -> None:
    other = Transcript("", model="many", other_language="pt")

    in_part = of_windows(other, said("the pump", "en"))
    alone = of_windows(other)

    assert (in_part.text, in_part.language, in_part.other_language) == ("the pump", "en", "pt")
    assert (alone.text, alone.language, alone.other_language) == ("", None, "pt")
