import sys
from pathlib import Path

import pytest

from core.settings import Settings
from deploy import build_models
from pipeline import models
from pipeline.meaning import build_onnx


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine where nothing is built yet."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    return tmp_path


def quick_build(_weights: Path, target: Path) -> None:
    target.write_bytes(b"graph")


def cut_short(_weights: Path, target: Path) -> None:
    target.write_bytes(b"gra")
    raise KeyboardInterrupt


def test_what_was_built_is_found_and_passes_its_check(
    environment: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_onnx, "build", quick_build)

    assert build_models.main() == 0

    folder = models.find("embedder", settings=Settings(), home=home)
    assert folder == environment / "models" / "embedder"
    assert {file.name for file in folder.iterdir()} == {
        "model.onnx",
        "tokenizer.json",
        "built.json",
    }


def test_a_build_that_is_cut_short_leaves_the_one_before_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_onnx, "build", quick_build)
    build_models.main()
    monkeypatch.setattr(build_onnx, "build", cut_short)

    with pytest.raises(KeyboardInterrupt):
        build_models.main()

    assert models.find("embedder", settings=Settings(), home=home).is_dir()


def test_what_a_kill_left_lying_is_swept_by_the_next_build(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (environment / "models" / ".building-x" / "embedder").mkdir(parents=True)
    monkeypatch.setattr(build_onnx, "build", quick_build)

    build_models.main()

    assert [entry.name for entry in (environment / "models").iterdir()] == ["embedder"]


def test_without_the_package_the_next_step_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(models, "package_folder", lambda _model: None)

    assert build_models.main() == 1

    assert "./run setup" in capsys.readouterr().err
