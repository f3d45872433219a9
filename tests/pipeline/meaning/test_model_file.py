"""A model whose large tensors are written in parts, to the byte as onnx writes it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from onnx import TensorProto, helper

from pipeline.meaning.model_file import Values, write


@pytest.mark.parametrize("sizes", [(1,), (0, 3), (119, 127, 128), (16_383, 16_384), (2_100_000,)])
def test_it_has_the_bytes_that_onnx_would_write(sizes: tuple[int, ...], tmp_path: Path) -> None:
    contents = {f"t{n}": bytes(k % 251 for k in range(size)) for n, size in enumerate(sizes)}
    beside = helper.make_tensor("beside", TensorProto.FLOAT, [2], [1.0, 2.0])
    drawn = [
        TensorProto(name=name, data_type=TensorProto.INT8, dims=[len(raw)])
        for name, raw in contents.items()
    ]
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [2])
    nodes = [helper.make_node("Identity", ["x"], ["y"], name="same")]
    drawing = helper.make_graph(nodes, "g", [value], [value], [beside, *drawn], value_info=[value])
    model = helper.make_model(drawing, producer_name="us", doc_string="why")
    helper.set_model_props(model, {"key": "value"})

    def parts(raw: bytes) -> Iterator[bytes]:
        yield raw[: len(raw) // 3]
        yield raw[len(raw) // 3 :]

    values = {
        name: Values(len(raw), lambda raw=raw: parts(raw))  # type: ignore[misc]
        for name, raw in contents.items()
    }
    write(model, values, tmp_path / "model.onnx")

    for tensor in model.graph.initializer:
        if tensor.name in contents:
            tensor.raw_data = contents[tensor.name]
    assert (tmp_path / "model.onnx").read_bytes() == model.SerializeToString()
