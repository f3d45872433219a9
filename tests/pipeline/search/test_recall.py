from pathlib import Path

import pytest

from bench.search_recall import corpora, mean, measured
from core.errors import ModelMissing
from core.settings import Settings
from pipeline import models
from pipeline.meaning.embedder import MiniLmEmbedder


@pytest.fixture(scope="module")
def embedder() -> MiniLmEmbedder:
    try:
        folder = models.find("embedder", settings=Settings(), home=Path())
    except ModelMissing as missing:
        pytest.skip(str(missing))
    return MiniLmEmbedder(folder / "model.onnx", folder / "tokenizer.json")


async def test_words_and_meaning_together_find_more_than_either(
    data: Path, embedder: MiniLmEmbedder
) -> None:
    conversation = next(iter(corpora(data, ["locomo"])))

    result = await measured(conversation, embedder, None)

    fused = mean(result.fused, "recall")
    assert fused > 0.75
    assert fused > mean(result.words, "recall") + 0.1
    assert fused > mean(result.meaning, "recall") + 0.1
    assert result.nothing_close < 0.05
