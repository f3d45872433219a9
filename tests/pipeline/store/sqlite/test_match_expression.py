import sqlite3

from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.store.passage_port import Phrase
from pipeline.store.sqlite.match_expression import in_what_was_said, quoted
from pipeline.store.sqlite.migrations import MIGRATIONS


def index(*texts: str) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    database.executescript("".join(MIGRATIONS))
    insert = (
        "INSERT INTO passage (moment, position, speaker, date_words, text) "
        "VALUES ('a-0', ?, 'Zo', 'Friday morning', ?)"
    )
    database.executemany(insert, enumerate(texts))
    return database


def found(database: sqlite3.Connection, expression: str) -> list[str]:
    query = "SELECT text FROM passage_words WHERE passage_words MATCH ? ORDER BY rowid"
    return [text for (text,) in database.execute(query, (expression,))]


@given(st.text() | st.text(alphabet="\"'()*^:-+{}~ aANDORNOTNEAR\0\ud800é漢🫖5_"))
@example("tea AND")
@example('an "open quote')
@example("\ud800")
@example("\0")
@example("")
def test_no_phrase_is_syntax(text: str) -> None:
    database = index("tea and cake")

    for expression in (quoted(Phrase(text)), in_what_was_said(Phrase(text))):
        assert set(found(database, expression)) <= {"tea and cake"}


def test_a_name_is_found_with_and_without_its_accents_and_its_plural() -> None:
    database = index("Zoë rang", "two boats", "nothing")

    assert found(database, quoted(Phrase("zoe"))) == ["Zoë rang"]
    assert found(database, quoted(Phrase("boat"))) == ["two boats"]


def test_the_words_of_a_phrase_stand_side_by_side() -> None:
    database = index("the pill box", "the box with a pill")

    assert found(database, quoted(Phrase("pill box"))) == ["the pill box"]


def test_a_phrase_is_looked_for_in_date_and_text_and_not_in_the_speaker() -> None:
    database = index("the pill box")

    assert found(database, in_what_was_said(Phrase("friday"))) == ["the pill box"]
    assert found(database, in_what_was_said(Phrase("zo"))) == []
