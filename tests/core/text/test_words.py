import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.text.words import (
    Token,
    folded,
    index_text,
    is_unspaced,
    joined,
    pairs_of,
    phrase_tokens,
    tokens_of,
    words_of,
)


def test_words_are_in_lower_case_and_keep_their_apostrophes_and_accents() -> None:
    text = "Don\u2019t stop, Gina's 5-ish crème BRÛLÉE! snake_case"

    assert words_of(text) == [
        *("don't", "stop", "gina's", "5", "ish", "crème", "brûlée", "snake", "case")
    ]


def test_compatibility_forms_are_what_they_stand_for() -> None:
    assert words_of("ﬂood ﾎﾟﾝﾌﾟ \uff37\uff49 m²") == ["flood", "ポンプ", "wi", "m2"]
    assert words_of("5½ Foo™") == ["5", "1", "2", "foo", "tm"]


def test_an_unspaced_run_ends_where_another_script_begins() -> None:
    assert words_of("新iPhone电池。备用") == ["新", "iphone", "电池", "备用"]


def test_vowel_signs_are_of_their_word() -> None:
    assert words_of("ปั๊มน้ำ हिन्दी") == ["ปั๊มน้ำ", "हिन्दी"]


def test_each_emoji_is_a_word_however_it_is_drawn() -> None:
    assert words_of("Buy 🔋🔋now") == ["buy", "🔋", "🔋", "now"]
    assert words_of("👍🏽 ❤️ 👩‍🚒") == ["👍", "❤", "👩", "🚒"]
    assert words_of("1\ufe0f\u20e3") == ["1"]


def test_what_is_not_seen_parts_no_word() -> None:
    assert words_of("Stra\xadße \u202btea\u202c \u200bpump") == ["straße", "tea", "pump"]


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("Straße", "STRASSE"),
        ("Zoë", "zoe"),
        ("Łódź", "łodz"),
        ("e\u0301te\u0301", "été"),
        ("İstanbul", "istanbul"),
        ("הַמַּשְׁאֵבָה", "המשאבה"),
        ("المِضَخَّة", "المضخة"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
    ],
)
def test_spellings_of_one_word_are_folded_alike(one: str, another: str) -> None:
    ((one_word,), (another_word,)) = words_of(one), words_of(another)

    assert folded(one_word) == folded(another_word)


@pytest.mark.parametrize(("one", "another"), [("йод", "иод"), ("が", "か"), ("มา", "ม้า")])
def test_marks_that_make_another_letter_stay(one: str, another: str) -> None:
    assert folded(one) != folded(another)


def test_the_index_has_an_unspaced_run_as_pairs_and_its_last_character() -> None:
    assert index_text("备用电池。") == "备用 用电 电池 池"
    assert (pairs_of("备用电池"), pairs_of("水")) == (["备用", "用电", "电池"], ["水"])
    assert is_unspaced("水")
    assert not is_unspaced("tea")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("My t-shirt, it's 3 euros.", "My t-shirt, it's 3 euros."),
        ("明 天, 买 牛 奶。", "明天,买牛奶。"),
        ("用 Docker 部 署", "用 Docker 部署"),
        ("です。 「は」 い", "です。「は」い"),
        ("พ รุ่ ง นี้", "พรุ่งนี้"),
        ("내일 우유", "내일 우유"),
        ("ថ្ងៃ ស្អែក", "ថ្ងៃ ស្អែក"),
        ("über — Zürich", "über — Zürich"),
        ("", ""),
    ],
)
def test_words_are_joined_with_the_spaces_of_their_scripts(words: str, text: str) -> None:
    assert joined(words.split()) == text


def test_the_index_has_a_word_with_hyphens_in_parts_and_joined() -> None:
    assert index_text("over Wi-Fi today") == "over wi fi today wifi"
    assert index_text("می\u200cخواهم") == "می خواهم میخواهم"  # noqa: RUF001
    assert index_text("2026-11-29") == "2026 11 29"


def test_a_single_character_need_only_begin_what_is_indexed() -> None:
    assert phrase_tokens("水") == (["水"], True)
    assert phrase_tokens("水泵") == (["水泵"], False)
    assert phrase_tokens("备用水泵 2") == (["备用", "用水", "水泵", "泵", "2"], False)
    assert phrase_tokens("don't") == (["don", "t"], False)


@given(st.text(), st.text(), st.text())
def test_whatever_was_said_is_found_by_a_part_of_it(before: str, text: str, after: str) -> None:
    tokens, begins = phrase_tokens(text)
    said = index_text(f"{before} {text} {after}").split()

    ends = range(len(tokens), len(said) + 1)
    stands = [said[end - len(tokens) : end] for end in ends]
    assert not tokens or any(
        one[:-1] == tokens[:-1] and (one[-1].startswith(tokens[-1]) if begins else one == tokens)
        for one in stands
    )


@given(st.text())
def test_the_index_has_nothing_that_fts5_would_part_or_read_as_syntax(text: str) -> None:
    for token in index_text(text).split(" "):
        assert token.isascii() <= token.isalnum() or token == ""
        assert not any(unicodedata.category(each)[0] in "ZC" for each in token if each < "\u0378")


@given(st.text())
@example("\u13a0")  # of Cherokee alone, what folds is the capital
def test_a_word_is_one_word_and_its_folding_too(text: str) -> None:
    for word in words_of(text):
        assert words_of(word) == [word]
        assert words_of(folded(word)) in ([folded(word).lower()], [])


def test_a_token_says_where_it_stands_in_the_text() -> None:
    assert tokens_of("Gina's\n\nCafé") == [
        Token("gina", 0, 4),
        Token("s", 5, 6),
        Token("cafe", 8, 12),
    ]
    assert tokens_of("Wi-Fi 备用") == [
        Token("wi", 0, 2),
        Token("fi", 3, 5),
        Token("备用", 6, 8),
        Token("用", 7, 8),
        Token("wifi", 0, 5),
    ]
    assert tokens_of("ﬂood m² 👍🏽 e\u0301") == [
        Token("flood", 0, 4),
        Token("m2", 5, 7),
        Token("u1f44d", 8, 10),
        Token("e", 11, 13),
    ]


@given(st.text())
def test_the_tokens_are_those_of_the_index_and_within_the_text(text: str) -> None:
    tokens = tokens_of(text)

    assert " ".join(token.text for token in tokens) == index_text(text)
    assert all(0 <= token.start < token.end <= len(text) for token in tokens)
