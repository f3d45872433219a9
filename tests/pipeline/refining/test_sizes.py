"""A larger model is one with more parameters, and with enough for all the languages it knows."""

import json
from pathlib import Path

import numpy as np
import pytest

from core.settings import Settings
from pipeline import models
from pipeline.models import int8_weights
from pipeline.models.int8_weights import write_int8
from pipeline.refining.second_model import ENGLISH_END, is_large_enough
from pipeline.refining.sizes import parameters


def whisper(folder: Path, *, rows: int, ends: int = ENGLISH_END) -> Path:
    """A folder with weights of so many rows of four."""
    folder.mkdir()
    write_weights(folder, rows)
    (folder / "config.json").write_text(json.dumps({"suppress_ids_begin": [220, ends]}))
    return folder


def write_weights(folder: Path, rows: int) -> None:
    matrix, bias = np.ones((rows, 4), np.float16), np.ones(2, np.float32)
    weights = int8_weights.Weights("WhisperSpec", 3, {"weight": matrix, "bias": bias}, ())
    int8_weights.write(weights, folder / "model.bin")


def test_the_numbers_on_the_disk_do_not_change_the_size(tmp_path: Path) -> None:
    folder = whisper(tmp_path / "a", rows=10)
    write_int8(folder / "model.bin", tmp_path / "int8.bin")

    assert parameters(folder / "model.bin") == parameters(tmp_path / "int8.bin") == 42


def test_the_first_transcriber_has_the_parameters_of_tiny(tmp_path: Path) -> None:
    folder = models.find("transcriber", settings=Settings(), home=tmp_path)

    assert parameters(folder / "model.bin") == pytest.approx(39e6, rel=0.1)


@pytest.mark.parametrize("content", [b"", b"weights", b"\6\0\0\0\1"])
def test_of_what_is_no_such_file_the_size_is_not_known(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.bin").write_bytes(content)

    assert parameters(tmp_path / "model.bin") is None
    assert parameters(tmp_path / "none.bin") is None


def test_more_parameters_are_needed_and_many_more_for_many_languages(tmp_path: Path) -> None:
    first = whisper(tmp_path / "first", rows=10)
    many = whisper(tmp_path / "many", rows=19, ends=ENGLISH_END + 1)
    small = whisper(tmp_path / "small", rows=65, ends=ENGLISH_END + 1)
    english = whisper(tmp_path / "english", rows=19)

    assert not is_large_enough(first, first)
    assert not is_large_enough(many, first)
    assert is_large_enough(english, first)
    assert is_large_enough(small, first)
    assert is_large_enough(small, many)
    assert not is_large_enough(many, small)


def test_whose_size_is_not_known_is_taken_at_its_word(tmp_path: Path) -> None:
    first = whisper(tmp_path / "first", rows=10)
    (tmp_path / "model.bin").write_bytes(b"weights")

    assert is_large_enough(tmp_path, first)
