"""Colours at a terminal that shows them, and nowhere else."""

import os
import re
from pathlib import Path

import pytest

from tests.journeys.command import afterthought, watched

COLOUR = re.compile(r"\x1b\[\d+m")
SHOWS = {"TERM": "xterm-256color", "NO_COLOR": ""}


def at_terminal(*act: str, **env: str) -> str:
    return watched(act, os.environ | SHOWS | env, at_terminal=True).out


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home with a note, at which every test looks and which none changes; and its id."""
    home = tmp_path_factory.mktemp("home")
    return home, afterthought("note", "the pump \x1b[31mleaks", "--home", home).out.strip()


@pytest.fixture
def name(kept: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of the note in the home that the commands find."""
    home, name = kept
    monkeypatch.setenv("AFTERTHOUGHT_HOME", str(home))
    return name


def test_an_id_is_dim_an_error_red_and_what_was_said_as_it_is(name: str) -> None:
    listed = at_terminal("list")

    assert listed.startswith(f"\x1b[2m{name}\x1b[0m  ")
    assert listed.endswith("  the pump \\x1b[31mleaks\r\n")
    found = at_terminal("search", "pumps")
    assert found.startswith(f"\x1b[2m{name}\x1b[0m  ")
    assert "  the \x1b[1mpump\x1b[0m \\x1b[31mleaks\r\n" in found
    assert "\x1b[31mThere is no moment 'x'.\x1b[0m `after" in at_terminal("show", "x")


@pytest.mark.parametrize(
    ("act", "env"),
    [
        pytest.param(act, env, marks=() if act == "list" or "NO_COLOR" in env else pytest.mark.long)
        for act in ("list", "show x", "doctor", "log", "search pump")
        for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": ""})
    ],
)
def test_where_none_are_wanted_or_shown_there_are_none(
    name: str, act: str, env: dict[str, str]
) -> None:
    printed = at_terminal(*act.split(), **env)

    assert COLOUR.sub("", printed) == printed


@pytest.mark.parametrize("act", ["list", "show x", "doctor", "log", "search pump", "list --json"])
def test_in_a_pipe_there_are_none(name: str, act: str) -> None:
    ran = afterthought(*act.split(), env=os.environ | SHOWS)

    assert "\x1b" not in ran.out + ran.err


def test_json_at_a_terminal_has_none(name: str) -> None:
    assert "\x1b" not in at_terminal("list", "--json")
    assert "\x1b" not in at_terminal("show", "x", "--json")
