import pytest

from core.audio import RATE_HZ, Span
from pipeline.hearing.packing import LONGEST_S, Window, parts, windows


def s(start_s: float, end_s: float) -> Span:
    return Span(round(start_s * RATE_HZ), round(end_s * RATE_HZ))


def packed(utterances: list[Span], total_s: float) -> list[tuple[float, float]]:
    found = windows(utterances, round(total_s * RATE_HZ))
    return [(window.span.start_s, window.span.end_s) for window in found]


@pytest.mark.parametrize(
    ("what", "utterances", "total_s", "expected"),
    [
        ("silence is not handed on", [], 20, []),
        ("nor is an hour of it", [], 3600, []),
        ("a short clip with speech is heard whole", [s(3, 4)], 20, [(0, 20)]),
        ("one of just thirty seconds too", [s(3, 4), s(9, 30)], 30, [(0, 30)]),
        ("in a longer clip only what was spoken is heard", [s(50, 55)], 90, [(50, 55)]),
        ("a short pause stays inside", [s(50, 55), s(55.5, 60)], 90, [(50, 60)]),
        ("a long one is left out", [s(50, 55), s(62, 65)], 90, [(50, 55), (62, 65)]),
        (
            "what does not fit begins the next window",
            [s(0, 20), s(20.5, 29), s(29.5, 40)],
            90,
            [(0, 29), (29.5, 40)],
        ),
        ("the last window ends with the sound", [s(50, 60.02)], 60, [(50, 60)]),
    ],
)
def test_packing(
    what: str,
    utterances: list[Span],
    total_s: float,
    expected: list[tuple[float, float]],
) -> None:
    assert packed(utterances, total_s) == expected, what


def test_a_clip_one_sample_over_half_a_minute_is_still_one_window() -> None:
    samples = 30 * RATE_HZ + 1

    assert [window.span for window in windows([s(1, 2)], samples)] == [Span(0, samples)]


def test_a_window_knows_the_utterances_in_it() -> None:
    near, far = [s(40, 41), s(41.5, 42)], s(70, 71)

    assert list(windows([*near, far], 90 * RATE_HZ)) == [
        Window(s(40, 42), tuple(near)),
        Window(far, (far,)),
    ]


def test_no_window_is_longer_than_whisper_hears() -> None:
    talk = [s(start, start + 6.5) for start in range(0, 600, 7)]

    assert max(end - start for start, end in packed(talk, 700)) <= 30


def test_where_memory_is_short_windows_are_shorter() -> None:
    spoken = [s(0, 9), s(9.5, 14), s(14.5, 24)]

    short = windows(spoken, 90 * RATE_HZ, longest_s=LONGEST_S["zero"])

    assert [window.span for window in short] == [s(0, 14), s(14.5, 24)]
    assert [window.span for window in windows(spoken, 90 * RATE_HZ)] == [s(0, 24)]


def test_a_clip_longer_than_such_a_window_is_not_heard_whole() -> None:
    short = windows([s(3, 8)], 20 * RATE_HZ, longest_s=LONGEST_S["zero"])

    assert [window.span for window in short] == [s(3, 8)]


@pytest.mark.parametrize(
    ("what", "pauses", "expected"),
    [
        ("what has no pause stays whole", [], [(0, 24)]),
        ("it is cut in the longest pause", [s(8, 8.4), s(11, 12)], [(0, 11.5), (11.5, 24)]),
        (
            "and again where a part is still too long",
            [s(8, 9), s(15.5, 16)],
            [(0, 8.5), (8.5, 15.75), (15.75, 24)],
        ),
        ("but not near an end, however long the pause", [s(0, 4), s(22, 23)], [(0, 24)]),
    ],
)
def test_parts(what: str, pauses: list[Span], expected: list[tuple[float, float]]) -> None:
    found = parts(s(0, 24), pauses, 13 * RATE_HZ)

    assert [(part.start_s, part.end_s) for part in found] == expected, what


def test_what_is_short_enough_is_not_cut() -> None:
    assert parts(s(0, 9), [s(4, 5)], 9 * RATE_HZ) == [s(0, 9)]
