"""What every embedder promises; the fake and the real one both take it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.errors import ModelMissing
from core.settings import Settings
from pipeline import models
from pipeline.meaning.embedder import Embedder, MiniLmEmbedder, open_embedder
from pipeline.meaning.fakes import FakeEmbedder

TEXTS = [
    "The dentist moved to Friday.",
    "",
    "tea",
    "🫖",
    "word " * 2_000,
    "The dentist moved to Friday.",
]


@pytest.fixture(scope="module")
def mini_lm() -> MiniLmEmbedder:
    try:
        folder = models.find("embedder", settings=Settings(), home=Path())
    except ModelMissing as missing:
        pytest.skip(str(missing))
    return open_embedder(folder)


@pytest.fixture(params=["fake", "real"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    real: Callable[[], Embedder] = lambda: request.getfixturevalue("mini_lm")  # noqa: E731
    return FakeEmbedder() if request.param == "fake" else real()


def test_rows_are_float32_of_unit_length_in_the_order_of_the_texts(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)

    assert vectors.shape == (len(TEXTS), embedder.dimensions)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(vectors[0], vectors[-1])


def test_a_text_has_the_same_vector_whatever_stands_beside_it(embedder: Embedder) -> None:
    together = embedder.embed(TEXTS)
    alone = np.concatenate([embedder.embed([text]) for text in TEXTS])

    np.testing.assert_array_equal(together, alone)


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.dimensions)


def test_a_text_is_closer_to_its_like_than_to_another(embedder: Embedder) -> None:
    pill, box, boat = embedder.embed(
        ["The pills are in the blue box.", "Which box are the pills in?", "We sailed at dawn."]
    )

    assert pill @ box > pill @ boat + 0.2


def test_pieces_add_up_over_spaces(embedder: Embedder) -> None:
    words = "Unbelievably, the doctor's appointment moved: 14:30!".split()

    assert embedder.count_pieces(" ".join(words)) == sum(map(embedder.count_pieces, words))
    assert embedder.count_pieces("") == 0


def test_it_says_which_model_made_its_vectors(embedder: Embedder) -> None:
    assert embedder.name


def test_the_real_one_gives_the_figures_of_the_model_card(mini_lm: MiniLmEmbedder) -> None:
    weather, sunny, stadium = mini_lm.embed(
        ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
    )

    # The card has 0.6660 and 0.1046 for float32; int8 stands this far from it.
    assert weather @ sunny == pytest.approx(0.6660, abs=0.03)
    assert weather @ stadium == pytest.approx(0.1046, abs=0.03)


@pytest.mark.parametrize("content", [None, b"", b"not a model"])
def test_a_missing_or_broken_model_is_a_sentence(tmp_path: Path, content: bytes | None) -> None:
    model = tmp_path / "model.onnx"
    if content is not None:
        model.write_bytes(content)

    with pytest.raises(ModelMissing, match=r"model\.onnx is missing or broken"):
        MiniLmEmbedder(model, tmp_path / "tokenizer.json")
