from pathlib import Path

import pytest

from pipeline import models
from pipeline.meaning.build_minilm import build, build_exact
from pipeline.meaning.embedder import MiniLmEmbedder


@pytest.fixture(scope="module")
def source() -> Path:
    folder = models.package_folder(models.EMBEDDER)
    if folder is None:
        pytest.skip("the package that carries the weights is not installed")
    return folder


def test_in_float32_it_is_the_model_of_the_card(source: Path, tmp_path: Path) -> None:
    build_exact(source, tmp_path)

    weather, sunny, stadium = MiniLmEmbedder(tmp_path, number_format="float32").embed(
        ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
    )

    assert weather @ sunny == pytest.approx(0.6660, abs=1e-4)
    assert weather @ stadium == pytest.approx(0.1046, abs=1e-4)


def test_the_pinned_weights_give_the_pinned_bytes_and_nothing_beside_them(
    source: Path, tmp_path: Path
) -> None:
    build(source, tmp_path)

    built = {file.name: models.sha256(file) for file in tmp_path.iterdir()}
    assert built == models.EMBEDDER.built
