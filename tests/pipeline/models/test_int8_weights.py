import struct
from pathlib import Path

import numpy as np
import pytest

from core.settings import Settings
from pipeline import models
from pipeline.models import int8_weights
from pipeline.models.int8_weights import Weights, write, write_int8


def written(path: Path, **variables: np.ndarray[tuple[int, ...], np.dtype[np.float16]]) -> Path:
    weights = Weights("WhisperSpec", 3, dict(variables), (("tied", "a/weight"),))
    write(weights, path)
    return path


def test_matrices_become_int8_and_the_rest_stays(tmp_path: Path) -> None:
    matrix = np.array([[1, -2, 0.5], [0, 0, 0]], np.float16)
    bias, filters = np.ones(3, np.float16), np.ones((2, 2, 3), np.float16)
    source = written(tmp_path / "a", **{"a/weight": matrix, "a/bias": bias, "conv/weight": filters})

    write_int8(source, tmp_path / "b")

    smaller = int8_weights._read(tmp_path / "b")
    found = smaller.variables
    assert smaller.aliases == (("tied", "a/weight"),)
    assert found["a/weight"].dtype == np.int8
    assert found["a/weight"].tolist() == [[64, -127, 32], [0, 0, 0]]
    assert np.allclose(found["a/weight"] / found["a/weight_scale"][:, None], matrix, atol=0.01)
    assert np.array_equal(found["a/bias"], bias)
    assert np.array_equal(found["conv/weight"], filters)


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(struct.pack("<I", 5) + bytes(20))

    with pytest.raises(ValueError, match="version 6"):
        write_int8(tmp_path / "a", tmp_path / "b")


def test_set_up_has_made_the_transcribers(tmp_path: Path) -> None:
    folder = models.find("transcriber", settings=Settings(), home=tmp_path)

    assert folder == models.machine_folder(models.TRANSCRIBER)


def test_where_set_up_did_not_the_packages_weights_serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.prefix", str(tmp_path))

    folder = models.find("transcriber", settings=Settings(), home=tmp_path)

    assert folder == models.package_folder(models.TRANSCRIBER)
