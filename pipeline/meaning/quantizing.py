"""Makes a float32 graph int8, with one weight in memory at a time.

onnxruntime's own quantizer decides what becomes of each node, and computes scales and values. Left
to itself it holds several copies of all weights: 592 MB for this model's 90. Here it sees a graph
whose weights have a name and a shape; they are read for their scales, and again to be written.
"""

import math
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, helper
from onnxruntime.quantization import QuantType
from onnxruntime.quantization.onnx_quantizer import ONNXQuantizer
from onnxruntime.quantization.quant_utils import (
    QuantizationMode,
    compute_data_quant_params,
    load_model_with_shape_infer,
    quantize_nparray,
)
from onnxruntime.quantization.registry import IntegerOpsRegistry

from .model_file import Values, write
from .weights import Weights

Names = tuple[str, str, str]
"""Of a quantized weight, its zero points and its scales."""


def quantize(exact: Path, weights: Weights, target: Path) -> None:
    """Write the int8 form of the model in the file `exact` to `target`.

    The weights that it multiplies by or gathers from are drawn without values, under their names
    in `weights`; a matrix that it multiplies by is transposed there.
    """
    quantizer = _OneAtATime(load_model_with_shape_infer(exact), weights)
    quantizer.quantize_model()
    quantizer.model.topological_sort()
    write(quantizer.model.model, quantizer.values, target)


class _OneAtATime(ONNXQuantizer):
    """As `quantize_dynamic` sets the quantizer up, but for where the values come from."""

    def __init__(self, model: ModelProto, weights: Weights) -> None:
        # A scale per channel: the cosine to the exact vectors of 300 turns is 0.992 on average,
        # 0.949 with one scale for all. Seven bits (0.991) so that processors without a dot
        # product of their own, which add in 16 bits, do not overflow and give other vectors.
        super().__init__(
            model,
            per_channel=True,
            reduce_range=True,
            mode=QuantizationMode.IntegerOps,
            static=False,
            weight_qType=QuantType.QInt8,
            activation_qType=QuantType.QUInt8,
            tensors_range=None,
            nodes_to_quantize=[],
            nodes_to_exclude=[],
            op_types_to_quantize=list(IntegerOpsRegistry),
            extra_options={"MatMulConstBOnly": True},
        )
        self._weights = weights
        self.values: dict[str, Values] = {}

    def quantize_weight_per_channel_impl(
        self,
        weight_name: str,
        weight_qType: int,  # noqa: N803 - as the library calls it
        *_: object,
    ) -> Names:
        """A matrix that is multiplied by, 2.4 MB at most; unturned, a channel of it is a row."""
        channels = [
            compute_data_quant_params(row, weight_qType, symmetric=True, reduce_range=True)
            for row in self._weights.read(weight_name)
        ]
        zero_points, scales = (np.hstack(each) for each in zip(*channels, strict=True))

        def parts() -> Iterator[bytes]:
            matrix = self._weights.read(weight_name)
            turned = (scales[:, np.newaxis], zero_points[:, np.newaxis])
            yield quantize_nparray(weight_qType, matrix, *turned).T.tobytes()

        dims = tuple(reversed(self._weights.shape(weight_name)))
        return self._draw(weight_name, weight_qType, (zero_points, scales), dims, parts)

    def quantize_initializer_impl(
        self,
        weight: TensorProto,
        qType: int,  # noqa: N803
        *_: object,
    ) -> Names:
        """The table that is gathered from: 47 MB, so never whole; one scale for all of it."""
        rows = partial(self._weights.rows, weight.name)
        ranges = [(part.min(), part.max()) for part in rows()]
        zero_point, scale = compute_data_quant_params(
            next(rows()),
            qType,
            symmetric=False,
            rmin_override=min(lowest for lowest, _ in ranges),
            rmax_override=max(highest for _, highest in ranges),
        )

        def parts() -> Iterator[bytes]:
            for part in rows():
                yield quantize_nparray(qType, part, scale, zero_point).tobytes()

        dims = self._weights.shape(weight.name)
        return self._draw(weight.name, qType, (zero_point, scale), dims, parts)

    def _draw(
        self,
        name: str,
        kind: int,
        zero_points_and_scales: tuple[NDArray[Any], NDArray[Any]],
        dims: tuple[int, ...],
        parts: Callable[[], Iterator[bytes]],
    ) -> Names:
        zero_points, scales = zero_points_and_scales
        names = f"{name}_quantized", f"{name}_zero_point", f"{name}_scale"
        self.values[names[0]] = Values(math.prod(dims), parts)
        self.model.initializer_extend(
            [
                helper.make_tensor(names[2], TensorProto.FLOAT, scales.shape, scales.flatten()),
                helper.make_tensor(names[1], kind, zero_points.shape, zero_points.flatten()),
                TensorProto(name=names[0], data_type=kind, dims=dims),
            ]
        )
        return names
