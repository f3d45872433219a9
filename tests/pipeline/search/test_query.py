import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.search.query import MAX_TERMS, parse, words_of


@pytest.mark.parametrize(
    ("typed", "terms"),
    [
        ("Where did Gina put the pill box?", ("gina", "put", "pill", "box")),
        ("don't", ("don't",)),
        ("C++", ("c",)),
        ("5-ish", ("5", "ish")),
        ("tea AND", ("tea",)),
        ('an "open quote', ("open", "quote")),
        ("Gina\u2019s and Gina", ("gina",)),
        ("O'Brien", ("o'brien",)),
        ("crème BRÛLÉE", ("crème", "brûlée")),
        ("snake_case NEAR(a b) text:*", ("snake", "case", "near", "b", "text")),
        ("tea\0time", ("tea", "time")),
    ],
)
def test_only_telling_words_are_asked_for(typed: str, terms: tuple[str, ...]) -> None:
    assert parse(typed).terms == terms


def test_a_query_of_stop_words_alone_keeps_them() -> None:
    assert parse("to be or not to be").terms == ("to", "be", "or", "not")


@pytest.mark.parametrize("typed", ["", "   ", "🫖", "\0", "?!", '"'])
def test_a_query_without_a_word_asks_the_index_nothing(typed: str) -> None:
    assert parse(typed).terms == ()


def test_an_emoji_is_still_something_to_embed() -> None:
    assert parse(" 🫖 ").text == "🫖"


def test_a_pasted_page_is_asked_for_by_its_first_words() -> None:
    page = " ".join(f"word{number}" for number in range(2_000))

    assert len(parse(page).terms) == MAX_TERMS
    assert parse("x" * 10_000).terms == ("x" * 10_000,)


def test_what_no_model_can_read_is_taken_out() -> None:
    query = parse("tea \ud800\x07 time")

    assert query.text == "tea   time"
    query.text.encode()


@given(st.text())
def test_a_term_is_one_word(typed: str) -> None:
    for term in parse(typed).terms:
        assert words_of(term) == [term]


def test_the_words_of_a_text_keep_their_apostrophes() -> None:
    assert words_of("Don\u2019t stop, Gina's 5-ish!") == ["don't", "stop", "gina's", "5", "ish"]
