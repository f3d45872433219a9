"""Sound that nobody could write down: still a moment with its sound, and a worker that goes on."""

import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from core.settings import Settings
from pipeline import models
from tests.journeys.command import PILL_BOX, afterthought, is_one_sentence, watched
from tests.pipeline.hearing import hard_sounds as sounds
from tests.pipeline.hearing.test_hard_sounds import HARD
from tests.wav import write_wav

UTTERANCE_MINUTES = 40

MEMORY_BYTES = 500_000_000
"""As agreed for a sound of any length (bench/hearing/long_silence.py)."""


@pytest.mark.long
def test_each_becomes_a_moment_with_its_sound_and_the_next_is_heard_as_ever(
    tmp_path: Path,
) -> None:
    files = [write_wav(tmp_path / f"{name}.wav", sounds.pcm(make())) for name, make in HARD.items()]

    ran = afterthought("keep", "--json", *files, PILL_BOX)

    assert ran.status == 0, ran.err
    assert [each["file"] for each in ran.lines] == [str(each) for each in (*files, PILL_BOX)]
    assert "siren" in ran.lines[-1]["text"]
    shown = [afterthought("show", "--json", each["id"]).value for each in ran.lines]
    assert all(each["sound"] for each in shown)


def test_half_a_model_is_a_sentence_and_what_was_kept_waits_for_the_whole_of_it(
    home: Path,
) -> None:
    whole = models.find("transcriber", settings=Settings(), home=home)
    half = home / "models" / "transcriber"
    shutil.copytree(whole, half)
    size = (half / "model.bin").stat().st_size
    with (half / "model.bin").open("r+b") as file:
        file.truncate(size // 2)

    ran = afterthought("keep", PILL_BOX)

    assert (ran.status, ran.out) == (1, "")
    assert is_one_sentence(ran.err), ran.err
    assert "damaged" in ran.err
    assert len(list((home / "spool").glob("*.clip"))) == 1

    shutil.copy(whole / "model.bin", half)
    assert afterthought("process", "--once").status == 0
    (moment,) = afterthought("list", "--json").value
    assert "siren" in moment["text"]


@pytest.mark.soak(minutes=6)
def test_one_utterance_of_forty_minutes_has_words_from_its_beginning_to_its_end(
    tmp_path: Path,
) -> None:
    file = write_wav(tmp_path / "talk.wav", sounds.talk(60 * UTTERANCE_MINUTES))

    ran = watched(["keep", "--json", file])

    assert ran.status == 0, ran.err
    words = ran.value["words"]
    starts = [each["start_s"] for each in words]
    assert starts == sorted(starts)
    assert len(words) <= 5 * 60 * UTTERANCE_MINUTES
    assert starts[0] < 5
    assert words[-1]["end_s"] > 60 * UTTERANCE_MINUTES - 10
    assert max(later - earlier for earlier, later in pairwise(starts)) < 30
    assert ran.peak_bytes < MEMORY_BYTES
