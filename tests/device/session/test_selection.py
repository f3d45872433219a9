"""What of all that is said is worth writing down: decided without a word of it."""

from dataclasses import replace

import pytest

from core.clock import Recorded
from core.settings import SelectionSettings
from device.memory.utterances import Measured
from device.session.selection import (
    BAR,
    Earlier,
    Rules,
    Spoken,
    Weighed,
    nothing_yet,
    rules_of,
    weigh,
    why_rest,
)

NOON_MS = 12 * 3_600_000

RULES = Rules(budget_s=900)


def spoken(  # noqa: PLR0913 - what an utterance is told by
    seconds: float = 10,
    *,
    at_s: float = 60,
    at_ms: int | None = NOON_MS,
    speech: float = 0.95,
    loudness: float = 0.1,
    background: float = 0.003,
) -> Spoken:
    return Spoken(at_s, seconds, Measured(speech, loudness, background), Recorded(at_ms, 0))


def weighed(said: Spoken, rules: Rules = RULES, earlier: Earlier | None = None) -> Weighed:
    return weigh(earlier or nothing_yet(rules), said, rules)[1]


def test_a_clear_thought_near_the_microphone_is_a_candidate() -> None:
    found = weighed(spoken())

    assert found.is_candidate
    assert found.score > BAR
    assert set(found.signals) == {"clear", "at_length", "near"}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (spoken(speech=0.6), "unclear"),
        (spoken(0.6, speech=0.85), "too_short"),
        (spoken(60, speech=0.85), "too_long"),
        (spoken(5, speech=0.9, loudness=0.006), "far_away"),
    ],
)
def test_what_is_passed_over_says_what_it_lacked_most(said: Spoken, reason: str) -> None:
    assert weighed(said).reasons == (reason,)


@pytest.mark.parametrize(
    "better", [spoken(speech=0.99), spoken(loudness=0.2), spoken(background=0.001)]
)
def test_more_of_a_signal_never_scores_less(better: Spoken) -> None:
    assert weighed(better).score >= weighed(spoken()).score


def test_a_budget_of_zero_keeps_nothing_and_says_why() -> None:
    assert weighed(spoken(), Rules(budget_s=0)).reasons == ("budget",)


def test_an_hours_speech_stays_within_the_budget() -> None:
    rules, earlier, spent_s = Rules(budget_s=120), nothing_yet(Rules(budget_s=120)), 0.0
    for n in range(300):
        earlier, found = weigh(earlier, spoken(at_s=12 * (n + 1)), rules)
        spent_s += 10 * found.is_candidate

    assert 0 < spent_s <= 240  # what was there at first, and what the hour brought


def test_the_less_is_left_the_better_it_has_to_be() -> None:
    just = spoken(7, speech=0.85)
    assert weighed(just).is_candidate

    assert weighed(just, earlier=Earlier(left_s=200)).reasons == ("budget",)
    assert weighed(spoken(speech=0.99), earlier=Earlier(left_s=200)).is_candidate


def test_talk_without_end_raises_the_bar_and_silence_lowers_it() -> None:
    rules, earlier = Rules(budget_s=3600), nothing_yet(Rules(budget_s=3600))
    found = weighed(spoken(), rules)
    for n in range(120):  # a television
        earlier, found = weigh(earlier, spoken(28, at_s=30 * (n + 1), speech=0.93), rules)
    assert found.reasons == ("endless_talk",)

    _, found = weigh(earlier, spoken(at_s=3600 + 1200), rules)
    assert found.is_candidate


def test_quiet_hours_pass_over_midnight_and_in_the_wearers_zone() -> None:
    rules = rules_of(SelectionSettings(quiet_hours="22:00-07:00"))

    def at(hour: int) -> tuple[str, ...]:
        return weighed(spoken(at_ms=hour * 3_600_000), rules).reasons

    assert [at(hour) for hour in (21, 22, 3, 7)] == [(), ("quiet_hours",), ("quiet_hours",), ()]
    at_home = replace(spoken(at_ms=21 * 3_600_000), recorded=Recorded(21 * 3_600_000, 60))
    assert weighed(at_home, rules).reasons == ("quiet_hours",)


def test_quiet_hours_by_day() -> None:
    rules = rules_of(SelectionSettings(quiet_hours="11:30-12:30"))

    assert weighed(spoken(), rules).reasons == ("quiet_hours",)
    assert weighed(spoken(at_ms=NOON_MS + 1_800_000), rules).is_candidate


def test_quiet_hours_from_a_time_to_the_same_are_all_day() -> None:
    rules = rules_of(SelectionSettings(quiet_hours="08:00-08:00"))

    assert weighed(spoken(), rules).reasons == ("quiet_hours",)


def test_where_the_zone_is_not_known_quiet_hours_keep_nothing() -> None:
    rules = rules_of(SelectionSettings(quiet_hours="22:00-07:00"))
    nowhere = replace(spoken(), recorded=Recorded(NOON_MS, None))

    assert weighed(nowhere, rules).reasons == ("time_unknown",)


def test_where_nobody_knows_the_time_quiet_hours_keep_nothing() -> None:
    rules = rules_of(SelectionSettings(quiet_hours="22:00-07:00"))

    assert weighed(spoken(at_ms=None), rules).reasons == ("time_unknown",)
    assert weighed(spoken(at_ms=None)).is_candidate


def test_who_raises_the_voice_speaks_with_emphasis() -> None:
    earlier = nothing_yet(RULES)
    for n in range(5):
        earlier, _ = weigh(earlier, spoken(at_s=20 * n), RULES)

    assert weighed(spoken(), earlier=earlier).emphasis == 0
    assert weighed(spoken(loudness=0.25), earlier=earlier).emphasis > 0.5


@pytest.mark.parametrize(
    ("celsius", "percent_left", "told"),
    [
        (None, None, None),
        (60.0, 90, None),
        (79.6, None, "hot (80 °C)"),
        (None, 12, "low (12 %)"),
    ],
)
def test_a_machine_that_is_hot_or_nearly_empty_rests(
    celsius: float | None, percent_left: int | None, told: str | None
) -> None:
    why = why_rest(celsius, percent_left)

    assert (why is None) if told is None else (why is not None and told in why.sentence)


def test_weighing_sees_the_past_alone() -> None:
    """The same past and the same utterance come to the same, whatever is said afterwards."""
    one, first = weigh(nothing_yet(RULES), spoken(), RULES)
    weigh(one, spoken(at_s=90, loudness=0.9), RULES)

    assert weigh(nothing_yet(RULES), spoken(), RULES) == (one, first)
