"""Reads the weights out of an ONNX file without the onnx package, and nothing else of it.

An ONNX file is a protocol buffer (onnx.proto): field 7 of the model is its graph, field 5 of
the graph holds its weights one by one, and a weight has its shape in field 1, its type in
field 2, its name in field 8 and its bytes in field 9. That much of the format is a page long;
the package would cost set-up a step, or capture 60 MB.
"""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

FLOAT = 1
"""TensorProto.DataType: float32, little endian, in the raw bytes."""

Weights = dict[str, npt.NDArray[np.float32]]


def read(path: Path) -> Weights:
    """Every float32 weight by its name. Raises ValueError for a file that is no ONNX model."""
    weights: Weights = {}
    for graph in _all(7, memoryview(path.read_bytes())):
        for tensor in _all(5, graph):
            _take(tensor, weights)
    return weights


def _take(tensor: memoryview, weights: Weights) -> None:
    shape: list[int] = []
    kind, name, raw = 0, "", b""
    for field, value in _fields(tensor):
        match field, value:
            case 1, int():
                shape.append(value)
            case 1, memoryview():  # several numbers packed into one field
                shape.extend(_packed(value))
            case 2, int():
                kind = value
            case 8, memoryview():
                name = str(value, "utf-8")
            case 9, memoryview():
                raw = bytes(value)
    if kind == FLOAT and len(raw) == 4 * math.prod(shape):
        weights[name] = np.frombuffer(raw, "<f4").reshape(shape)


def _all(wanted: int, message: memoryview) -> Iterator[memoryview]:
    """Every message that lies in this field."""
    for field, value in _fields(message):
        if field == wanted and isinstance(value, memoryview):
            yield value


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of each field: a number, or bytes; floats are passed over."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        field, wire_type = key >> 3, key & 7
        if wire_type == _NUMBER:
            value, at = _varint(message, at)
            yield field, value
        elif wire_type == _BYTES:
            length, at = _varint(message, at)
            if at + length > len(message):
                raise ValueError(_NOT_ONNX)
            yield field, message[at : at + length]
            at += length
        elif wire_type in _FIXED:
            at += _FIXED[wire_type]
        else:
            raise ValueError(_NOT_ONNX)


_NUMBER, _BYTES = 0, 2
_FIXED = {1: 8, 5: 4}
"""Wire types of a protocol buffer; of those with a fixed width, how many bytes follow."""

_NOT_ONNX = "not an ONNX file, or cut short"


def _packed(numbers: memoryview) -> Iterator[int]:
    at = 0
    while at < len(numbers):
        number, at = _varint(numbers, at)
        yield number


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """Seven bits a byte, the lowest first; the last byte has no eighth. The place after it too."""
    number = shift = 0
    while at < len(message):
        byte = message[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return number, at
    raise ValueError(_NOT_ONNX)
