"""Vectors of passages: small, and added to and taken from without a copy of all of them."""

import numpy as np

from pipeline.store.passage_columns.vectors import encoded, vector_rows

ONE, OTHER, THIRD = encoded(np.eye(3, dtype=np.float32))
FIRST_AXIS = np.array([1, 0, 0], np.float32)


def test_what_has_no_vector_or_one_of_another_width_is_close_to_nothing() -> None:
    rows = vector_rows([ONE, None, bytes(4), OTHER])

    assert rows.cosines(FIRST_AXIS).tolist() == [1, 0, 0, 0]
    assert rows.width_bytes == 6


def test_a_damaged_vector_is_close_to_nothing() -> None:
    damaged = [np.array([one, 0, 0], "<f2").tobytes() for one in (np.inf, np.nan, 2, -60_000)]

    rows = vector_rows([ONE, *damaged])

    assert rows.cosines(FIRST_AXIS).tolist() == [1, 0, 0, 0, 0]


def test_without_any_vector_there_is_no_width() -> None:
    assert vector_rows([]).width_bytes == vector_rows([None, None]).width_bytes == 0


def test_those_behind_are_written_where_room_is_left() -> None:
    rows = vector_rows([OTHER, ONE])

    grown = rows.followed_by([THIRD, ONE])

    assert grown.buffer is rows.buffer
    assert grown.cosines(FIRST_AXIS).tolist() == [0, 1, 0, 1]
    assert rows.cosines(FIRST_AXIS).tolist() == [0, 1]


def test_what_has_no_vector_takes_no_row() -> None:
    rows = vector_rows([None] * 5_000 + [ONE]).followed_by([None, OTHER, None])

    assert rows.used == 3
    assert rows.cosines(FIRST_AXIS)[4_998:].tolist() == [0, 0, 1, 0, 0, 0]
    assert rows.there[4_998:].tolist() == [False, False, True, False, True, False]


def test_where_no_room_is_left_the_rows_of_those_that_went_are_given_up() -> None:
    rows = vector_rows([ONE, OTHER, ONE])
    kept = rows.only(np.array([False, True, True]))
    most = len(rows.buffer) - rows.used

    filled = kept.followed_by([ONE] * most)
    moved = filled.followed_by([THIRD])

    assert filled.buffer is rows.buffer
    assert moved.used == 1 + len(moved.row_of) == most + 4
    assert moved.cosines(FIRST_AXIS).tolist() == [0, 1, *[1] * most, 0]
    assert len(moved.buffer) > moved.used


def test_a_cosine_is_that_of_the_exact_vectors_to_within_a_three_hundredth() -> None:
    exact = np.random.default_rng(1).standard_normal((3_000, 384)).astype(np.float32)
    exact /= np.linalg.norm(exact, axis=1, keepdims=True)
    stored = list(encoded(exact))

    rows = vector_rows(stored[:2_000]).followed_by(stored[2_000:])

    np.testing.assert_allclose(rows.cosines(exact[7]), exact @ exact[7], atol=1 / 300)
    assert rows.buffer.itemsize == 1
