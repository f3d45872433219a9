"""Builds all-MiniLM-L6-v2 as an int8 ONNX file out of its safetensors, once, at set-up.

No package carries the model as ONNX, and exporting it needs torch (800 MB).
Six BERT layers, a mean over the pieces and a division by the length are small
enough to write down. Nothing but this and its quantizer imports onnx.
"""

import itertools
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, checker, helper, numpy_helper, save

from .quantizing import quantize
from .weights import Weights

LAYERS = 6
HEADS = 12
WIDTH = 384
OPSET = 17
"""The first with LayerNormalization; onnxruntime reads it since 1.12."""
LAYER_NORM_EPSILON = 1e-12
"""From the model's config.json."""


def build(weights: Path, target: Path) -> None:
    """Write the int8 model to `target`, whole or not at all, within 150 MB of memory.

    `weights` is the model's safetensors file. The graph takes `input_ids` and
    `attention_mask`, int64, (texts, pieces), and gives `embedding`, unit-length
    float32, (texts, 384). The same weights and library versions give the same bytes.
    """
    read = Weights(weights)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".build-") as folder:
        exact, small = Path(folder, "exact.onnx"), Path(folder, "small.onnx")
        save(_Drawing(read, with_values=False).model(), exact)
        quantize(exact, read, small)
        small.replace(target)


def graph(weights: Weights) -> ModelProto:
    """The exact (float32) model; checked by onnx before it is returned."""
    model = _Drawing(weights).model()
    checker.check_model(model)
    return model


class _Drawing:
    """Collects nodes and the tensors that they use; every node's output gets a number as name.

    Without values, what will be quantized has only its name and shape.
    """

    def __init__(self, weights: Weights, *, with_values: bool = True) -> None:
        self._weights = weights
        self._with_values = with_values
        self._nodes: list[NodeProto] = []
        self._used: dict[str, TensorProto] = {}
        self._numbers = itertools.count()

    def node(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:  # noqa: ANN401
        name = output or f"{kind}_{next(self._numbers)}"
        self._nodes.append(
            helper.make_node(kind, list(inputs), [name], name=f"make_{name}", **attributes)
        )
        return name

    def weight(self, name: str) -> str:
        return self._hold(name, self._weights.read(name))

    def quantized(self, name: str, *, transposed: bool = False) -> str:
        """A weight that becomes int8: nearly all of the model."""
        if self._with_values:
            array = self._weights.read(name)
            return self._hold(name, np.ascontiguousarray(array.T) if transposed else array)
        shape = self._weights.shape(name)
        dims = reversed(shape) if transposed else shape
        self._used[name] = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=dims)
        return name

    def constant(self, value: float | list[int]) -> str:
        array = np.array(value, np.int64 if isinstance(value, list) else np.float32)
        return self._hold(f"constant_{value}", array)

    def linear(self, name: str, hidden: str) -> str:
        product = self.node("MatMul", hidden, self.quantized(f"{name}.weight", transposed=True))
        return self.node("Add", product, self.weight(f"{name}.bias"))

    def norm(self, name: str, hidden: str) -> str:
        scale, shift = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.node(
            "LayerNormalization", hidden, scale, shift, axis=-1, epsilon=LAYER_NORM_EPSILON
        )

    def model(self) -> ModelProto:
        """The whole network, drawn once."""
        _network(self)
        shape = ["texts", "pieces"]
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, shape)
            for name in ("input_ids", "attention_mask")
        ]
        output = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["texts", WIDTH])
        drawn = helper.make_graph(
            self._nodes, "all-MiniLM-L6-v2", inputs, [output], list(self._used.values())
        )
        return helper.make_model(
            drawn, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8
        )

    def _hold(self, name: str, array: NDArray[Any]) -> str:
        self._used[name] = numpy_helper.from_array(array, name)
        return name


def _network(d: _Drawing) -> None:
    hidden = _embeddings(d)
    unseen = _unseen(d)
    for layer in range(LAYERS):
        prefix = f"encoder.layer.{layer}."
        hidden = _attention(d, prefix + "attention.", hidden, unseen)
        hidden = _feed_forward(d, prefix, hidden)
    _unit_mean(d, hidden)


def _embeddings(d: _Drawing) -> str:
    pieces = d.node("Gather", d.quantized("embeddings.word_embeddings.weight"), "input_ids", axis=0)
    length = d.node("Slice", d.node("Shape", "input_ids"), d.constant([1]), d.constant([2]))
    places = d.node(
        "Slice",
        d.weight("embeddings.position_embeddings.weight"),
        d.constant([0]),
        length,
        d.constant([0]),
    )
    # One text at a time, so every piece is of the first of BERT's two sentences.
    sentence = d.node(
        "Slice",
        d.weight("embeddings.token_type_embeddings.weight"),
        d.constant([0]),
        d.constant([1]),
        d.constant([0]),
    )
    placed = d.node("Add", d.node("Add", pieces, places), sentence)
    return d.norm("embeddings.LayerNorm", placed)


def _unseen(d: _Drawing) -> str:
    """0 for a piece, a very negative number for padding; (texts, 1, 1, pieces)."""
    mask = d.node("Cast", "attention_mask", to=TensorProto.FLOAT)
    wide = d.node("Unsqueeze", mask, d.constant([1, 2]))
    return d.node("Mul", d.node("Sub", d.constant(1.0), wide), d.constant(-10_000.0))


def _attention(d: _Drawing, prefix: str, hidden: str, unseen: str) -> str:
    query, value = (_heads(d, f"{prefix}self.{part}", hidden) for part in ("query", "value"))
    key = _heads(d, f"{prefix}self.key", hidden, order=[0, 2, 3, 1])
    likeness = d.node("Div", d.node("MatMul", query, key), d.constant((WIDTH / HEADS) ** 0.5))
    shares = d.node("Softmax", d.node("Add", likeness, unseen), axis=-1)
    gathered = d.node("Transpose", d.node("MatMul", shares, value), perm=[0, 2, 1, 3])
    joined = d.node("Reshape", gathered, d.constant([0, 0, WIDTH]))
    mixed = d.linear(f"{prefix}output.dense", joined)
    return d.norm(f"{prefix}output.LayerNorm", d.node("Add", mixed, hidden))


def _heads(d: _Drawing, name: str, hidden: str, order: list[int] | None = None) -> str:
    split = d.node("Reshape", d.linear(name, hidden), d.constant([0, 0, HEADS, WIDTH // HEADS]))
    return d.node("Transpose", split, perm=order or [0, 2, 1, 3])


def _feed_forward(d: _Drawing, prefix: str, hidden: str) -> str:
    wide = _gelu(d, d.linear(f"{prefix}intermediate.dense", hidden))
    narrow = d.linear(f"{prefix}output.dense", wide)
    return d.norm(f"{prefix}output.LayerNorm", d.node("Add", narrow, hidden))


def _gelu(d: _Drawing, x: str) -> str:
    # Spelled out in the order that onnxruntime recognises and fuses into one step.
    bent = d.node("Erf", d.node("Div", x, d.constant(2.0**0.5)))
    weighed = d.node("Mul", x, d.node("Add", bent, d.constant(1.0)))
    return d.node("Mul", weighed, d.constant(0.5))


def _unit_mean(d: _Drawing, hidden: str) -> None:
    """The mean over the pieces that are not padding; its length divides out with the count."""
    mask = d.node("Cast", "attention_mask", to=TensorProto.FLOAT)
    column = d.node("Unsqueeze", mask, d.constant([2]))
    total = d.node("ReduceSum", d.node("Mul", hidden, column), d.constant([1]), keepdims=0)
    length = d.node("ReduceL2", total, axes=[1], keepdims=1)
    d.node("Div", total, length, output="embedding")
