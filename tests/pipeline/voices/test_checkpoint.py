"""Reading weights out of the published file, and nothing else that it might hold."""

import pickle
import sys
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import IO, Any

import numpy as np
import pytest

from core.errors import ModelMissing
from pipeline.voices.checkpoint import read_weights

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001


class FloatStorage:
    """Named in the file, never used."""


def _rebuild_tensor_v2(*_: object) -> None:
    """Named in the file, never called."""


@pytest.fixture(autouse=True)
def _names_of_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the published file names, so that a test can write it; without the library itself."""
    torch, utils = ModuleType("torch"), ModuleType("torch._utils")
    for module, name, known in (
        (torch, "FloatStorage", FloatStorage),
        (utils, "_rebuild_tensor_v2", _rebuild_tensor_v2),
    ):
        monkeypatch.setattr(known, "__module__", module.__name__)
        setattr(module, name, known)
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)


class Call:
    """Written as a call of this with these."""

    def __init__(self, what: Callable[..., object], *about: object) -> None:
        self.what, self.about = what, about

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.what, self.about


class Stored:
    def __init__(self, key: str, size: int) -> None:
        self.key, self.size = key, size


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, Stored):
            return ("storage", FloatStorage, obj.key, "cpu", obj.size, None)
        return None


def put(file: IO[bytes], value: object) -> None:
    _Pickler(file, 2).dump(value)


def tensor(key: str, shape: tuple[int, ...], offset: int = 0, size: int | None = None) -> Call:
    count = int(np.prod(shape)) if size is None else size
    hooks: OrderedDict[str, object] = OrderedDict()
    rest = (shape, (1,), 0, hooks)
    return Call(_rebuild_tensor_v2, Stored(key, count), offset, *rest)


def published(path: Path, holds: object, stored: dict[str, list[float]]) -> Path:
    with path.open("wb") as file:
        put(file, MAGIC)
        put(file, PROTOCOL)
        put(file, {"little_endian": True})
        put(file, holds)
        put(file, list(stored))
        for numbers in stored.values():
            file.write(len(numbers).to_bytes(8, "little"))
            file.write(np.array(numbers, "<f4").tobytes())
    return path


def test_the_arrays_of_a_group_are_read_by_name(tmp_path: Path) -> None:
    holds = {"model": {"a": tensor("1", (2, 2)), "b": tensor("2", (3,))}, "steps": 7}
    stored = {"1": [1.0, 2.0, 3.0, 4.0], "2": [5.0, 6.0, 7.0]}

    weights = read_weights(published(tmp_path / "it", holds, stored), "model")

    assert weights["a"].tolist() == [[1, 2], [3, 4]]
    assert weights["b"].tolist() == [5, 6, 7]


def test_numbers_of_another_group_are_passed_over(tmp_path: Path) -> None:
    holds = {"training": {"m": tensor("0", (4,))}, "model": {"b": tensor("1", (2,))}}
    stored = {"0": [9.0] * 4, "1": [1.0, 2.0]}

    weights = read_weights(published(tmp_path / "it", holds, stored), "model")

    assert {name: each.tolist() for name, each in weights.items()} == {"b": [1, 2]}


def test_an_array_may_begin_within_what_is_stored(tmp_path: Path) -> None:
    holds = {"model": {"b": tensor("1", (2,), offset=1, size=4)}}

    weights = read_weights(published(tmp_path / "it", holds, {"1": [0.0, 1.0, 2.0, 3.0]}), "model")

    assert weights["b"].tolist() == [1, 2]


def test_nothing_that_a_file_names_is_run(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    holds = {"model": {"a": Call(Path.touch, trap)}}

    with pytest.raises(ModelMissing, match="cannot be read"):
        read_weights(published(tmp_path / "it", holds, {}), "model")
    assert not trap.exists()


@pytest.mark.parametrize("kept", [0, 1, 20, 60, -3])
def test_a_file_that_is_cut_short_is_said_to_be_damaged(tmp_path: Path, kept: int) -> None:
    whole = published(tmp_path / "it", {"model": {"a": tensor("1", (2,))}}, {"1": [1.0, 2.0]})
    whole.write_bytes(whole.read_bytes()[:kept])

    with pytest.raises(ModelMissing) as caught:
        read_weights(whole, "model")
    assert "models --fetch voices" in caught.value.advice
