from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from core.moment import Transcript, Word
from pipeline.meaning.passages import MAX_PIECES, cut
from pipeline.meaning.placing import located


def pieces(text: str) -> int:
    """Three signs to a piece, as a word-piece model would have it for rare words."""
    return sum(-(-len(word) // 3) for word in text.split())


def spoken(words: list[str], pauses_ms: list[int] | None = None) -> Transcript:
    at_ms, said = 0, []
    for place, word in enumerate(words):
        said.append(Word(word, at_ms, at_ms + 300, 0.9))
        at_ms += 300 + (pauses_ms[place] if pauses_ms else 50)
    return Transcript(" ".join(words), tuple(said), model="tiny")


WORDS = st.lists(
    st.one_of(
        st.sampled_from(["so", "the", "boat.", "Why?", "unbelievable,"]), st.text(min_size=1)
    ),
    max_size=400,
)


@given(WORDS)
def test_a_typed_text_is_whole_in_order_and_nothing_twice(words: list[str]) -> None:
    text = " ".join(words)

    passages = tuple(cut(Transcript(text), pieces))

    assert "".join("".join(one.text for one in passages).split()) == "".join(text.split())
    assert all(one.start_ms is None and one.end_ms is None for one in passages)


@given(WORDS)
def test_no_passage_is_longer_than_the_index_takes(words: list[str]) -> None:
    assert all(
        0 < pieces(one.text) <= MAX_PIECES for one in cut(Transcript(" ".join(words)), pieces)
    )


@given(st.lists(st.sampled_from(["so", "the", "boat.", "Why?", "unbelievable,"]), max_size=600))
def test_spoken_passages_follow_one_another_in_time(words: list[str]) -> None:
    transcript = spoken(words)

    passages = tuple(cut(transcript, pieces))

    assert " ".join(one.text for one in passages) == transcript.text
    times = [time for one in passages for time in (one.start_ms, one.end_ms)]
    assert None not in times
    assert times == sorted(time for time in times if time is not None)


def test_an_empty_text_has_no_passage() -> None:
    assert list(cut(Transcript(""), pieces)) == []
    assert list(cut(Transcript(" \n "), pieces)) == []


def test_a_short_text_is_one_passage_however_many_sentences_it_has() -> None:
    (passage,) = cut(spoken(["Yes.", "No.", "Maybe."]), pieces)

    assert (passage.text, passage.start_ms, passage.end_ms) == ("Yes. No. Maybe.", 0, 1000)


def test_a_long_text_is_cut_after_the_last_sentence_that_fits() -> None:
    words = ["one"] * 120 + ["two."] + ["six"] * 100

    first, second = cut(Transcript(" ".join(words)), pieces)

    assert first.text.endswith("one two.")
    assert second.text == " ".join(["six"] * 100)


def test_without_a_sentence_end_speech_is_cut_at_its_longest_pause() -> None:
    pauses_ms = [50] * 260
    pauses_ms[149] = 900
    pauses_ms[10] = 2_000  # too early: the first passage would be a crumb

    first, second = cut(spoken(["one"] * 260, pauses_ms), pieces)

    assert len(first.text.split()) == 150
    assert first.end_ms is not None
    assert second.start_ms == first.end_ms + 900


def test_passages_have_the_spaces_of_their_text_and_are_found_in_it() -> None:
    said = [*"明天买牛奶", "Docker", *"部署。"] * 100
    transcript = replace(spoken(said), text="明天买牛奶 Docker 部署。" * 100)

    passages = tuple(cut(transcript, pieces))

    assert len(passages) > 1
    assert "".join(one.text for one in passages) == transcript.text
    cuts = located(passages, transcript.text)
    assert [transcript.text[one.text_start : one.text_end] for one in cuts] == [
        one.text for one in passages
    ]


def test_a_page_without_a_space_is_cut_inside() -> None:
    passages = list(cut(Transcript("a" * 10_000), pieces))

    assert "".join(one.text for one in passages).replace(" ", "") == "a" * 10_000
