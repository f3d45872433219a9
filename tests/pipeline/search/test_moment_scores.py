"""What passages score is brought to their moments, and back."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.search.moment_scores import Moments
from pipeline.search.query import Query, Term
from pipeline.store.passage_columns.vectors import encoded, vector_rows
from pipeline.store.passage_port import Matches, PassageTable

TABLE = PassageTable(
    rowids=np.array([3, 5, 8, 9]),
    moment_of=np.array([0, 0, 1, 3]),
    vectors={"it": vector_rows(encoded(np.eye(4, dtype=np.float32)))},
    moments=["two passages", "one", "none", "no time"],
    at_ms=np.array([10, 20, 30, np.nan]),
    lasts_ms=np.zeros(4, np.int64),
    speakers=["Gina Smith", "Jo", "Zoe Brown", "Al Smith"],
    characters=np.array([100, 100, 0, 100]),
    single=np.zeros(4, bool),
    entered=np.zeros(4, bool),
    about=np.full(4, -1),
)
EMPTY = PassageTable(
    np.zeros(0, int),
    np.zeros(0, int),
    {},
    [],
    np.zeros(0),
    np.zeros(0, np.int64),
    [],
    np.zeros(0, int),
    np.zeros(0, bool),
    np.zeros(0, bool),
    np.zeros(0, np.int64),
)


@pytest.fixture
def moments() -> Moments:
    return Moments(TABLE)


def row(*scores: float) -> NDArray[np.float32]:
    return np.array(scores, np.float32)


def test_a_range_has_what_was_said_in_it_and_can_be_shown(moments: Moments) -> None:
    assert moments.within(None, None).tolist() == [True, True, False, True]
    assert moments.within(20, None).tolist() == [False, True, False, False]
    assert moments.within(None, 20).tolist() == [True, False, False, False]
    assert moments.within(0, 0).tolist() == [False] * 4


def test_scores_go_to_the_passages_that_the_table_knows(moments: Moments) -> None:
    scores = row(0, 0, 0, 0)

    moments.spread(Matches(np.array([8, 5, 7, 99]), row(2, 1, 4, 4)), scores)

    assert scores.tolist() == [0, 1, 2, 0]


def test_where_the_table_is_empty_they_go_nowhere() -> None:
    scores = row()

    Moments(EMPTY).spread(Matches(np.array([8]), row(2)), scores)

    assert scores.size == 0


def test_a_moment_scores_as_its_best_passage(moments: Moments) -> None:
    by_moment = moments.by_moment(np.array([row(1, 3, 2, 0), row(0, -2, -3, -4)]), where_none=-1)

    assert by_moment.tolist() == [[3, 2, -1, 0], [0, -1, -1, -1]]


def query_of(*words: str) -> Query:
    return Query("", tuple(Term(word, word, (word,)) for word in words))


@pytest.mark.parametrize(
    ("terms", "shares"),
    [
        (("gina",), [0.5, 0, 0, 0]),
        (("gina", "smith"), [1, 0, 0, 0.5]),
        (("smith", "and", "jo"), [0.5, 1, 0, 0.5]),
        (("al",), [0, 0, 0, 0]),
        (("zoe",), [0, 0, 0.5, 0]),
        (("box",), [0, 0, 0, 0]),
    ],
)
def test_a_speaker_is_named_by_a_share_of_the_name(
    moments: Moments, terms: tuple[str, ...], shares: list[float]
) -> None:
    assert moments.named(query_of(*terms)).tolist() == shares


def test_a_name_counts_as_said_by_who_bears_it(moments: Moments) -> None:
    query = query_of("smith", "box")
    said = np.array([row(0, 5, 0, 0), row(1, 0, 0, 0)])

    heard = moments.heard(query, said, moments.named(query))

    assert heard.tolist() == [[1, 5, 0, 1], [1, 0, 0, 0]]
    assert said.tolist() == [[0, 5, 0, 0], [1, 0, 0, 0]]


@pytest.mark.parametrize(
    ("by_word", "cosines", "first"),
    [
        ([row(0, 4, 2, 1)], None, 5),
        ([row(4, 0, 2, 1)], None, 3),
        ([row(3, 0, 0, 0), row(0, 2, 0, 0), row(0, 2, 0, 0)], None, 5),
        ([row(0, 4, 2, 1)], row(0.9, 0, 0, 0), 5),
        ([row(0, 4, 2, 1)], row(1.1, 0, 0, 0), 3),
        ([row(0, 0.5, 0, 0)], row(0.6, 0, 0, 0), 3),
        ([row(0, 0.5, 0, 0)], row(0.4, 0, 0, 0), 5),
    ],
)
def test_a_moment_is_shown_by_the_passage_that_says_most(
    moments: Moments,
    by_word: list[NDArray[np.float32]],
    cosines: NDArray[np.float32] | None,
    first: int,
) -> None:
    shown = moments.best_passages(
        np.array([1, 0, 3]), np.array(by_word), *([] if cosines is None else [cosines])
    )

    assert shown.tolist() == [8, first, 9]


def test_closeness_in_meaning_is_asked_of_every_passage(moments: Moments) -> None:
    assert moments.cosines(row(0, 1, 0, 0), "it").tolist() == [0, 1, 0, 0]
