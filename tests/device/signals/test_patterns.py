"""The table of patterns: each reads with one colour and by touch alone, and none is steady."""

import typing
from pathlib import Path

import pytest

from device.signals.patterns import (
    BUTTON,
    OTHER,
    Lasting,
    Once,
    Pattern,
    Steps,
    busy_s,
    dimmed,
    length_s,
    pattern,
)

NAMES = [*typing.get_args(Lasting), *typing.get_args(Once)]
ALL = [
    *(pattern(each) for each in NAMES if each != "fault"),
    *(pattern("fault", part) for part in range(1, OTHER + 1)),
]


def drawn(steps: Steps) -> str:
    return "".join("·" if on_s < 0.05 else "•" if on_s < 0.3 else "—" for on_s, _ in steps)


def test_no_two_patterns_are_equal_in_one_colour() -> None:
    seen = [(drawn(each.light), each.every_s) for each in ALL]

    assert len(set(seen)) == len(seen)


def test_what_is_felt_is_told_apart_by_touch_alone() -> None:
    felt = {each.name: drawn(each.touch) for each in ALL if each.touch}

    assert felt == {
        "taken": "•",
        "kept": "••",
        "refused": "—",
        "paused": "——",
        "resumed": "•—",
        "fault": "———",
    }


def test_a_fault_has_as_many_flashes_as_its_part_has_number() -> None:
    assert drawn(pattern("fault", BUTTON).light) == "—••••"


@pytest.mark.parametrize("shown", ALL, ids=lambda each: each.name)
def test_every_pattern_ends_dark_and_is_over_before_it_comes_again(shown: Pattern) -> None:
    assert all(on_s > 0 and off_s > 0 for on_s, off_s in shown.light + shown.touch)
    assert shown.every_s == 0 or length_s(shown.light) < shown.every_s


@pytest.mark.parametrize(
    "name", ["listening", "ambient", "working", "recording", "continuing", "paused"]
)
def test_a_pattern_that_lasts_for_hours_is_hardly_ever_lit(name: Lasting) -> None:
    shown = pattern(name)

    assert sum(on_s for on_s, _ in shown.light) / shown.every_s <= 0.03


def test_only_what_claims_to_hear_needs_sound() -> None:
    needing = {each.name for each in ALL if each.needs_sound}

    assert needing == {"listening", "ambient", "working", "recording", "continuing"}


def test_the_rest_after_a_pattern_is_no_gap_within_one() -> None:
    taken, kept = pattern("taken").touch, pattern("kept").touch

    assert length_s(taken) - busy_s(taken) > 2 * kept[0][1]


@pytest.mark.parametrize("percent", [5, 33, 60, 99])
@pytest.mark.parametrize("shown", ALL, ids=lambda each: each.name)
def test_a_dimmed_pattern_takes_as_long_and_gives_its_share_of_light(
    shown: Pattern, percent: int
) -> None:
    fainter = dimmed(shown.light, percent)
    lit_s = sum(on_s for on_s, _ in shown.light)

    assert length_s(fainter) == pytest.approx(length_s(shown.light))
    assert sum(on_s for on_s, _ in fainter) == pytest.approx(lit_s * percent / 100)
    assert all(on_s > 0 for on_s, _ in fainter)


def test_full_brightness_switches_no_more_often_than_the_pattern_does() -> None:
    light = pattern("kept").light

    assert dimmed(light, 100) == light


@pytest.mark.parametrize("shown", ALL, ids=lambda each: each.name)
def test_the_document_draws_each_pattern_as_it_is(shown: Pattern) -> None:
    document = (Path(__file__).parents[3] / "docs" / "signals.md").read_text(encoding="utf-8")
    name = f"fault {len(shown.light) - 1}" if shown.name == "fault" else shown.name
    light, touch = (" ".join(drawn(steps)) or "\N{EN DASH}" for steps in (shown.light, shown.touch))
    again = f" {shown.every_s:g} s |" if shown.every_s else ""

    assert f"| **{name}** | {light} | {shown.colour} | {touch} |{again}" in document
