import hashlib
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from bench.search.embedder_build import GOAL_MB, NoGroups, build_within
from core.settings import Settings
from deploy import build_models
from pipeline import models
from pipeline.hearing import number_format
from pipeline.meaning import build_minilm
from pipeline.models import finding


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine where nothing is built yet."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    return tmp_path


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is built is a word, and pinned as that."""
    pinned = {"model.bin": hashlib.sha256(b"weights").hexdigest()}
    small = replace(models.EMBEDDER, built=pinned)
    monkeypatch.setattr(models, "EMBEDDER", small)
    monkeypatch.setitem(models.MODELS, "embedder", small)
    monkeypatch.setattr(build_minilm, "build", quick_build)
    monkeypatch.setattr(build_models, "measure_number_format", lambda: None)


def quick_build(_source: Path, target: Path) -> None:
    (target / "model.bin").write_bytes(b"weights")


def cut_short(_source: Path, target: Path) -> None:
    (target / "model.bin").write_bytes(b"wei")
    raise KeyboardInterrupt


@pytest.mark.usefixtures("quick")
def test_what_was_built_is_found_and_passes_its_check(environment: Path, home: Path) -> None:
    assert build_models.main() == 0

    folder = models.find("embedder", settings=Settings(), home=home)
    assert folder == environment / "models" / "embedder"
    assert {file.name for file in folder.iterdir()} == {"model.bin", "built.json"}


@pytest.mark.usefixtures("quick")
def test_a_build_that_is_cut_short_leaves_the_one_before_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_models.main()
    monkeypatch.setattr(build_minilm, "build", cut_short)

    with pytest.raises(KeyboardInterrupt):
        build_models.main()

    assert models.find("embedder", settings=Settings(), home=home).is_dir()


@pytest.mark.usefixtures("quick")
def test_what_a_kill_left_lying_is_swept_by_the_next_build(environment: Path) -> None:
    (environment / "models" / ".building-x" / "embedder").mkdir(parents=True)

    build_models.main()

    built = {entry.name for entry in (environment / "models").iterdir()}
    assert built == {"embedder", "transcriber"}


def test_a_build_that_is_not_the_pinned_one_is_told_and_not_used(
    environment: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build_minilm, "build", quick_build)

    assert build_models.main() == 1

    assert "is not what was pinned" in capsys.readouterr().err
    assert list((environment / "models").iterdir()) == []


TOO_LITTLE_MB = 40
"""Python and the libraries alone take more: where this is enough, the group limits nothing."""


def test_the_embedder_is_built_within_the_memory_of_a_small_board(tmp_path: Path) -> None:
    target = tmp_path / "embedder"
    try:
        starved = build_within(TOO_LITTLE_MB, target)
        status = build_within(GOAL_MB, target)
    except NoGroups as error:
        pytest.skip(str(error))

    assert starved == -signal.SIGKILL
    assert status == 0
    assert models.sha256(target / "model.bin") == models.EMBEDDER.built["model.bin"]


def test_without_the_package_the_next_step_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(finding, "package_folder", lambda _model: None)

    assert build_models.main() == 1

    assert "./run setup" in capsys.readouterr().err


@pytest.mark.long
def test_which_numbers_whisper_works_in_is_measured_once_where_memory_is_enough(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = environment / "models" / "number_format.json"
    monkeypatch.setattr(build_models, "profile", lambda: "zero")
    build_models.measure_number_format()
    assert not record.exists()

    monkeypatch.setattr(build_models, "profile", lambda: "full")
    monkeypatch.setattr(number_format, "RUNS", 1)
    build_models.measure_number_format()
    found = number_format.measured()
    assert found is not None
    assert min(found.int8_s, found.float32_s) > 0

    monkeypatch.setattr(number_format, "measure", pytest.fail)
    build_models.measure_number_format()
    assert number_format.measured() == found
