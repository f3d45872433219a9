"""Days and times at the command line, in a zone that has summer time, in real processes."""

import json
import os
from pathlib import Path

import pytest

from tests.journeys.command import PILL_BOX, Ran, afterthought

IN_BERLIN = os.environ | {"TZ": "Europe/Berlin"}


def berlin(*arguments: str | Path, home: Path) -> Ran:
    return afterthought(*arguments, env=IN_BERLIN | {"AFTERTHOUGHT_HOME": str(home)})


@pytest.fixture(scope="module")
def october(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with moments around the night to 25 October 2026, in which an hour came twice."""
    home = tmp_path_factory.mktemp("october")
    rows = [
        {"text": "late on the 23rd", "at": "2026-10-23T23:59:59+02:00"},
        {"text": "first of the 24th", "at": "2026-10-24T00:00+02:00"},
        {"text": "late on the 24th", "at": "2026-10-24T23:30"},
        {"text": "early on the 25th", "at": "2026-10-25T00:10"},
        {"text": "late on the 25th", "at": "2026-10-25T23:30"},
        {"text": "early on the 26th", "at": "2026-10-26T00:10"},
    ]
    lines = home / "lines.jsonl"
    lines.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    assert berlin("import", str(lines), home=home).status == 0
    return home


def texts(ran: Ran) -> list[str]:
    return [row["text"] for row in ran.value]


@pytest.mark.parametrize(
    ("span", "found"),
    [
        ("--since 2026-10-24 --until 2026-10-24", ["first of the 24th", "late on the 24th"]),
        ("--since 2026-10-25 --until 2026-10-25", ["early on the 25th", "late on the 25th"]),
        ("--since 25.10.2026", ["early on the 25th", "late on the 25th", "early on the 26th"]),
        ("--until 2026-10-23", ["late on the 23rd"]),
        ("--since 2026-10-25T12:00 --until 2026-10-26T00:00", ["late on the 25th"]),
    ],
)
def test_a_day_is_the_whole_day_at_both_ends_in_list_and_search(
    october: Path, span: str, found: list[str]
) -> None:
    listed = berlin("list", "--json", *span.split(), home=october)
    searched = berlin("search", "early late first", "--json", *span.split(), home=october)

    assert texts(listed) == found
    assert sorted(texts(searched)) == sorted(found)


def test_a_forget_of_one_day_leaves_the_days_beside_it(home: Path) -> None:
    berlin("note", "early on the 25th", "--at", "2026-10-25T00:10+02:00", home=home)
    berlin("note", "late on the 24th", "--at", "2026-10-24T23:30+02:00", home=home)

    day = ("--since", "2026-10-24", "--until", "24.10.2026")
    asked = berlin("forget", *day, home=home)
    done = berlin("forget", *day, "--yes", home=home)

    assert asked.status == 2
    assert "1 moment (Saturday 24 October 2026) would be forgotten" in asked.err
    assert (done.status, done.out.count("Saturday 24 October 2026")) == (0, 1)
    assert texts(berlin("list", "--json", home=home)) == ["early on the 25th"]


def test_an_empty_answer_says_which_span_is_empty(october: Path, home: Path) -> None:
    span = ("--since", "4.3.2026", "--until", "4.3.2026")
    told = "Nothing is kept from that time: Wednesday 4 March 2026."

    listed = berlin("list", *span, home=october)
    searched = berlin("search", "late", *span, home=october)

    assert listed.err.splitlines() == ["Read as Wednesday 4 March 2026.", told]
    assert searched.err.splitlines()[-1] == told
    assert told in berlin("forget", *span, "--yes", home=october).err
    assert "Nothing has been kept here yet" in berlin("list", *span, home=home).err
    assert "Nothing has been kept here yet" in berlin("search", "late", home=home).err


def test_what_is_hidden_is_not_told_to_be_nothing(home: Path) -> None:
    moment = berlin("note", "x", "--at", "2026-10-24", "--json", home=home).value["id"]
    berlin("hide", moment, home=home)

    for span in ((), ("--since", "2026-10-24")):
        assert "is hidden" in berlin("list", *span, home=home).err


@pytest.mark.parametrize("act", [["list"], ["search", "x"], ["forget", "--yes"]])
def test_a_span_that_ends_before_it_begins_is_told(october: Path, act: list[str]) -> None:
    for since, until in (("2026-10-25", "2026-10-24"), ("2026-10-24T18:00", "2026-10-24T18:00")):
        ran = berlin(*act, "--since", since, "--until", until, home=october)

        assert (ran.status, ran.out) == (2, "")
        assert f"--until {until} is not after --since {since}" in ran.err


def test_when_it_was_may_be_said_in_words(home: Path) -> None:
    noted = berlin("note", "x", "--at", "yesterday 14:00", home=home)
    kept = berlin("keep", PILL_BOX, "--at", "yesterday 14:00", home=home)
    listed = berlin("list", "--since", "yesterday", "--until", "yesterday", "--json", home=home)

    assert (noted.status, kept.status) == (0, 0)
    assert [row["at"][11:16] for row in listed.value] == ["14:00"] * 2
    for ran in (noted, kept):
        assert ", 14:00+0" in ran.err


def test_an_hour_that_is_left_out_is_kept_by_nobody(home: Path, tmp_path: Path) -> None:
    line = tmp_path / "lines.jsonl"
    line.write_text('{"text": "x", "at": "2026-03-29T02:30"}\n')

    noted = berlin("note", "x", "--at", "2026-03-29T02:30", home=home)
    imported = berlin("import", str(line), home=home)
    listed = berlin("list", "--since", "2026-03-29T02:30", home=home)

    assert (noted.status, imported.status, listed.status) == (2, 1, 2)
    for ran in (noted, imported, listed):
        assert "no 2026-03-29T02:30 here" in ran.err
        assert "2026-03-29T01:30 and 2026-03-29T03:30" in ran.err
    assert texts(berlin("list", "--json", home=home)) == []


def test_an_hour_that_comes_twice_is_chosen_and_that_is_said(home: Path, tmp_path: Path) -> None:
    line = tmp_path / "lines.jsonl"
    line.write_text('{"text": "y", "at": "2026-10-25T02:30"}\n')

    noted = berlin("note", "x", "--at", "2026-10-25T02:30", home=home)
    imported = berlin("import", str(line), home=home)

    assert (noted.status, imported.status) == (0, 0)
    for ran in (noted, imported):
        assert "2026-10-25T02:30+02:00 is meant, and not 2026-10-25T02:30+01:00" in ran.err
    assert [row["at"] for row in berlin("list", "--json", home=home).value] == [
        "2026-10-25T02:30:00+02:00"
    ] * 2


def test_words_for_a_day_are_read_in_the_languages_of_the_settings(october: Path) -> None:
    span = ("list", "--since", "vor 3 Jahren", "--json")
    refused = berlin(*span, home=october)
    (october / "settings.toml").write_text('[hearing]\nlanguages = ["en", "de"]\n')
    try:
        read = berlin(*span, home=october)
    finally:
        (october / "settings.toml").unlink()

    assert (refused.status, read.status) == (2, 0)
    assert len(texts(read)) == 6
