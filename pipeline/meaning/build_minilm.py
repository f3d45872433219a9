"""Builds all-MiniLM-L6-v2 in CTranslate2's form, int8, out of its safetensors, once, at set-up.

No package carries the model in that form, and CTranslate2's own converter needs torch (800 MB).
The names are those of its `TransformerEncoderSpec`; the mean over the pieces, which makes a vector
of what comes out, is the embedder's.
"""

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.meaning import bert_pieces
from pipeline.meaning.weights import Weights
from pipeline.models import int8_weights
from pipeline.models.int8_weights import Variables

LAYERS = 6
HEADS = 12

_GELU = 3
_ADD = 1
"""CTranslate2's numbers for how a layer bends its values, and how embeddings come together."""

_CONFIG = {
    "bos_token": "[CLS]",
    "eos_token": "[SEP]",
    "unk_token": "[UNK]",
    "layer_norm_epsilon": 1e-12,  # from the model's config.json
}


def build(source: Path, target: Path) -> None:
    """Write into the folder `target` what the embedder reads, within 150 MB of memory.

    `source` holds the model's safetensors and its tokenizer. The same files give the same bytes.
    """
    weights = Weights(source / "model.safetensors")
    variables = {**_settings(), **_vectors(weights)}
    for name, made_of in _matrices():
        rows = chain.from_iterable(weights.rows(f"{each}.weight") for each in made_of)
        variables |= int8_weights.as_int8(f"{name}/weight", rows)
    _write(variables, target)
    bert_pieces.write(source / "tokenizer.json", target / bert_pieces.NAME)


def build_exact(source: Path, target: Path) -> None:
    """The same in float32: what int8 is held against."""
    weights = Weights(source / "model.safetensors")
    variables = {**_settings(), **_vectors(weights)}
    for name, made_of in _matrices():
        variables[f"{name}/weight"] = _together(weights, made_of, "weight")
    _write(variables, target)
    bert_pieces.write(source / "tokenizer.json", target / bert_pieces.NAME)


def _write(variables: Variables, target: Path) -> None:
    weights = int8_weights.Weights("TransformerEncoderSpec", 1, variables, ())
    int8_weights.write(weights, target / "model.bin")
    (target / "config.json").write_text(json.dumps(_CONFIG), encoding="utf-8")
    # CTranslate2 wants a vocabulary for texts. It is given numbers alone, and 3 MB less to hold.
    (target / "vocabulary.json").write_text('["[UNK]"]', encoding="utf-8")


def _settings() -> Variables:
    return {
        "encoder/activation": np.array(_GELU, np.int8),
        "encoder/embeddings_merge": np.array(_ADD, np.int8),
        "encoder/num_heads": np.array(HEADS, np.int16),
        "encoder/pre_norm": np.array(0, np.int8),
        "encoder/scale_embeddings": np.array(0, np.int8),
    }


def _vectors(weights: Weights) -> Variables:
    """What stays float32: places, biases and norms."""
    places = weights.read("embeddings.position_embeddings.weight")
    found = {"encoder/position_encodings/encodings": places}
    for name, made_of in _linear():
        found[f"{name}/bias"] = _together(weights, made_of, "bias")
    for name, of in _norms():
        found[f"{name}/gamma"] = weights.read(f"{of}.weight")
        found[f"{name}/beta"] = weights.read(f"{of}.bias")
    return found


def _together(weights: Weights, made_of: tuple[str, ...], kind: str) -> NDArray[Any]:
    return np.concatenate([weights.read(f"{each}.{kind}") for each in made_of])


def _matrices() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each matrix by CTranslate2's name, and those of the model that it is put together of."""
    yield "encoder/embeddings_0", ("embeddings.word_embeddings",)
    yield "encoder/embeddings_1", ("embeddings.token_type_embeddings",)
    yield from _linear()


def _linear() -> Iterator[tuple[str, tuple[str, ...]]]:
    for at in range(LAYERS):
        ours, of = f"encoder/layer_{at}", f"encoder.layer.{at}"
        heard = tuple(f"{of}.attention.self.{part}" for part in ("query", "key", "value"))
        yield f"{ours}/self_attention/linear_0", heard
        yield f"{ours}/self_attention/linear_1", (f"{of}.attention.output.dense",)
        yield f"{ours}/ffn/linear_0", (f"{of}.intermediate.dense",)
        yield f"{ours}/ffn/linear_1", (f"{of}.output.dense",)


def _norms() -> Iterator[tuple[str, str]]:
    yield "encoder/layernorm_embedding", "embeddings.LayerNorm"
    for at in range(LAYERS):
        ours, of = f"encoder/layer_{at}", f"encoder.layer.{at}"
        yield f"{ours}/self_attention/layer_norm", f"{of}.attention.output.LayerNorm"
        yield f"{ours}/ffn/layer_norm", f"{of}.output.LayerNorm"
