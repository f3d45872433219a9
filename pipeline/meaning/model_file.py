"""Writes an ONNX file whose large tensors are made while they are written."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from onnx import GraphProto, ModelProto

_RAW_DATA = 9
"""The field of a TensorProto; whatever a tensor without values has lies before it."""

Message = TypeVar("Message", ModelProto, GraphProto)


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one tensor, little-endian, in parts that are made when they are asked for."""

    size_bytes: int
    parts: Callable[[], Iterator[bytes]]


def write(model: ModelProto, values: Mapping[str, Values], target: Path) -> None:
    """Write the model; `values` holds those of its initializers that have none, by name.

    The bytes are those that onnx would write, which has to hold all of them twice.
    """
    graph_begins, graph_ends = _around("initializer", model.graph)
    model_begins, model_ends = _around("graph", model)
    initializers = [
        (each.SerializeToString(), values.get(each.name)) for each in model.graph.initializer
    ]
    tensors = [(_begun(drawn, added), added) for drawn, added in initializers]
    size = len(graph_begins) + len(graph_ends)
    size += sum(len(begun) + (added.size_bytes if added else 0) for begun, added in tensors)
    with target.open("wb") as file:
        file.write(model_begins + _field(ModelProto.GRAPH_FIELD_NUMBER, size) + graph_begins)
        for begun, added in tensors:
            file.write(begun)
            for part in added.parts() if added else ():
                file.write(part)
        file.write(graph_ends + model_ends)


def _around(name: str, message: Message) -> tuple[bytes, bytes]:
    """What lies before and after a field: protobuf writes them in the order of their numbers."""
    before, after = type(message)(), type(message)()
    before.CopyFrom(message)
    after.CopyFrom(message)
    number = message.DESCRIPTOR.fields_by_name[name].number
    for field, _ in message.ListFields():
        if field.number >= number:
            before.ClearField(field.name)
        if field.number <= number:
            after.ClearField(field.name)
    return before.SerializeToString(), after.SerializeToString()


def _begun(drawn: bytes, added: Values | None) -> bytes:
    """A tensor up to the values that are added to it."""
    begun = drawn + (_field(_RAW_DATA, added.size_bytes) if added else b"")
    size = len(begun) + (added.size_bytes if added else 0)
    return _field(GraphProto.INITIALIZER_FIELD_NUMBER, size) + begun


def _field(number: int, size: int) -> bytes:
    """What stands before a field of so many bytes: its number, that it is bytes, their count."""
    return _varint(number << 3 | 2) + _varint(size)


def _varint(value: int) -> bytes:
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])
