"""`refine` as a command, with Whisper's real weights under the name of a larger model."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from core.moment import Transcript, Word
from core.settings import Settings
from pipeline import models
from pipeline.models import sha256
from pipeline.store import acts
from pipeline.store.format import drafts
from pipeline.store.sqlite.archive import open_archive
from tests import doubled
from tests.fetched import fetched

KETTLE = Path(__file__).parents[3] / "dashboard" / "demo" / "sounds" / "kettle.m4a"


def command(home: Path, *arguments: str, status: int = 0) -> list[Any]:
    done = doubled.run([*arguments, "--json", "--home", str(home)])
    assert done.returncode == status, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def weights_of(which: str, home: Path) -> Path:
    if which == "transcriber":  # it comes with set-up
        return models.find(which, settings=Settings(), home=home)
    return fetched(which)


def name_as_larger(home: Path, weights: Path, name: str) -> None:
    """Put these weights there as a larger model, pinned."""
    folder = home / "models" / name
    shutil.copytree(weights, folder)
    pin = sha256(folder / "model.bin")
    lines = f'larger_transcriber_path = "models/{name}"\nlarger_transcriber_sha256 = "{pin}"\n'
    (home / "settings.toml").write_text("[models]\n" + lines)


async def mishear(home: Path, moment: str) -> None:
    """Have an older model hear something of it, in doubt, as the words of now."""
    words = (Word("cattle", 0, 400, 0.3, doubtful=True), Word("on", 400, 600, 0.9))
    misheard = Transcript("cattle on", words, "an-older-model", -1.2, "en")
    async with open_archive(home) as archive:
        await archive.append(drafts.moment_transcribed(moment, misheard, revision=0))


@pytest.mark.parametrize("which", ["transcriber", "languages_transcriber"])
async def test_a_misheard_moment_gets_the_words_that_were_said(home: Path, which: str) -> None:
    weights = weights_of(which, home)
    (kept,) = command(home, "keep", str(KETTLE))
    name_as_larger(home, weights, "larger")

    *_, first = command(home, "refine", "--now", status=1)  # it is no larger than the first
    assert first["summary"]["model"] == "larger"
    await mishear(home, kept["id"])
    told, last = command(home, "refine", kept["id"], "--now")

    assert (told["outcome"], last["summary"]["better"]) == ("better", 1)
    assert "tea tastes of chalk" in told["text"]
    assert command(home, "search", "chalk")[0][0]["id"] == kept["id"]
    assert command(home, "check")[0]["ok"]
    command(home, "undo")
    assert command(home, "show", kept["id"])[0]["text"] == "cattle on"
    async with open_archive(home) as archive:
        await acts.redo(archive)
        row = await archive.moment(kept["id"])
        assert (await archive.transcript(row) or Transcript("")).model == "larger"


async def test_a_larger_model_that_is_not_the_pinned_one_changes_nothing(home: Path) -> None:
    (kept,) = command(home, "keep", str(KETTLE))
    weights = models.find("transcriber", settings=Settings(), home=home)
    name_as_larger(home, weights, "larger")
    with (home / "models" / "larger" / "model.bin").open("ab") as file:
        file.write(b"!")
    await mishear(home, kept["id"])

    failed, last = command(home, "refine", "--now", status=1)

    assert "larger_transcriber_sha256" in failed["advice"]
    assert (last["summary"]["failed"], last["summary"]["left"]) == (1, 0)
    assert command(home, "show", kept["id"])[0]["text"] == "cattle on"
