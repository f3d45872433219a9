"""The weights out of the file that the voice model is published in, without the library it is of.

That is a row of pickles and, after them, the numbers of each tensor. A pickle may run anything;
this reader knows four names, makes nothing but arrays of them, and refuses the rest.
"""

import math
import pickle
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from core.errors import ModelMissing

Array = npt.NDArray[np.float32]

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_LENGTH_BYTES = 8
_FLOAT_BYTES = 4

_DAMAGED = "Fetch it anew: `afterthought models --fetch voices`."


@dataclass(frozen=True, slots=True)
class _Stored:
    """Numbers that come later in the file, by the key that they are found by."""

    key: str
    size: int


@dataclass(frozen=True, slots=True)
class _Tensor:
    stored: _Stored
    offset: int
    shape: tuple[int, ...]


def read_weights(path: Path, group: str) -> dict[str, Array]:
    """The arrays of that group of the file, by name. Raises ModelMissing where it is none of ours.

    What else the file holds, here the state of its training, is not read.
    """
    with path.open("rb") as file:
        try:
            return _read(file, group)
        except (pickle.UnpicklingError, EOFError, KeyError, ValueError, TypeError) as error:
            raise ModelMissing("The voice model cannot be read.", advice=_DAMAGED) from error


def _read(file: IO[bytes], group: str) -> dict[str, Array]:
    if _plain(file) != _MAGIC or _plain(file) != _PROTOCOL:
        raise ValueError("another format")
    _plain(file)  # the sizes of C types of the machine that wrote it
    tensors: Mapping[str, _Tensor] = _Unpickler(file).load()[group]
    keys: list[str] = _plain(file)
    wanted = {each.stored.key for each in tensors.values()}
    numbers: dict[str, Array] = {}
    sizes = {each.stored.key: each.stored.size for each in tensors.values()}
    for key in keys:
        size = int.from_bytes(file.read(_LENGTH_BYTES), "little")
        if key in wanted and size == sizes[key]:
            numbers[key] = np.frombuffer(file.read(size * _FLOAT_BYTES), "<f4")
        else:
            file.seek(size * _FLOAT_BYTES, 1)
    return {name: _shaped(each, numbers[each.stored.key]) for name, each in tensors.items()}


def _shaped(tensor: _Tensor, numbers: Array) -> Array:
    end = tensor.offset + math.prod(tensor.shape)
    return numbers[tensor.offset : end].reshape(tensor.shape)


def _plain(file: IO[bytes]) -> Any:  # noqa: ANN401 - a number, a list or a mapping
    return _Unpickler(file).load()


def _rebuilt(
    stored: _Stored, offset: int, shape: tuple[int, ...], _stride: object, *_: object
) -> _Tensor:
    return _Tensor(stored, offset, tuple(shape))


def _parameter(tensor: _Tensor, *_: object) -> _Tensor:
    return tensor


class _Unpickler(pickle.Unpickler):
    """Knows what a tensor is written as, and nothing else."""

    _KNOWN: Mapping[tuple[str, str], object] = {
        ("collections", "OrderedDict"): OrderedDict,
        ("torch._utils", "_rebuild_tensor_v2"): _rebuilt,
        ("torch._utils", "_rebuild_parameter"): _parameter,
        ("torch", "FloatStorage"): "float",
    }

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - as the base class has it
        if (module, name) not in self._KNOWN:
            raise pickle.UnpicklingError(f"{module}.{name} is not read")
        return self._KNOWN[module, name]

    def persistent_load(self, place: Any) -> _Stored:  # noqa: ANN401 - as the base class has it
        _storage, kind, key, _device, size, *_ = place
        if kind != "float":
            raise pickle.UnpicklingError("numbers of another kind")
        return _Stored(key, size)
