"""A recording heard by the policy ambient: what is kept says why, and so does the rest."""

from pathlib import Path

import numpy as np

from core.audio import RATE_HZ
from tests.journeys.command import PILL_BOX, afterthought
from tests.wav import write_wav

EVERY_UTTERANCE = {"id", "start_s", "end_s", "verdict", "score", "sound_score", "sound_bar"}


def test_an_utterance_is_a_moment_that_says_why_or_is_counted() -> None:
    *kept, summary = afterthought("hear", PILL_BOX, "--policy", "ambient", "--json").lines

    assert len(kept) + sum(summary["summary"]["passed"].values()) == 1
    assert summary["summary"]["transcribed_s"] > 5
    assert all("siren" in each["text"] for each in kept)
    assert all(each["reasons"] and "you pressed" not in each["reasons"] for each in kept)
    there = afterthought("list", "--json").value
    assert [each["id"] for each in there] == [each["id"] for each in kept]


def test_every_utterance_is_explained_with_its_scores_and_reasons() -> None:
    *told, _ = afterthought("hear", PILL_BOX, "--policy", "ambient", "--explain", "--json").lines

    assert told
    assert all(set(each) >= EVERY_UTTERANCE for each in told)
    assert {each["verdict"] for each in told} <= {"kept", "passed"}
    assert all(each["reasons"] for each in told)
    assert all(0 <= share <= 1 for each in told for share in each["signals"].values())
    people = afterthought("hear", PILL_BOX, "--policy", "ambient", "--explain").out
    assert "because" in people


def test_a_budget_of_zero_keeps_nothing_writes_nothing_down_and_says_why(home: Path) -> None:
    (home / "settings.toml").write_text("[selection]\nminutes_an_hour = 0\n")

    heard = afterthought("hear", PILL_BOX, "--policy", "ambient", "--json")

    (summary,) = heard.lines
    assert heard.status == 0
    assert summary["summary"]["passed"] == {"budget": 1}
    assert (summary["summary"]["transcribed_s"], summary["summary"]["kept_s"]) == (0, 0)


def test_a_recording_in_which_nobody_speaks_is_no_mistake(tmp_path: Path) -> None:
    silent = write_wav(tmp_path / "silent.wav", np.zeros(3 * RATE_HZ, np.int16))

    heard = afterthought("hear", silent, "--policy", "ambient", "--explain", "--json")

    (summary,) = heard.lines
    assert (heard.status, summary["summary"]["passed"]) == (0, {})
