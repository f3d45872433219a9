from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline import embedders
from pipeline.search import fusion
from pipeline.store.passage_port import PassageTable

HOUR_MS = 3_600_000


def line(
    *at_ms: float,
    characters: Sequence[int] = (),
    single: str = "",
    entered: str = "",
    about: Sequence[int] = (),
) -> fusion.Timeline:
    """Of these moments; `single` and `entered` have an x for each that is so."""
    count = len(at_ms)
    table = PassageTable(
        rowids=np.arange(count),
        moment_of=np.arange(count),
        vectors={},
        moments=[str(place) for place in range(count)],
        at_ms=np.array(at_ms, float),
        lasts_ms=np.zeros(count, np.int64),
        speakers=[None] * count,
        characters=np.array(characters or [200] * count, np.int64),
        single=np.array([each == "x" for each in single.ljust(count)], bool),
        entered=np.array([each == "x" for each in entered.ljust(count)], bool),
        about=np.array([*about, *[-1] * (count - len(about))], np.int64),
    )
    return fusion.timeline(table)


def by_word(*rows: list[float]) -> NDArray[np.float32]:
    return np.array(rows, np.float32)


def none_named(count: int) -> fusion.Scores:
    return np.zeros(count, np.float32)


def test_the_moment_that_has_the_words_comes_first() -> None:
    scores = by_word([0, 3, 0, 0], [0, 2, 0, 2])
    apart = line(*(HOUR_MS * place for place in range(4)))

    total = fusion.fuse(scores, None, none_named(4), apart).total

    assert total.argmax() == 1
    assert total[3] > total[0] == 0


def test_words_meaning_speaker_and_neighbours_are_on_one_scale() -> None:
    cosines, named = np.array([0, 1], np.float32), np.array([1, 0], np.float32)

    evidence = fusion.fuse(by_word([0, 3]), cosines, named, line(0, 0))

    assert evidence.words.tolist() == [0, 1]
    assert evidence.meaning.tolist() == pytest.approx([0, 0.16])
    assert evidence.speaker.tolist() == pytest.approx([0.6, 0])
    assert evidence.beside.tolist() == pytest.approx([0.7 + 0.4 * 0.16, 0])
    assert evidence.total.tolist() == pytest.approx([0.6 + 0.7 + 0.064, 1.16])


def test_meaning_is_counted_in_deviations_above_the_mean() -> None:
    cosines = np.array([-0.5, 0.5, 0, 0], np.float32)
    apart = line(*(HOUR_MS * place for place in range(4)))

    meaning = fusion.fuse(by_word([0] * 4), cosines, none_named(4), apart).meaning

    assert meaning.tolist() == pytest.approx([0, 0.16 * np.sqrt(2), 0, 0])


def test_what_is_lent_falls_with_each_step_and_ends_after_four() -> None:
    words = by_word([0.0] * 5 + [3.0] + [0.0] * 6)
    cosines = (words[0] / 3).astype(np.float32)

    lent = fusion.fuse(words, None, none_named(12), line(*[0] * 12)).beside
    close = fusion.fuse(0 * words, cosines, none_named(12), line(*[0] * 12))

    steps = np.array([np.inf, 4, 3, 2, 1, np.inf, 1, 2, 3, 4, np.inf, np.inf])
    assert lent.tolist() == pytest.approx((0.7**steps).tolist())
    assert (close.beside / close.meaning[5]).tolist() == pytest.approx((0.4**steps).tolist())


def test_a_moment_half_as_long_as_it_takes_borrows_half() -> None:
    for characters, total in (([35, 70, 140], [0.35, 1, 0.7]), ([140, 70, 35], [0.7, 1, 0.35])):
        beside = line(0, 0, 0, characters=characters)

        evidence = fusion.fuse(by_word([0, 3, 0]), None, none_named(3), beside)

        assert evidence.total.tolist() == pytest.approx(total)


def test_words_count_as_a_share_of_the_best_however_little_that_is() -> None:
    evidence = fusion.fuse(by_word([0.2, 0.1]), None, none_named(2), line(0, HOUR_MS))

    assert evidence.words.tolist() == pytest.approx([1, 0.5])


def test_moments_are_of_one_occasion_until_a_gap_of_more_than_ten_minutes() -> None:
    joined = line(0, 0, HOUR_MS, HOUR_MS + 600_000, HOUR_MS + 1_200_000).joined

    assert [one.tolist() for one in joined] == [[1, 0, 1, 1], [0, 0, 1], [0, 0], [0]]
    assert line(0, 600_001).joined[0].tolist() == [0]


def test_meaning_decides_where_words_are_silent() -> None:
    cosines = np.array([0.1, 0.1, 0.6, 0.1], np.float32)
    apart = line(*(HOUR_MS * place for place in range(4)))

    total = fusion.fuse(by_word([0, 0, 0, 0]), cosines, none_named(4), apart).total

    assert total.argmax() == 2


def test_the_answer_beside_its_question_gains_from_the_words_of_the_question() -> None:
    scores = by_word([0, 3, *[0] * 7])

    total = fusion.fuse(scores, None, none_named(9), line(*[0.0] * 9)).total

    assert total[1] > total[2] > total[3] > 0
    assert total[0] == pytest.approx(total[2])
    assert total[1 + fusion.REACH] > total[2 + fusion.REACH] == 0


def test_nothing_is_lent_across_a_gap() -> None:
    scores = by_word([3, 0, 0])

    total = fusion.fuse(scores, None, none_named(3), line(0, HOUR_MS, HOUR_MS)).total

    assert total.tolist() == [1, 0, 0]


def test_what_came_in_in_one_go_lends_nothing_to_its_like() -> None:
    notes = line(0, 10, 20, 30, single="xx x", entered="xx x")

    total = fusion.fuse(by_word([3, 0, 0, 0]), None, none_named(4), notes).total

    assert total.tolist() == pytest.approx([1, 0, 0.7**2, 0])
    assert [one.tolist() for one in notes.joined] == [[0, 1, 1], [1, 0], [0], []]


def test_notes_of_one_given_time_lend_nothing_and_those_of_two_do() -> None:
    assert line(0, 0, 1_000, single="xxx").joined[0].tolist() == [0, 1]
    assert line(np.nan, np.nan, single="xx", entered="xx").joined[0].tolist() == [0]
    assert line(0, 0, single="x").joined[0].tolist() == [1]


def test_a_note_and_what_it_is_about_lend_each_other_however_far_apart() -> None:
    moments = line(0, HOUR_MS, 2 * HOUR_MS, about=[-1, -1, 0])
    cosines = np.array([1, 0, 0], np.float32)

    of_moment = fusion.fuse(by_word([3, 0, 0]), None, none_named(3), moments)
    of_note = fusion.fuse(by_word([0, 0, 3]), None, none_named(3), moments)
    by_meaning = fusion.fuse(by_word([0, 0, 0]), cosines, none_named(3), moments)

    assert of_moment.beside.tolist() == pytest.approx([0, 0, 0.7])
    assert of_note.beside.tolist() == pytest.approx([0.7, 0, 0])
    assert by_meaning.beside[2] == pytest.approx(0.4 * by_meaning.meaning[0])
    assert by_meaning.beside[1] == 0
    assert list(fusion.neighbours(moments, 0)) == [2]
    assert fusion.is_linked(moments, 0, 2)
    assert fusion.is_linked(moments, 2, 0)
    assert not fusion.is_linked(moments, 0, 1)


def test_a_note_that_also_stands_beside_its_moment_counts_once() -> None:
    moments = line(0, 0, 0, about=[-1, -1, 0])

    beside = fusion.fuse(by_word([3, 0, 0]), None, none_named(3), moments).beside

    assert beside.tolist() == pytest.approx([0, 0.7, 0.7])


def test_two_notes_about_one_moment_both_lend_to_it() -> None:
    moments = line(0, HOUR_MS, 2 * HOUR_MS, about=[-1, 0, 0])

    beside = fusion.fuse(by_word([0, 3, 3]), None, none_named(3), moments).beside

    assert beside[0] == pytest.approx(1 - 0.3 * 0.3)


def test_moments_without_a_time_are_beside_one_another_by_their_order() -> None:
    scores = by_word([3, 0, 0])

    total = fusion.fuse(scores, None, none_named(3), line(np.nan, np.nan, 0)).total

    assert total[1] > total[2] > 0


def test_a_mere_yes_borrows_little() -> None:
    substance = line(0, 0, 0, characters=[5, 200, 200])

    total = fusion.fuse(by_word([0, 3, 0]), None, none_named(3), substance).total

    assert 0 < total[0] < total[2] / 10


def test_a_neighbour_completes_what_a_moment_lacks_more_than_what_it_has() -> None:
    completed = fusion.fuse(by_word([3, 0], [0, 3]), None, none_named(2), line(0, 0)).total
    repeated = fusion.fuse(by_word([3, 3], [0, 0]), None, none_named(2), line(0, 0)).total

    assert completed[0] > repeated[0]


def test_the_speaker_who_was_named_counts() -> None:
    named = np.array([0, 1, 0], np.float32)

    total = fusion.fuse(by_word([1, 1, 1]), None, named, line(0, HOUR_MS, 2 * HOUR_MS)).total

    assert total.argmax() == 1


@pytest.mark.parametrize("count", [0, 1, 2])
def test_an_archive_of_hardly_anything_has_finite_scores(count: int) -> None:
    scores, cosines = np.ones((2, count), np.float32), np.ones(count, np.float32)

    evidence = fusion.fuse(scores, cosines, none_named(count), line(*[0.0] * count))

    assert evidence.total.shape == (count,)
    assert np.isfinite(evidence.total).all()


def test_reasons_are_sentences_about_what_counted() -> None:
    cosines = np.array([0.8, *[0.1] * 8], np.float32)
    named = np.array([1, *[0] * 8], np.float32)
    scores = by_word([3, *[0] * 8])

    evidence = fusion.fuse(scores, cosines, named, line(*[0.0] * 9))

    quotes = fusion.Quotes(["Pill", "boxes", "blue"], ["shelf"], ["Friday"], ["sail"])
    assert fusion.reasons(evidence, 0, quotes, "Gina") == [
        "has the words 'Pill', 'boxes' and 'blue'",
        "has the word 'shelf' in another part",
        "its date has the word 'Friday'",
        "close in meaning",
        "spoken by Gina",
    ]
    none = fusion.Quotes()
    assert fusion.reasons(evidence, 1, none, "Jon") == ["beside a moment about this"]
    assert fusion.reasons(evidence, 1, fusion.Quotes(beside=["Sail"]), None) == [
        "beside a moment with the word 'Sail'"
    ]
    assert fusion.reasons(evidence, 1, fusion.Quotes(said=["pill box"]), None)[0] == (
        "has the words 'pill box'"
    )
    assert fusion.reasons(evidence, 1, fusion.Quotes(is_linked=True), None) == [
        "linked to a moment about this"
    ]
    assert fusion.reasons(evidence, 8, none, None) == ["somewhat close in meaning"]


def test_neighbours_are_those_that_lend_the_nearest_first() -> None:
    moments = line(*[0.0] * 4, HOUR_MS)

    assert list(fusion.neighbours(moments, 1)) == [0, 2, 3]
    assert list(fusion.neighbours(moments, 4)) == []
    assert list(fusion.neighbours(line(0, 0, 0, single="x x", entered="x x"), 0)) == [1]


def test_where_nothing_is_close_no_moment_is_called_close() -> None:
    cosines = np.array([0.3, *[0.1] * 8], np.float32)
    nothing = by_word([0] * 9)
    evidence = fusion.fuse(nothing, cosines, none_named(9), line(*[0.0] * 9))

    assert fusion.reasons(evidence, 0, fusion.Quotes(), None) == ["close in meaning"]
    far = replace(evidence, nothing_close=True)
    assert fusion.reasons(far, 0, fusion.Quotes(), None) == ["nearest in meaning"]


def test_nothing_is_close_when_neither_words_nor_meaning_are() -> None:
    far, near = np.array([0.1, 0.2], np.float32), np.array([0.1, 0.6], np.float32)
    one_of_two = by_word([1, 0], [0, 0])

    assert nothing_close(one_of_two, far)
    assert not nothing_close(one_of_two, near)
    assert not nothing_close(by_word([1, 0], [1, 0]), far)


def test_by_words_alone_something_is_close_if_a_moment_has_enough_of_them() -> None:
    unheard = [[0.0, 0.0]] * 9

    assert nothing_close(by_word([1, 1], *unheard), None)
    assert not nothing_close(by_word([4, 0], [0, 2], [0, 0]), None)


def test_a_word_never_heard_weighs_more_the_more_could_have_said_it() -> None:
    def asked(score: float, moments: int) -> bool:
        return nothing_close(by_word([score] + [0.0] * (moments - 1), [0.0] * moments), None)

    assert asked(1.5, 100)
    assert not asked(2, 100)
    assert not asked(1.5, 10)


def test_in_an_empty_archive_nothing_is_close() -> None:
    assert nothing_close(np.zeros((2, 0), np.float32), np.zeros(0, np.float32))
    assert nothing_close(np.zeros((0, 0), np.float32), None)


def test_what_is_close_counts_only_among_the_moments_that_are_asked_for() -> None:
    said, near = by_word([0, 4], [0, 4]), np.array([0.0, 0.9], np.float32)
    first, second = np.array([True, False]), np.array([False, True])

    assert nothing_close(said, None, first)
    assert not nothing_close(said, None, second)
    assert nothing_close(by_word([0, 0]), near, first)
    assert not nothing_close(by_word([0, 0]), near, second)


def test_each_embedder_has_its_own_measure_of_what_is_close() -> None:
    cosines, within = np.array([0.1, 0.41], np.float32), np.array([True, True])

    assert not fusion.is_near(cosines, within, embedders.MINI_LM)
    assert fusion.is_near(cosines, within, embedders.MULTILINGUAL)
    assert set(fusion.CLOSE_COSINES) == {embedders.MULTILINGUAL}


def test_the_cosine_of_one_embedder_is_taken_as_it_is() -> None:
    cosines = np.array([0.3, 0.1, -1], np.float32)

    assert fusion.on_one_scale([]) is None
    assert fusion.on_one_scale([(cosines, cosines > 0)]) is cosines


def test_moments_of_two_embedders_are_measured_each_among_its_own() -> None:
    first = np.array([0.9, 0.5, 0.5, -1, -1, -1, -1], np.float32)
    second = np.array([-1, -1, -1, 0.5, 0.1, 0.1, -1], np.float32)

    scale = fusion.on_one_scale([(first, first > 0), (second, second > 0)])

    assert scale is not None
    np.testing.assert_allclose(scale[:3], scale[3:6], rtol=1e-3)
    assert scale[0] > 1
    assert scale[6] == -1


def nothing_close(
    said: NDArray[np.float32],
    cosines: NDArray[np.float32] | None,
    within: NDArray[np.bool_] | None = None,
) -> bool:
    """Among all moments, if none are named."""
    among = np.ones(said.shape[1], bool) if within is None else within
    near = None if cosines is None else fusion.is_near(cosines, among, embedders.MINI_LM)
    return fusion.nothing_close(said, among, near=near)
