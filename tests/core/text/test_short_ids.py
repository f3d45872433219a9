from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.short_ids import SHORTEST, Beside, best_meant, brief_id, short_id, stream_of

IDS = st.builds(
    lambda stream, place: f"{stream}-{place}",
    st.text("0a", min_size=11, max_size=11),
    st.integers(0, 120),
)


def beside(moment: str, moments: set[str]) -> Beside:
    streams = sorted({stream_of(each) for each in moments})
    at = bisect_left(streams, stream_of(moment))
    sharing = [each for each in moments if stream_of(each) == stream_of(moment)]
    before = streams[at - 1] if at else None
    after = streams[at + 1] if at + 1 < len(streams) else None
    return Beside(before, after, is_alone=len(sharing) == 1)


@given(st.sets(IDS, min_size=1, max_size=30))
def test_a_short_id_means_its_moment_and_no_other(moments: set[str]) -> None:
    for moment in moments:
        short = short_id(moment, beside(moment, moments))
        assert best_meant(short, sorted(moments)) == [moment]
        assert len(stream_of(short)) >= SHORTEST


@pytest.mark.parametrize(
    ("moment", "stands", "short"),
    [
        ("3f1c9a4be2d07766-0", Beside(), "3f1c9a4b"),
        ("3f1c9a4be2d07766-0", Beside("3f1c9a4aaaaa", "3f1d"), "3f1c9a4b"),
        ("3f1c9a4be2d07766-0", Beside("3f1c9a4be1", None), "3f1c9a4be2"),
        ("3f1c9a4be2d07766-84570", Beside(is_alone=False), "3f1c9a4b-84570"),
        ("a-0", Beside(), "a"),
    ],
)
def test_as_much_is_told_as_tells_it_from_what_stands_beside_it(
    moment: str, stands: Beside, short: str
) -> None:
    assert short_id(moment, stands) == short


def test_where_nothing_else_is_known_a_press_is_told_with_its_place() -> None:
    assert brief_id("3f1c9a4be2d07766-84570") == "3f1c9a4b-84570"
    assert brief_id("3f1c9a4be2d07766-0") == "3f1c9a4b"


MOMENTS = ["3f1c-8", "3f1c-84", "3f2a-8", "77aa-0"]


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        ("77", ["77aa-0"]),
        ("3f", ["3f1c-8", "3f1c-84", "3f2a-8"]),
        ("3f1", ["3f1c-8", "3f1c-84"]),
        ("3f1-8", ["3f1c-8"]),
        ("3f-8", ["3f1c-8", "3f2a-8"]),
        ("3f1-84", ["3f1c-84"]),
        ("3f1c-8", ["3f1c-8"]),
        ("aa", []),
        ("", []),
        ("-8", ["3f1c-8", "3f2a-8"]),
    ],
)
def test_what_is_named_in_full_counts_before_what_only_begins_so(
    named: str, meant: list[str]
) -> None:
    assert best_meant(named, MOMENTS) == meant
