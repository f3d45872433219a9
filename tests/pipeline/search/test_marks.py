"""What of a text is marked as found: exactly what the keyword index finds."""

import contextlib
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.words import index_text
from pipeline.search.marks import marks, quoted
from pipeline.search.query import parse
from pipeline.store.passage_port import Phrase
from pipeline.store.sqlite.match_expression import quoted as phrase_of


def marked(query: str, text: str) -> list[str]:
    return [text[start:end] for start, end in marks(parse(query).terms, text)]


@pytest.mark.parametrize(
    ("query", "text", "words"),
    [
        ("boxes", "A Box, and BOXING day", ["Box", "BOXING"]),
        ("pill box", "pillboxes and a pill's Box", ["pillboxes", "pill", "Box"]),
        ("pill box", "The Pill-Box beeps", ["Pill-Box"]),
        ("setup", "Please set\nup the pump, or set it down", ["set\nup"]),
        ("follow up", "the follow-up", ["follow-up"]),
        ("wifi", "over Wi-Fi", ["Wi-Fi"]),
        ("cafe", "Café, CAFE\u0301S", ["Café", "CAFE\u0301S"]),
        ("STRASSE", "Die Straße, die STRA\u1e9eE", ["Straße", "STRA\u1e9eE"]),
        ("flood", "the ﬂood plan", ["ﬂood"]),
        ("Sisyphus σίσυφος", "der ΣΊΣΥΦΟΣ", ["ΣΊΣΥΦΟΣ"]),
        ("המשאבה", "הַמַּשְׁאֵבָה דולפת", ["הַמַּשְׁאֵבָה"]),
        ("有备用电池吗", "下周三之前要买两块备用电池。", ["备用电池"]),
        ("备用池", "备用的电池", ["备用"]),
        ("水", "抽水机, 水", ["水", "水"]),
        ("ปั๊มน้ำ", "ต้องซ่อมปั๊มน้ำ", ["ปั๊มน้ำ"]),
        ("ポンプ", "古いﾎﾟﾝﾌﾟ", ["ﾎﾟﾝﾌﾟ"]),
        ("🔋", "Buy 🔋🔋, 👍🏽", ["🔋", "🔋"]),
        ("👍", "well done 👍🏽!", ["👍🏽"]),
        ("don't script", "I don\u2019t <script>alert</script>", ["script", "script"]),
        ("2026", "on 2026-11-29", ["2026"]),
        ("what is the", "what is the matter", ["what", "is", "the"]),
        ("sail", "Nothing of it", []),
        ("", "anything", []),
    ],
)
def test_words_are_marked_as_they_are_written(query: str, text: str, words: list[str]) -> None:
    assert marked(query, text) == words


def test_a_word_is_quoted_once_as_it_is_written_first() -> None:
    text = "Boats, a BOATS and set\n  up"

    assert quoted(text, marks(parse("boats setup").terms, text)) == ["Boats", "set up"]


_LETTERS = st.text(st.sampled_from("abeginsty '-é\u2019ßﬂ水泵机ปม้ำาÉ🔋か゛ﾊﾟ한ᄒ"), max_size=24)


@given(_LETTERS, _LETTERS)
def test_marked_is_what_the_index_finds(query: str, text: str) -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as index:
        index.execute("CREATE VIRTUAL TABLE said USING fts5 (text, tokenize = 'porter ascii')")
        index.execute("INSERT INTO said VALUES (?)", (index_text(text),))

        for term in parse(query).terms:
            forms = [phrase_of(Phrase(form)) for form in (*term.forms, *term.split)]
            (found,) = index.execute(
                "SELECT count(*) FROM said WHERE said MATCH ?", (" OR ".join(forms),)
            ).fetchone()
            assert bool(marks([term], text)) == bool(found)


@given(st.text(), st.text())
def test_marks_are_in_order_and_within_the_text(query: str, text: str) -> None:
    spans = marks(parse(f"{query} {text[:5]}").terms, text)

    flat = [0, *(place for span in spans for place in span), len(text)]
    assert flat == sorted(flat)
    assert all(start < end for start, end in spans)
