import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.words import words_of
from pipeline.search.query import MAX_TERMS, parse


def asked(typed: str) -> tuple[str, ...]:
    """The words of a query as they are shown."""
    return tuple(term.typed for term in parse(typed).terms)


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
    assert asked(typed) == terms


def test_a_query_of_stop_words_alone_keeps_them() -> None:
    assert asked("to be or not to be") == ("to", "be", "or", "not")


@pytest.mark.parametrize("typed", ["", "   ", "\0", "?!", '"', "\u200b"])
def test_a_query_without_a_word_asks_the_index_nothing(typed: str) -> None:
    assert parse(typed).terms == ()


def test_an_emoji_is_a_word() -> None:
    assert parse(" 🫖 ").text == "🫖"
    assert asked("tea 🫖!") == ("tea", "🫖")


def test_a_pasted_page_is_asked_for_by_its_first_words() -> None:
    page = " ".join(f"word{number}" for number in range(2_000))

    assert len(parse(page).terms) == MAX_TERMS
    assert asked("x" * 10_000) == ("x" * 10_000,)
    assert len(parse("".join(map(chr, range(0x4E00, 0x5E00)))).terms) == MAX_TERMS


def test_what_no_model_can_read_is_taken_out() -> None:
    query = parse("tea \ud800\x07 time")

    assert query.text == "tea   time"
    query.text.encode()


@given(st.text())
def test_a_term_is_one_word(typed: str) -> None:
    for term in parse(typed).terms:
        assert words_of(term.typed) == [term.typed]


def test_the_words_of_a_text_keep_their_apostrophes() -> None:
    assert words_of("Don\u2019t stop, Gina's 5-ish!") == ["don't", "stop", "gina's", "5", "ish"]


def test_spellings_of_one_word_are_one_term() -> None:
    assert asked("Straße STRASSE strasse") == ("straße",)
    assert parse("ﬂood").terms == parse("flood").terms


@pytest.mark.parametrize("typed", ["wi fi", "Wi-Fi", "wi\u2011fi"])
def test_what_stands_in_two_words_may_be_one_elsewhere(typed: str) -> None:
    first, second = parse(typed).terms

    assert (first.forms, second.forms) == (("wi", "wifi"), ("fi", "wifi"))


def test_what_stands_in_one_word_may_be_two_elsewhere() -> None:
    assert "follow up" in parse("followup").terms[0].split
    assert "e mail" in parse("email").terms[0].split
    assert parse("follow up").terms[0].forms == ("follow", "followup")


@pytest.mark.parametrize("typed", ["lesson", "along", "therapist", "2026", "tea", "水泵"])
def test_a_word_is_not_split_where_a_stop_word_would_come_off(typed: str) -> None:
    bits = [bit for term in parse(typed).terms for split in term.split for bit in split.split()]

    assert not {"on", "a", "the"} & set(bits)


def test_an_unspaced_run_is_asked_for_by_its_pairs() -> None:
    pair, other, last = parse("备用电池").terms

    assert (pair.word, other.word, last.word) == ("备用", "用电", "电池")
    assert {pair.run, other.run, last.run} == {"备用电池"}
    assert parse("电池").terms[0].run == ""
    assert asked("水") == ("水",)
