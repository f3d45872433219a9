"""The tensors of a safetensors file, each read when it is asked for.

The file's header is JSON, and the tensors follow it as they lie in memory.
"""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Tensor = NDArray[np.float32]

ROWS_AT_ONCE = 1024
"""Of the word table, 1.5 MB of its 47."""


class Weights:
    """Every float32 tensor of the file by its name; an unknown name is a KeyError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("rb") as file:
            header_bytes = int.from_bytes(file.read(8), "little")
            header: dict[str, dict[str, Any]] = json.loads(file.read(header_bytes))
        self._begins = 8 + header_bytes
        self._entries = {name: e for name, e in header.items() if e.get("dtype") == "F32"}

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def shape(self, name: str) -> tuple[int, ...]:
        return tuple(self._entries[name]["shape"])

    def read(self, name: str) -> Tensor:
        """The whole tensor."""
        return self._read(name, 0, math.prod(self.shape(name))).reshape(self.shape(name))

    def rows(self, name: str) -> Iterator[Tensor]:
        """A matrix, some rows at once."""
        count, width = self.shape(name)
        for first in range(0, count, ROWS_AT_ONCE):
            part = min(ROWS_AT_ONCE, count - first)
            yield self._read(name, first * width, part * width).reshape(part, width)

    def _read(self, name: str, first: int, count: int) -> Tensor:
        begins: int = self._begins + self._entries[name]["data_offsets"][0]
        return np.fromfile(self._path, "<f4", count, offset=begins + 4 * first)
