"""What a restore set aside is the wearer's: it is named wherever it matters, and never touched."""

import asyncio
import json
from pathlib import Path

import pytest

import afterthought
from core import command_line
from core.paths import Home
from pipeline.checks import checks
from tests.pipeline.exchange.homes import note


def test_doctor_and_forget_name_what_a_restore_set_aside(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moment = asyncio.run(note(home, "one"))
    aside = home / "before-restore-20261130T221500Z"
    aside.mkdir()
    (aside / "archive.db").write_text("what was here before")

    (found,) = [each for each in checks(Home(home)) if each.name == "restored"]
    forget = ("forget", moment, "--yes", "--json", "--home", str(home))

    assert found.state == "warn"
    assert str(aside) in found.sentence
    assert command_line.main(afterthought.COMMANDS, forget) == 0
    told = json.loads(capsys.readouterr().out)
    assert any(str(aside) in each for each in told["out_of_reach"])
    assert (aside / "archive.db").read_text() == "what was here before"
