from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from pipeline.speech import onnx_weights
from tests.pipeline.hearing.models_for_tests import speech_weights


def saved(path: Path, *weights: TensorProto) -> Path:
    graph = helper.make_graph([], "some", [], [], list(weights))
    onnx.save(helper.make_model(graph, producer_name="somebody"), path)
    return path


def test_every_weight_is_what_the_onnx_package_reads(home: Path) -> None:
    read = onnx_weights.read(speech_weights(home))

    graph = onnx.load(speech_weights(home)).graph
    assert read.keys() == {each.name for each in graph.initializer}
    for each in graph.initializer:
        assert np.array_equal(read[each.name], numpy_helper.to_array(each))


def test_shapes_may_be_packed_and_large(tmp_path: Path) -> None:
    weight = np.arange(600, dtype=np.float32).reshape(300, 2)

    read = onnx_weights.read(saved(tmp_path / "a.onnx", numpy_helper.from_array(weight, "wäight")))

    assert np.array_equal(read["wäight"], weight)


def test_what_is_no_float32_is_left_out(tmp_path: Path) -> None:
    whole = numpy_helper.from_array(np.arange(3), "whole")
    floats = helper.make_tensor("listed", TensorProto.FLOAT, [2], [1.0, 2.0])

    assert onnx_weights.read(saved(tmp_path / "a.onnx", whole, floats)) == {}


@pytest.mark.parametrize("share", [0.1, 0.5, 0.999])
def test_a_file_that_is_cut_short_is_refused(home: Path, tmp_path: Path, share: float) -> None:
    whole = speech_weights(home).read_bytes()
    cut = tmp_path / "cut.onnx"
    cut.write_bytes(whole[: int(len(whole) * share)])

    with pytest.raises(ValueError, match="cut short"):
        onnx_weights.read(cut)


@pytest.mark.parametrize("content", [b"RIFF, a sound", b"\xff" * 40, b"\x0b\x0c", b"<html></html>"])
def test_what_is_no_onnx_file_gives_no_weights(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "not.onnx"
    path.write_bytes(content)

    try:
        weights = onnx_weights.read(path)
    except ValueError:
        weights = {}

    assert weights == {}
