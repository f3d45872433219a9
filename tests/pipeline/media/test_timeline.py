"""Silence where the container has a gap: words have the times of their file."""

from pathlib import Path

import numpy as np
import pytest

from core.audio import RATE_HZ
from pipeline.media import SoundFile
from pipeline.media.timeline import LONGEST_GAP_S, Account, Timeline, Times
from tests.pipeline.media.sounds import heard, loudness, warble, write


@pytest.mark.parametrize(("kind", "rate_hz"), [("webm", 48_000), ("mkv", 44_100), ("ts", 44_100)])
def test_a_gap_in_the_container_is_silence_of_its_length(
    tmp_path: Path, kind: str, rate_hz: int
) -> None:
    path = write(tmp_path / f"a.{kind}", warble(6, rate_hz), rate_hz, gap_s=20)

    with SoundFile(path) as sound:
        pcm = np.concatenate(list(sound.chunks()))
        remarks = list(sound.remarks())

    assert abs(len(pcm) / RATE_HZ - 26) < 0.1
    assert loudness(pcm, 3.2, 22.8) < 10
    assert loudness(pcm, 23.2, 25.9) > 1000
    assert abs(sound.account.gaps_s - 20) < 0.1
    assert sound.account.damaged_s == 0
    (told,) = remarks
    assert "there is no sound in it" in told


def test_without_a_gap_the_sound_is_as_it_was(tmp_path: Path) -> None:
    plain = heard(write(tmp_path / "a.mkv", warble(6, 44_100), 44_100))
    other = heard(write(tmp_path / "a.m4a", warble(6, 44_100), 44_100))

    assert np.array_equal(plain, other)


def placed(
    timeline: Timeline, *pieces: tuple[float | None, float], lost: int | None = None
) -> list[float]:
    """The silence before each piece (when it sounds, its length); one is lost before `lost`."""
    found = []
    for number, (at_s, seconds) in enumerate(pieces):
        if number == lost:
            timeline.lose(1.0)
        found.append(round(timeline.silence_before(at_s, seconds), 3))
    return found


def timeline(times: Times = "written", length_s: float | None = None) -> tuple[Timeline, Account]:
    account = Account()
    return Timeline(account, times, starts_s=0.0, length_s=length_s), account


def test_sound_that_begins_late_has_silence_before_it() -> None:
    assert placed(timeline()[0], (2.0, 1.0), (3.0, 1.0)) == [2.0, 0.0]


def test_small_gaps_add_up_and_rounding_does_not() -> None:
    gaps, _ = timeline()
    assert placed(gaps, *((n * 1.02, 1.0) for n in range(7))) == [0, 0, 0, 0.06, 0, 0, 0.06]
    rounding, _ = timeline()
    assert sum(placed(rounding, *((n + (-1) ** n * 0.02, 1.0) for n in range(20)))) == 0


def test_times_that_begin_anew_bring_no_silence_and_lose_none() -> None:
    found = placed(timeline()[0], (0.0, 5.0), (5.0, 5.0), (0.0, 5.0), (5.0, 5.0), (12.0, 1.0))

    assert found == [0, 0, 0, 0, 2.0]


@pytest.mark.parametrize("leap_s", [LONGEST_GAP_S + 2, 1e12])
def test_a_leap_that_no_recording_makes_is_not_believed(leap_s: float) -> None:
    assert placed(timeline()[0], (0.0, 1.0), (leap_s, 1.0), (leap_s + 1, 1.0)) == [0, 0, 0]


def test_nothing_is_later_than_the_file_is_long() -> None:
    assert placed(timeline(length_s=10)[0], (0.0, 1.0), (20.0, 1.0)) == [0, 0]


@pytest.mark.parametrize(
    ("times", "at_s", "silence_s"),
    [
        ("written", 3.5, 2.5),
        ("written", 1.0, 0.0),
        ("counted", 3.5, 2.5),
        ("counted", 1.0, 1.0),
        ("parsed", 1.2, 1.0),
        ("parsed", None, 1.0),
    ],
)
def test_damage_is_as_long_as_the_times_say_or_as_what_was_lost(
    times: Times, at_s: float | None, silence_s: float
) -> None:
    made, account = timeline(times)

    assert placed(made, (0.0, 1.0), (at_s, 1.0), lost=1) == [0, silence_s]
    assert account.damaged_s == silence_s
    assert account.gaps_s == 0


@pytest.mark.parametrize(("times", "silence_s"), [("counted", 90.0), ("parsed", 1.0)])
def test_damage_at_the_end_is_silence_unless_it_may_be_anything(
    times: Times, silence_s: float
) -> None:
    made, account = timeline(times)
    made.silence_before(0.0, 1.0)
    made.lose(90.0)

    assert made.silence_at_end() == account.damaged_s == silence_s


def test_no_damage_is_longer_than_a_recording() -> None:
    made, _ = timeline("parsed")
    made.lose(1e12)

    assert made.silence_before(None, 1.0) == LONGEST_GAP_S


def test_a_gap_where_bytes_were_skipped_or_samples_are_counted_is_damage() -> None:
    made, account = timeline()
    made.silence_before(0.0, 1.0)
    made.suspect()
    assert made.silence_before(4.0, 1.0) == 3.0
    assert (account.damaged_s, account.gaps_s) == (3.0, 0)

    made, account = timeline("counted")
    assert placed(made, (0.0, 1.0), (4.0, 1.0)) == [0, 3.0]
    assert (account.damaged_s, account.gaps_s) == (3.0, 0)
