"""docs/commands.md is the contract: each command is in it, and prints what it says."""

import argparse
import contextlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import afterthought
from tests import doubled
from tests.waiting import killed_on_failure
from tests.wav import write_wav

DOCUMENT = Path(__file__).parent.parent / "docs" / "commands.md"
SERVICES = {"process", "capture", "dashboard", "run", "sync", "dream"}
"""Commands that run until they are stopped; journeys try them."""

NOT_TRIED = {"config", "bench", "power-off", "pair", "enrol", "speaker", "peers"}
"""The first two are compared below; the third would switch off the machine that runs the tests, and
a phone is let in by `tests/dashboard/sign_in/test_letting_in.py`. The next two need a model that
set-up does not bring: `tests/pipeline/voices/test_command.py`. Peers need another home:
`tests/pipeline/sync/peers/test_peers_command.py`."""

SECTIONS = {
    part.split("\n", 1)[0].strip(): part
    for part in re.split(r"^## ", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
}


def examples(command: str) -> list[Any]:
    return [
        json.loads(found)
        for found in re.findall(r"```json\n(.*?)\n```", SECTIONS[command], re.DOTALL)
    ]


def shape(value: object) -> object:
    """Keys and types; a list counts by its first element, and null stands for anything."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return (
        "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value)
    )


def agree(promised: object, found: object) -> bool:
    if promised is type(None) or found is type(None):
        return True
    if isinstance(promised, dict) and isinstance(found, dict):
        return promised.keys() == found.keys() and all(agree(promised[k], found[k]) for k in found)
    if isinstance(promised, list) and isinstance(found, list):
        return not promised or not found or agree(promised[0], found[0])
    return promised == found


def command(*arguments: str, status: int = 0) -> list[Any]:
    """The lines of JSON that a real process prints."""
    done = doubled.run([*arguments, "--json"])
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def refine(folder: Path, moment: str) -> list[Any]:
    """What is printed of a moment without words, which the larger model is not asked about."""
    (folder / "model.bin").touch()
    settings = folder / "home" / "settings.toml"
    settings.write_text(f'[models]\nlarger_transcriber_path = "{folder}"\n')
    try:
        return command("refine", moment)
    finally:
        settings.unlink()


@contextlib.contextmanager
def capture_of(sound: Path) -> Iterator[None]:
    """A running capture that plays a file instead of a microphone."""
    with killed_on_failure(
        subprocess.Popen(
            [sys.executable, "-m", "afterthought", "capture", "--replay", str(sound)],
            stderr=subprocess.DEVNULL,
        )
    ) as running:
        while (command("status")[0]["capture"] or {"state": "starting"})["state"] == "starting":
            assert running.poll() is None
        yield
        running.terminate()


def test_every_command_has_its_section_and_every_section_its_command() -> None:
    assert {each.name for each in afterthought.COMMANDS} == set(SECTIONS)


def arguments_of(name: str) -> list[argparse.Action]:
    parser = argparse.ArgumentParser()
    next(each for each in afterthought.COMMANDS if each.name == name).arguments(parser)
    return parser._actions


@pytest.mark.parametrize("name", sorted(each.name for each in afterthought.COMMANDS))
def test_the_help_of_a_command_says_of_each_argument_what_it_is(name: str) -> None:
    unsaid = [
        each.dest for each in arguments_of(name) if not each.help or each.help.startswith("(")
    ]

    assert unsaid == []


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """What every command printed in one small life, by command."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("life")
        patch.setenv("AFTERTHOUGHT_HOME", str(folder / "home"))
        lines, noise, empty = folder / "a.jsonl", folder / "memo.wav", folder / "empty.wav"
        lines.write_text('{"text": "The pill box beeped too often.", "ref": "D1:3"}\n')
        empty.touch()
        write_wav(noise, np.zeros(16_000, np.int16))
        found = {
            "note": command("note", "The pill box beeped too often."),
            "import": command("import", str(lines)),
            "keep": command("keep", str(noise)),
            "refused": command("keep", str(empty), status=1),
            "search": command("search", "pill box"),
        }
        found["search"] += command("search", "--from", str(lines))
        moment = found["keep"][0]["id"]
        found["show"] = command("show", moment)
        found["retry"] = command("retry", moment)
        found["refine"] = refine(folder, moment)
        note = found["note"][0]["id"]
        found["more"] = command("more", note)
        found["dismiss"] = command("dismiss", note)
        found["selection"] = command("selection") + command("selection", "--reset")
        found["hide"] = command("hide", moment)
        found["undo"] = command("undo")
        found["redo"] = command("redo")
        command("undo")
        found["restore"] = command("restore", moment)
        found["list"] = command("list")
        found["log"] = command("log")
        found["forget"] = command("forget", moment, "--yes")
        found["hear"] = command("hear", str(noise), "--press-at", "1")
        with capture_of(noise):
            found["status"] = command("status")
            found["press"] = command("press")
            found["record"] = command("record")
            assert command("record", "--stop") == [{"outcome": "done"}]
            found["pause"] = command("pause", "--for", "15min")
            found["resume"] = command("resume")
        found["backup"] = command("backup", str(folder / "backup.tar"))
        elsewhere = ("--home", str(folder / "elsewhere"))
        found["restore-backup"] = command("restore-backup", str(folder / "backup.tar"), *elsewhere)
        found["completion"] = command("completion", "bash")
        for plain in ("phones", "check", "rebuild", "models", "config", "doctor", "bench"):
            found[plain] = command(plain)
    return found


@pytest.mark.parametrize(
    "name", sorted({each.name for each in afterthought.COMMANDS} - SERVICES - NOT_TRIED)
)
def test_a_command_prints_what_the_document_promises(
    printed: dict[str, list[Any]], name: str
) -> None:
    promised = examples(name)

    assert len(promised) == len(printed[name])
    for example, found in zip(promised, printed[name], strict=True):
        assert agree(shape(example), shape(found)), found


def test_a_bad_file_is_told_as_the_document_promises(printed: dict[str, list[Any]]) -> None:
    head = DOCUMENT.read_text(encoding="utf-8").split("\n## ", 1)[0]
    example, *_ = re.findall(r"```json\n(.*?)\n```", head, re.DOTALL)

    assert agree(shape(json.loads(example)), shape(printed["refused"][0]))


def test_config_and_bench_print_one_object(printed: dict[str, list[Any]]) -> None:
    assert set(examples("config")[0]) <= set(printed["config"][0])
    assert set(examples("bench")[0]) <= set(printed["bench"][0])
