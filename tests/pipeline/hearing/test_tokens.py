"""With the real tokenizers, which come with the weights."""

import unicodedata
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tokenizers import Tokenizer

from pipeline.hearing.tokens import Tokens
from tests.pipeline.hearing.models_for_tests import whisper_folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whisper_folder(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def tokens(folder: Path) -> Tokens:
    return Tokens(folder)


def ids(text: str) -> list[int]:
    found: list[int] = _cutter().encode(text, add_special_tokens=False).ids
    return found


@cache
def _cutter() -> Tokenizer:
    with TemporaryDirectory() as home:
        return Tokenizer.from_file(str(whisper_folder(Path(home)) / "tokenizer.json"))


def words(tokens: Tokens, text: str, language: str = "en") -> list[str]:
    return [word.text for word in tokens.words(ids(text), language)]


def test_a_word_goes_from_space_to_space(tokens: Tokens) -> None:
    assert words(tokens, " My t-shirt, it's new.") == [" My", " t-shirt,", " it's", " new."]


def test_no_token_is_lost_and_a_mark_at_the_end_is_a_piece_of_its_own(tokens: Tokens) -> None:
    text = ' "Rachel Lynde," he said... it\'s 3.5 kilometres!'

    found = tokens.words(ids(text), "en")

    assert [t for word in found for piece in word.pieces for t in piece] == ids(text)
    assert [len(word.pieces) > 1 for word in found if word.text.endswith((",", '"', "!"))]
    assert "".join(word.text for word in found) == text


def test_signs_of_several_tokens_stay_whole(tokens: Tokens) -> None:
    assert "".join(words(tokens, " über Zürich — 你好")) == " über Zürich — 你好"
    assert "�" not in "".join(words(tokens, " naïve café 東京"))


def test_without_spaces_each_sign_is_a_word_and_a_mark_belongs_to_the_one_before(
    tokens: Tokens,
) -> None:
    assert words(tokens, "你好。东京", "zh") == ["你", "好。", "东", "京"]


def test_without_spaces_words_of_another_script_and_figures_stay_whole(tokens: Tokens) -> None:
    text = "我用Docker部署，买3.5公斤。"  # noqa: RUF001

    assert words(tokens, text, "zh") == [
        *("我", "用", "Docker", "部", "署，", "买", "3.5", "公", "斤。")  # noqa: RUF001
    ]
    assert words(tokens, " It's a t-shirt.", "zh") == [" It's", " a", " t-shirt."]


@pytest.mark.parametrize(("language", "text"), [("th", "พรุ่งนี้"), ("lo", "ມື້ອື່ນ"), ("my", "မနက်ဖြန်")])
def test_a_vowel_sign_stays_with_its_letter(tokens: Tokens, language: str, text: str) -> None:
    found = words(tokens, text, language)

    assert len(found) > 1
    assert not any(unicodedata.category(word[0]).startswith("M") for word in found)
    assert "".join(found) == text


def test_the_prompt_holds_what_was_said_and_whether_times_are_wanted(tokens: Tokens) -> None:
    start = tokens.start(None)

    plain = tokens.prompt(start, [], timed=True)
    led_on = tokens.prompt(start, [7, 8], timed=False)

    assert plain == start
    assert led_on[1:3] == [7, 8]
    assert led_on[3:-1] == start
    assert tokens.without_marks(led_on) == [7, 8]


def test_marks_of_annotations_are_never_spoken(tokens: Tokens) -> None:
    never = set(tokens.never_spoken)

    assert set(ids("♪")[:1]) <= never
    assert set(ids(" [")) <= never
    assert not set(ids(" the door, please.")) & never
