import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline import models
from pipeline.meaning.build_onnx import build, graph, read_safetensors
from pipeline.meaning.embedder import MiniLmEmbedder


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

    read = read_safetensors(safetensors(tmp_path / "a", {"ids": places, "weight": numbers}))

    assert list(read) == ["weight"]
    np.testing.assert_array_equal(read["weight"], numbers)


@pytest.fixture(scope="module")
def weights() -> Path:
    folder = models.package_folder(models.EMBEDDER)
    if folder is None:
        pytest.skip("the package that carries the weights is not installed")
    return folder


def test_the_exact_graph_is_the_model_of_the_card(weights: Path, tmp_path: Path) -> None:
    exact = tmp_path / "exact.onnx"
    exact.write_bytes(graph(read_safetensors(weights / "model.safetensors")).SerializeToString())

    weather, sunny, stadium = MiniLmEmbedder(exact, weights / "tokenizer.json").embed(
        ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
    )

    assert weather @ sunny == pytest.approx(0.6660, abs=1e-4)
    assert weather @ stadium == pytest.approx(0.1046, abs=1e-4)


@pytest.mark.filterwarnings("ignore")
def test_the_same_weights_give_the_same_bytes_and_nothing_beside_them(
    weights: Path, tmp_path: Path
) -> None:
    for name in ("one.onnx", "two.onnx"):
        build(weights / "model.safetensors", tmp_path / name)

    assert (tmp_path / "one.onnx").read_bytes() == (tmp_path / "two.onnx").read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["one.onnx", "two.onnx"]


def test_weights_that_are_none_leave_no_file(tmp_path: Path) -> None:
    empty = safetensors(tmp_path / "a", {})

    with pytest.raises(KeyError):
        build(empty, tmp_path / "model.onnx")

    assert [file.name for file in tmp_path.iterdir()] == ["a"]
