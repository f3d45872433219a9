"""Names of the wearer in place of what was heard with doubt, and never of anything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moment import Transcript, Word
from pipeline.hearing.own_words import MOST_WORDS, UNSURE_BELOW, OwnWords

TERMS = ("Kubernetes", "Radulescu", "Niamh", "Metformin", "Raspberry Pi", "Mikkelsen", "Theo")


def heard(*said: tuple[str, float]) -> Transcript:
    words = tuple(
        Word(text, 500 * at, 500 * at + 400, probability, doubtful=probability < 0.5)
        for at, (text, probability) in enumerate(said)
    )
    return Transcript(" ".join(text for text, _ in said), words, "m", -0.3, language="en")


def put(*said: tuple[str, float]) -> Transcript:
    return OwnWords(TERMS).put_into(heard(*said))


def test_a_doubtful_word_that_sounds_like_a_name_becomes_it_and_stays_beside_it() -> None:
    found = put(("to", 0.9), ("Cabernet's", 0.45), ("was", 0.98))

    assert found.text == "to Kubernetes was"
    assert found.words[1] == Word("Kubernetes", 500, 900, 0.45, True, "Cabernet's")  # noqa: FBT003
    assert (found.model, found.mean_log_probability, found.language) == ("m", -0.3, "en")


def test_words_of_a_script_without_spaces_stay_without() -> None:
    found = put(("明", 0.9), ("天", 0.95), ("Niam", 0.3))

    assert found.text == "明天 Niamh"


def test_a_name_that_was_heard_as_several_words_spans_them() -> None:
    found = put(("Dr.", 0.8), ("Radhu", 0.3), ("will", 0.1), ("ask,", 0.4), ("then", 0.98))

    assert found.text == "Dr. Radulescu, then"
    assert found.words[1].alternative == "Radhu will ask"
    assert (found.words[1].start_ms, found.words[1].end_ms) == (500, 1900)


@pytest.mark.parametrize(
    ("said", "written"),
    [("Niam", "Niamh"), ("Niam's", "Niamh's"), ("“Niam,”", "“Niamh,”"), ("NIAM?", "Niamh?")],
)
def test_what_stands_around_a_name_stays(said: str, written: str) -> None:
    assert put((said, 0.4)).text == written


def test_a_term_may_be_of_two_words() -> None:
    assert put(("raspberry", 0.4), ("pie", 0.3)).text == "Raspberry Pi"


def test_what_was_heard_with_certainty_is_never_replaced() -> None:
    sure = heard(("Cabernet's", 0.9), ("was", 0.9))

    assert OwnWords(TERMS).put_into(sure) is sure


@pytest.mark.parametrize(
    "said",
    [
        (("Radhu", 0.3), ("will", 0.1), ("ask,", 0.8)),
        (("matte", 0.3), ("forming", 0.6)),
        (("Thee", 0.4), ("odor", 0.5)),
    ],
)
def test_no_undoubted_word_becomes_part_of_a_name(said: tuple[tuple[str, float], ...]) -> None:
    terms = [*TERMS, "Theodore"]

    assert OwnWords(terms).put_into(heard(*said)).text == " ".join(word for word, _ in said)


@pytest.mark.parametrize("end", [".", "?", "!", "…", ".”"])
def test_no_name_reaches_over_the_end_of_a_sentence(end: str) -> None:
    assert put((f"raspberry{end}", 0.4), ("Pie", 0.3)).text == f"raspberry{end} Pie"


def test_one_word_of_a_term_by_itself_is_not_the_term() -> None:
    assert put(("raspberry", 0.3), ("jam", 0.9)).text == "raspberry jam"


def test_a_name_takes_no_more_words_than_it_needs() -> None:
    assert put(("Cabernet", 0.4), ("is", 0.4), ("down", 0.9)).text == "Kubernetes is down"


@pytest.mark.parametrize("beside", [("Ask", 0.5), ("the", 0.3)])
def test_what_stands_beside_a_name_that_was_heard_is_no_part_of_it(
    beside: tuple[str, float],
) -> None:
    assert put(beside, ("Mikkelsen", 0.6)).text == f"{beside[0]} Mikkelsen"


@pytest.mark.parametrize("common", ["the", "they", "Thee", "so"])
def test_a_short_name_takes_no_word_that_is_a_little_like_it(common: str) -> None:
    assert put((common, 0.2)).text == common


def test_a_list_of_nothing_that_can_be_read_changes_nothing() -> None:
    said = heard(("uh", 0.1))

    assert OwnWords(["…"]).put_into(said) is said


def test_a_name_in_letters_that_metaphone_does_not_know_is_compared_by_them() -> None:
    found = OwnWords(["Ярослава"]).put_into(heard(("Ярослова", 0.3), ("uh", 0.2)))

    assert found.text == "Ярослава uh"


_SAID = st.sampled_from(
    ["Niam", "nine", "Cabernet's", "Radhu", "will", "ask", "matte", "form", "in", "the", "pie,"]
)
_WORDS = st.lists(st.tuples(_SAID, st.floats(0, 1)), max_size=12)


@given(_WORDS)
def test_only_what_is_doubtful_changes_and_order_and_times_stay(
    said: list[tuple[str, float]],
) -> None:
    before = heard(*said)

    after = OwnWords(TERMS).put_into(before)

    assert after.text == " ".join(word.word for word in after.words)
    rest = list(before.words)
    for word in after.words:
        if word.alternative is None:
            assert word == rest.pop(0)
            continue
        size = next(n for n in range(1, MOST_WORDS + 1) if rest[n - 1].end_ms == word.end_ms)
        replaced, rest = rest[:size], rest[size:]
        assert word.start_ms == replaced[0].start_ms
        assert word.probability == min(each.probability for each in replaced) < UNSURE_BELOW
        assert word.alternative in " ".join(each.word for each in replaced)
    assert rest == []
