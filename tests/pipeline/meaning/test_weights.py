import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.meaning.weights import ROWS_AT_ONCE, Weights


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

    read = Weights(safetensors(tmp_path / "a", {"ids": places, "weight": numbers}))

    assert list(read) == ["weight"]
    assert read.shape("weight") == (2, 3)
    np.testing.assert_array_equal(read.read("weight"), numbers)


@pytest.mark.parametrize("count", [1, ROWS_AT_ONCE, 2 * ROWS_AT_ONCE + 1])
def test_the_rows_of_a_table_are_all_of_it_in_parts(tmp_path: Path, count: int) -> None:
    before = np.arange(3, dtype=np.float32)
    table = np.arange(2 * count, dtype=np.float32).reshape(count, 2)
    read = Weights(safetensors(tmp_path / "a", {"before": before, "table": table}))

    parts = list(read.rows("table"))

    assert max(len(part) for part in parts) <= ROWS_AT_ONCE
    np.testing.assert_array_equal(np.concatenate(parts), table)
