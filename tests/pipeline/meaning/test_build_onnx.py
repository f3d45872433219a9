import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic

from pipeline import models
from pipeline.meaning.build_onnx import LAYERS, WIDTH, build, graph
from pipeline.meaning.embedder import MiniLmEmbedder
from pipeline.meaning.weights import ROWS_AT_ONCE, Weights


def safetensors(path: Path, tensors: dict[str, NDArray[Any]]) -> Path:
    header, body = {}, b""
    for name, array in tensors.items():
        raw = array.tobytes()
        kind = {"float32": "F32", "int64": "I64"}[str(array.dtype)]
        offsets = [len(body), len(body) + len(raw)]
        header[name] = {"dtype": kind, "shape": array.shape, "data_offsets": offsets}
        body += raw
    text = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)
    return path


def test_every_float_tensor_is_read_by_its_name_and_the_rest_left_out(tmp_path: Path) -> None:
    numbers = np.arange(6, dtype=np.float32).reshape(2, 3)
    places = np.arange(4, dtype=np.int64)

    read = Weights(safetensors(tmp_path / "a", {"ids": places, "weight": numbers}))

    assert list(read) == ["weight"]
    assert read.shape("weight") == (2, 3)
    np.testing.assert_array_equal(read.read("weight"), numbers)


@pytest.mark.parametrize("count", [1, ROWS_AT_ONCE, 2 * ROWS_AT_ONCE + 1])
def test_the_rows_of_a_table_are_all_of_it_in_parts(tmp_path: Path, count: int) -> None:
    before = np.arange(3, dtype=np.float32)
    table = np.arange(2 * count, dtype=np.float32).reshape(count, 2)
    read = Weights(safetensors(tmp_path / "a", {"before": before, "table": table}))

    parts = list(read.rows("table"))

    assert max(len(part) for part in parts) <= ROWS_AT_ONCE
    np.testing.assert_array_equal(np.concatenate(parts), table)


@pytest.fixture(scope="module")
def weights() -> Path:
    folder = models.package_folder(models.EMBEDDER)
    if folder is None:
        pytest.skip("the package that carries the weights is not installed")
    return folder


def test_the_exact_graph_is_the_model_of_the_card(weights: Path, tmp_path: Path) -> None:
    exact = tmp_path / "exact.onnx"
    exact.write_bytes(graph(Weights(weights / "model.safetensors")).SerializeToString())

    weather, sunny, stadium = MiniLmEmbedder(exact, weights / "tokenizer.json").embed(
        ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
    )

    assert weather @ sunny == pytest.approx(0.6660, abs=1e-4)
    assert weather @ stadium == pytest.approx(0.1046, abs=1e-4)


def test_the_pinned_weights_give_the_pinned_bytes_and_nothing_beside_them(
    weights: Path, tmp_path: Path
) -> None:
    build(weights / "model.safetensors", tmp_path / "model.onnx")

    assert models.sha256(tmp_path / "model.onnx") == models.EMBEDDER.built["model.onnx"]
    assert [file.name for file in tmp_path.iterdir()] == ["model.onnx"]


@pytest.fixture
def small_weights(tmp_path: Path) -> Path:
    """The same network with a few words, in the file of the real one's form."""
    chance = np.random.default_rng(1)
    word_pieces, places, inner = 5, 8, 4 * WIDTH

    def some(*shape: int) -> NDArray[np.float32]:
        return chance.standard_normal(shape, np.float32)

    def linear(name: str, out: int, into: int) -> dict[str, NDArray[np.float32]]:
        return {f"{name}.weight": some(out, into), f"{name}.bias": some(out)}

    def norm(name: str) -> dict[str, NDArray[np.float32]]:
        return {f"{name}.weight": some(WIDTH), f"{name}.bias": some(WIDTH)}

    tensors = {
        "embeddings.word_embeddings.weight": some(word_pieces, WIDTH),
        "embeddings.position_embeddings.weight": some(places, WIDTH),
        "embeddings.token_type_embeddings.weight": some(2, WIDTH),
        **norm("embeddings.LayerNorm"),
    }
    for layer in (f"encoder.layer.{number}" for number in range(LAYERS)):
        for part in ("self.query", "self.value", "self.key", "output.dense"):
            tensors |= linear(f"{layer}.attention.{part}", WIDTH, WIDTH)
        tensors |= norm(f"{layer}.attention.output.LayerNorm")
        tensors |= linear(f"{layer}.intermediate.dense", inner, WIDTH)
        tensors |= linear(f"{layer}.output.dense", WIDTH, inner)
        tensors |= norm(f"{layer}.output.LayerNorm")
    return safetensors(tmp_path / "small.safetensors", tensors)


@pytest.mark.filterwarnings("ignore")
def test_tensor_by_tensor_gives_the_bytes_of_onnxruntimes_own_quantizer(
    small_weights: Path, tmp_path: Path
) -> None:
    exact, theirs, ours = (tmp_path / name for name in ("exact", "theirs", "ours"))
    exact.write_bytes(graph(Weights(small_weights)).SerializeToString())
    quantize_dynamic(
        exact, theirs, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
    )

    build(small_weights, ours)

    assert ours.read_bytes() == theirs.read_bytes()


def test_weights_that_are_none_leave_no_file(tmp_path: Path) -> None:
    empty = safetensors(tmp_path / "a", {})

    with pytest.raises(KeyError):
        build(empty, tmp_path / "model.onnx")

    assert [file.name for file in tmp_path.iterdir()] == ["a"]
