"""When others are met, what is said where they are not, and whose meeting goes on."""

import pytest

from core.settings import SyncSettings
from pipeline.sync.calling import Standing
from pipeline.sync.http.errors import Later, PeerGone, PeerRefused
from pipeline.sync.manners import (
    AskedBy,
    Supply,
    clocks_apart,
    gives_way,
    must_answer,
    why_nobody_is_called,
)

NOW_MS = 1_790_000_000_000
DAY_MS = 86_400_000
MAINS = Supply()


@pytest.mark.parametrize(
    ("settings", "supply", "sentence"),
    [
        (SyncSettings(), MAINS, None),
        (SyncSettings(), Supply(on_battery=True, percent=80), "runs on its battery"),
        (SyncSettings(when="always"), Supply(on_battery=True, percent=80), None),
        (SyncSettings(when="always"), Supply(on_battery=True, percent=14), "is low (14 %)"),
        (SyncSettings(when="always"), Supply(on_battery=True, percent=15), None),
        (SyncSettings(when="asked"), MAINS, "afterthought sync --once"),
        (
            SyncSettings(when="always", least_battery_percent=0),
            Supply(on_battery=True, percent=0),
            None,
        ),
    ],
)
def test_whether_others_are_called_is_said_in_a_sentence(
    settings: SyncSettings, supply: Supply, sentence: str | None
) -> None:
    why = why_nobody_is_called(settings, supply)

    assert why is None if sentence is None else sentence in str(why)


def test_who_calls_a_machine_whose_battery_is_low_is_to_come_later() -> None:
    must_answer(SyncSettings(), MAINS)
    must_answer(SyncSettings(), Supply(on_battery=True, percent=60))
    with pytest.raises(Later, match=r"battery of the other machine is low \(9 %\)"):
        must_answer(SyncSettings(), Supply(on_battery=True, percent=9))


def test_a_machine_that_asks_us_to_come_later_is_there_and_one_that_is_gone_is_not() -> None:
    later, away = Standing(), Standing()

    later.end(PeerRefused("Its battery is low.", advice="", status=503, refusal="later"))
    away.end(PeerGone("The other machine has hung up.", advice=""))

    assert (later.state, later.sentence) == ("waiting", "Its battery is low.")
    assert (away.state, away.sentence) == ("away", "The other machine has hung up.")


def test_who_has_called_is_being_met_until_it_waits_for_more() -> None:
    assert AskedBy(0.0, "/v1/events").how_it_stands(5.0) == "meeting"
    assert AskedBy(0.0, "/v1/wait").how_it_stands(25.0) == "met"
    assert AskedBy(0.0, "/v1/wait").how_it_stands(60.0) is None


def test_of_two_who_have_called_each_other_one_gives_way() -> None:
    asked = AskedBy(0.0, "/v1/hello")

    assert gives_way("bb", "aa", asked, 1.0)
    assert not gives_way("aa", "bb", asked, 1.0)
    assert not gives_way("bb", "aa", None, 1.0)
    assert not gives_way("bb", "aa", asked, 61.0)


@pytest.mark.parametrize(
    ("off_ms", "sentence"),
    [
        (0, ""),
        (-599_000, ""),
        (3_600_000, "Its clock is 1 h ahead of this machine's: one of the two is wrong."),
        (-3 * DAY_MS, "Its clock is 3 d behind this machine's: one of the two is wrong."),
        (-366 * DAY_MS, "Its clock is 1 year behind this machine's: one of the two is wrong."),
        (
            30 * 365 * DAY_MS,
            "Its clock is 30 years ahead of this machine's: one of the two is wrong.",
        ),
    ],
)
def test_clocks_that_are_far_apart_are_said(off_ms: int, sentence: str) -> None:
    assert clocks_apart(NOW_MS + off_ms, NOW_MS) == sentence
