"""Success is not that the letter is gone: a command knows of each moment what became of it."""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

from core.audio import Samples
from core.command_line import main
from core.spool_port import Clip, TypedText
from core.text.short_ids import brief_id
from device import commands as hearing
from pipeline.commands import importing, keeping
from pipeline.fakes import FakeModels
from pipeline.spool.opening import LetterBroken
from pipeline.spool.spool import Spool
from pipeline.worker import ingest, service
from tests.journeys.command import PILL_BOX
from tests.wav import write_wav

COMMANDS = (*importing.COMMANDS, *keeping.COMMANDS, *hearing.COMMANDS)
Ran = tuple[int, list[dict[str, Any]]]


@pytest.fixture
def run(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Ran]:
    """Runs a command with fake models; its status and its lines of JSON."""
    monkeypatch.setattr(service, "ChildModels", lambda *_, **__: FakeModels())

    def command(*arguments: object) -> Ran:
        status = main(COMMANDS, ["--home", str(home), "--json", *map(str, arguments)])
        printed = capsys.readouterr().out.splitlines()
        return status, [json.loads(line) for line in printed if line.startswith("{")]

    return command


@pytest.fixture
def damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A time that no calendar has comes into the text "bad" on its way, by whatever fault."""
    post = Spool.post_texts

    def damage(self: Spool, batch: str, texts: Iterable[TypedText]) -> Path:
        path = post(self, batch, texts)
        lines = [json.loads(line) for line in path.read_bytes().splitlines()]
        for line in lines:
            if line["text"] == "bad":
                line["recorded"]["at_ms"] = 10**20
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return path

    monkeypatch.setattr(Spool, "post_texts", damage)


@pytest.mark.usefixtures("damaged")
def test_a_line_that_was_set_aside_is_told_and_the_others_are_moments(
    run: Callable[..., Ran], tmp_path: Path
) -> None:
    lines = tmp_path / "lines.jsonl"
    lines.write_text("".join(json.dumps({"text": text}) + "\n" for text in ("a", "bad", "c")))

    status, told = run("import", lines)

    assert status == 1
    assert ["error" in each for each in told] == [False, True, False]
    assert (told[1]["file"], told[1]["line"], told[1]["code"]) == (str(lines), 2, "set_aside")
    assert brief_id(told[1]["id"]) in told[1]["error"]
    assert "its time is one that no calendar has" in told[1]["error"]


@pytest.mark.usefixtures("damaged")
def test_a_note_that_was_set_aside_is_no_success(run: Callable[..., Ran]) -> None:
    status, (told,) = run("note", "bad")

    assert (status, told["code"]) == (1, "set_aside")
    assert brief_id(told["id"]) in told["error"]


def test_a_file_that_was_set_aside_is_no_success_and_the_next_goes_on(
    run: Callable[..., Ran], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = tmp_path / "first.wav", tmp_path / "second.wav"
    write_wav(first, np.ones(16_000, np.int16))
    write_wav(second, np.full(16_000, 9, np.int16))
    post = Spool.post_clip

    def damage(self: Spool, clip: Clip, chunks: Iterable[Samples]) -> Path:
        path = post(self, clip, chunks)
        if clip.source == "first.wav":
            os.truncate(path, 40)
        return path

    monkeypatch.setattr(Spool, "post_clip", damage)

    status, told = run("keep", first, second)

    assert status == 1
    assert [each.get("code") for each in told] == ["set_aside", None]
    assert told[0]["file"] == str(first)
    assert brief_id(told[0]["id"]) in told[0]["error"]


def test_what_the_disk_fails_to_read_waits_and_is_no_success(
    run: Callable[..., Ran], tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_wav(tmp_path / "a.wav", np.ones(16_000, np.int16))

    def fail(_: Path) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as failing:
        failing.setattr(ingest, "read_through", fail)
        status, (told,) = run("keep", tmp_path / "a.wav")

    assert (status, told["code"]) == (1, "letters_wait")
    assert "Input/output error" in told["error"]
    assert len(Spool(home / "spool").waiting()) == 1
    assert run("process", "--once")[0] == 0
    assert Spool(home / "spool").waiting() == []


def test_what_was_forgotten_on_its_way_is_told(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    post = Spool.post_texts

    def forgotten(self: Spool, batch: str, texts: Iterable[TypedText]) -> Path:
        path = post(self, batch, texts)
        path.unlink()
        return path

    monkeypatch.setattr(Spool, "post_texts", forgotten)

    status, (told,) = run("note", "one")

    assert (status, told["code"]) == (1, "forgotten")


def test_a_heard_clip_that_was_set_aside_is_told_and_the_rest_goes_on(
    run: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Path) -> NoReturn:
        raise LetterBroken("it is no clip")

    monkeypatch.setattr(ingest, "read_clip", broken)

    status, told = run("hear", "--policy", "everything", PILL_BOX, PILL_BOX)

    assert status == 1
    assert [each.get("code") for each in told] == ["set_aside", None] * 2
    assert "summary" in told[1]
