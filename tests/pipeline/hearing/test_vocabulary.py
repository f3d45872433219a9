"""Against the library that made it: what comes out is the same, token by token."""

import json
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from pipeline.hearing.vocabulary import Vocabulary
from tests.pipeline.hearing.models_for_tests import whisper_folder

OF_TEXT = 50256
"""So many tokens come before the marks in these weights."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whisper_folder(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def tokenizer(folder: Path) -> Tokenizer:
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def test_every_token_says_what_the_library_says(folder: Path, tokenizer: Tokenizer) -> None:
    vocabulary = Vocabulary(folder)

    for token in range(OF_TEXT):
        assert vocabulary.text([token]) == tokenizer.decode([token])


def test_tokens_together_say_what_the_library_says(folder: Path, tokenizer: Tokenizer) -> None:
    vocabulary, chance = Vocabulary(folder), np.random.default_rng(1)
    for _ in range(300):
        some = chance.integers(0, OF_TEXT, 12).tolist()
        assert vocabulary.text(some) == tokenizer.decode(some)
    assert vocabulary.text([]) == ""


def test_a_token_and_a_mark_have_the_library_s_number(folder: Path, tokenizer: Tokenizer) -> None:
    vocabulary = Vocabulary(folder)

    for mark in ("endoftext", "startoftranscript", "en", "notimestamps", "nocaptions"):
        assert vocabulary.mark(mark) == tokenizer.token_to_id(f"<|{mark}|>")
    for text in (" -", "[", " ((", " the", "!"):
        (number,) = tokenizer.encode(text, add_special_tokens=False).ids
        assert vocabulary.token(text) == number
    assert vocabulary.token("no such word at all") is None
    assert vocabulary.mark("no such mark") is None


def test_the_longest_is_what_the_library_begins_with(folder: Path, tokenizer: Tokenizer) -> None:
    for note in "♩♪♫♬♭♮♯":
        for text in (note, f" {note}"):
            first = tokenizer.encode(text, add_special_tokens=False).ids[0]
            assert Vocabulary(folder).longest(text) == first


def test_a_list_in_json_is_read_as_well(folder: Path, tmp_path: Path) -> None:
    lines = (folder / "vocabulary.txt").read_bytes().decode().removesuffix("\n").split("\n")
    (tmp_path / "vocabulary.json").write_text(json.dumps(lines), encoding="utf-8")

    assert Vocabulary(tmp_path).mark("endoftext") == Vocabulary(folder).mark("endoftext")
    assert Vocabulary(tmp_path).text([464, 6588]) == Vocabulary(folder).text([464, 6588])
