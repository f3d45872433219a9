import contextlib
import sqlite3
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.store.passage_port import Phrase
from pipeline.store.sqlite.keyword_index import as_indexed
from pipeline.store.sqlite.match_expression import in_what_was_said, quoted
from pipeline.store.sqlite.migrations import MIGRATIONS


def found(texts: Sequence[str], expression: str) -> list[str]:
    """Which of these texts the index finds by this expression."""
    insert = "INSERT INTO passage_words (rowid, speaker, date_words, text) VALUES (?, ?, ?, ?)"
    rows = ((place, "Zo", "Friday morning", text) for place, text in enumerate(texts))
    query = "SELECT original(rowid) FROM passage_words WHERE passage_words MATCH ? ORDER BY rowid"
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.executescript("".join(MIGRATIONS))
        database.executemany(insert, map(as_indexed, rows))
        database.create_function("original", 1, texts.__getitem__)
        return [text for (text,) in database.execute(query, (expression,))]


@pytest.mark.long
@given(st.text() | st.text(alphabet="\"'()*^:-+{}~ aANDORNOTNEAR\0\ud800é漢🫖5_"))
@example("tea AND")
@example('an "open quote')
@example("\ud800")
@example("\0")
@example("")
def test_no_phrase_is_syntax(text: str) -> None:
    texts = ["tea and cake"]

    for expression in (quoted(Phrase(text)), in_what_was_said([Phrase(text)])):
        assert set(found(texts, expression)) <= {"tea and cake"}


def test_a_name_is_found_with_and_without_its_accents_and_its_plural() -> None:
    texts = ["Zoë rang", "two boats", "nothing"]

    assert found(texts, quoted(Phrase("zoe"))) == ["Zoë rang"]
    assert found(texts, quoted(Phrase("boat"))) == ["two boats"]


def test_the_words_of_a_phrase_stand_side_by_side() -> None:
    texts = ["the pill box", "the box with a pill"]

    assert found(texts, quoted(Phrase("pill box"))) == ["the pill box"]


def test_a_phrase_is_looked_for_in_date_and_text_and_not_in_the_speaker() -> None:
    texts = ["the pill box"]

    assert found(texts, in_what_was_said([Phrase("friday")])) == ["the pill box"]
    assert found(texts, in_what_was_said([Phrase("zo")])) == []


def test_any_of_several_phrases_is_enough() -> None:
    texts = ["the pill box", "the boat", "tea"]

    either = in_what_was_said([Phrase("boat"), Phrase("pill box"), Phrase("")])
    assert found(texts, either) == ["the pill box", "the boat"]


SCRIPTS = ("备用电池。", "电动的池子", "ต้องซ่อมปั๊มน้ำ", "כִּתְבוּ אֶת הַמַּשְׁאֵבָה", "펌프를 고쳐", "ポンプ")


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("电池", "备用电池。"),
        ("用电", "备用电池。"),
        ("ปั๊มน้ำ", "ต้องซ่อมปั๊มน้ำ"),
        ("ซ่อม", "ต้องซ่อมปั๊มน้ำ"),
        ("המשאבה", "כִּתְבוּ אֶת הַמַּשְׁאֵבָה"),
        ("펌프", "펌프를 고쳐"),
        ("ﾎﾟﾝﾌﾟ", "ポンプ"),
    ],
)
def test_a_part_of_an_unspaced_run_is_found_and_nothing_else(typed: str, text: str) -> None:
    assert found([*SCRIPTS], quoted(Phrase(typed))) == [text]


@pytest.mark.parametrize("typed", ["备", "电", "池"])
def test_a_single_character_is_found_wherever_it_stands(typed: str) -> None:
    assert all(typed in text for text in found([*SCRIPTS], quoted(Phrase(typed))))
    assert "备用电池。" in found([*SCRIPTS], quoted(Phrase(typed)))


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("strasse", "Die Straße sperren"),
        ("STRAẞE", "Die Straße sperren"),
        ("flood", "ﬂood plan"),
        ("wifi", "over Wi-Fi"),
        ("wi-fi", "over Wi-Fi"),
        ("fi", "over Wi-Fi"),
        ("🔋", "Buy 🔋"),
        ("🫖", "tea 🫖 time"),
    ],
)
def test_spellings_of_one_word_find_each_other(typed: str, text: str) -> None:
    texts = ("Die Straße sperren", "ﬂood plan", "over Wi-Fi", "Buy 🔋", "tea 🫖 time", "other")

    assert found([*texts], quoted(Phrase(typed))) == [text]
