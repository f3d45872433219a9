"""Where commands print: text is data there, and what takes no more is told as such."""

import argparse
import json
import subprocess
import sys
import tomllib
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.command_line import Arguments, Command, Screen, harmless, main
from core.errors import TextUnreadable
from tests.waiting import PATIENCE_S

EVIL = "ok \x1b]0;owned\x07\x1b[2J\x9b31m red \u202eright\u2066 \rover\x7f"


@given(st.text())
def test_no_control_and_no_turn_of_direction_is_left(text: str) -> None:
    shown = harmless(text)

    assert all(
        sign in "\n\t" or unicodedata.category(sign) not in {"Cc", "Zl", "Zp"} for sign in shown
    )
    assert not any(
        unicodedata.bidirectional(sign) in {"LRO", "RLO", "LRE", "RLE", "PDF", "LRI", "RLI", "FSI"}
        for sign in shown
    )


@pytest.mark.parametrize(
    "text",
    ["two\nlines\tand a tab", "\u05d4\u05de\u05e9", "\u200f\u05e9", "👩\u200d🚒", "Straße", ""],
)
def test_what_does_no_harm_is_shown_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_a_control_is_written_out() -> None:
    assert harmless("a\x1b[2Jb\u202ec\r\nd\re") == "a\\x1b[2Jb\\u202ec\nd\\x0de"


def test_all_that_a_screen_prints_is_harmless_and_its_json_is_exact(
    capsys: pytest.CaptureFixture[str],
) -> None:
    error = TextUnreadable(EVIL, advice=EVIL)
    people, program = Screen(as_json=False), Screen(as_json=True)
    people.value(EVIL, EVIL)
    people.say(EVIL)
    people.refuse(error)
    shown = capsys.readouterr()
    program.value(EVIL)
    program.refuse(error, file=EVIL)

    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert harmless(shown.out) == shown.out
    assert harmless(shown.err) == shown.err
    assert shown.err.count("red") == 3
    assert printed[0] == EVIL
    assert printed[1]["file"] == printed[1]["error"] == EVIL


def _raise(arguments: Arguments, screen: Screen) -> int:
    raise TextUnreadable(EVIL, advice=EVIL)


@pytest.mark.parametrize("argv", [["fail"], [EVIL], ["fail", f"--{EVIL}"]])
def test_what_ends_a_command_is_harmless(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    main([Command("fail", "fails", _raise)], argv)

    told = capsys.readouterr().err
    assert "red" in told
    assert harmless(told) == told


def _break(arguments: Arguments, screen: Screen) -> int:
    raise ValueError("the pill box")


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--policy", choices=("button", "everything"))


COMMANDS = [
    Command("fail", "fails", _raise),
    Command("break", "has a fault", _break),
    Command("search", "does nothing", lambda *_: 0, _options),
]


def printed(argv: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    status = main(COMMANDS, argv)
    shown = capsys.readouterr()
    return status, shown.out, shown.err


@pytest.mark.parametrize(
    ("argv", "status", "code"),
    [
        (["fail", "--json"], 1, "text_unreadable"),
        (["--json", "fail"], 1, "text_unreadable"),
        (["break", "--json"], 1, "fault"),
        (["serach", "--json"], 2, "wrong_usage"),
        (["search", "--json", "--gone"], 2, "wrong_usage"),
    ],
)
def test_with_json_a_failure_is_one_object_on_standard_output(
    argv: list[str], status: int, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ended, out, err = printed(argv, capsys)

    failure = json.loads(out)
    assert (ended, err) == (status, "")
    assert failure.keys() == {"error", "code", "advice"}
    assert failure["code"] == code
    assert "pill box" not in out


def test_json_that_is_a_word_of_the_wearers_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    note = Command("note", "fails", _raise, lambda parser: parser.add_argument("text"))

    assert main([note], ["note", "--", "--json"]) == 1
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("argv", "meant"),
    [
        (["serach"], "there is no command 'serach'; did you mean `search`? Run"),
        (["search", "--polcy=button"], "--polcy=button; did you mean `--policy`? Run"),
        (["search", "--policy", "x"], "'x' is none of button, everything. Run"),
        (["zzz"], "there is no command 'zzz'. Run"),
    ],
)
def test_what_is_misspelled_is_told_with_what_was_meant(
    argv: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = printed(argv, capsys)

    assert (status, out) == (2, "")
    assert meant.lower() in err.lower()
    assert err.count("\n") == 1


@pytest.mark.parametrize("argv", [["--version"], ["search", "--version"]])
def test_the_version_is_that_of_the_package(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(COMMANDS, argv)

    assert ended.value.code == 0
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
    assert capsys.readouterr().out == f"afterthought {project['project']['version']}\n"


PRINTS = """
import sys
import tomllib
from core.command_line import Command, Screen, main

def act(arguments, screen):
    for _ in range(2_000):
        screen.say("a word beside")
        screen.value("x" * 99, "x" * 99)
    return 0

sys.exit(main([Command("act", "prints", act)], sys.argv[1:]))
"""


def run(redirect: str, argument: str = "act") -> subprocess.CompletedProcess[str]:
    line = f'"$0" -c "$1" {argument} {redirect}'
    return subprocess.run(
        ["bash", "-c", line, sys.executable, PRINTS],
        check=False,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        timeout=PATIENCE_S,
    )


@pytest.mark.parametrize("argument", ["act", "act --json", "--help", "act --help"])
@pytest.mark.parametrize(
    ("redirect", "told"),
    [(">/dev/full", "takes no more (No space left on device)"), (">&-", "is closed")],
)
def test_an_output_that_takes_no_more_is_told_as_such(
    redirect: str, told: str, argument: str
) -> None:
    ran = run(redirect, argument)

    assert ran.returncode == 1, ran.stderr
    (sentence,) = [line for line in ran.stderr.splitlines() if line != "a word beside"]
    assert sentence.startswith("Standard output ")
    assert told in sentence


def test_a_reader_that_has_read_enough_is_told_nothing() -> None:
    ran = run("2>/dev/full | head -n 1; exit ${PIPESTATUS[0]}")

    assert (ran.returncode, ran.stdout, ran.stderr) == (1, "x" * 99 + "\n", "")


@pytest.mark.parametrize("redirect", ["2>/dev/full", "2>&-"])
def test_without_a_place_for_what_stands_beside_the_results_are_all_there(redirect: str) -> None:
    ran = run(redirect)

    assert (ran.returncode, ran.stdout.count("\n")) == (0, 2_000)
