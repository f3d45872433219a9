"""Vectors of what is searched for, from the worker: this process never loads a model."""

import base64
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from pipeline.search.engine import Embed

from . import line

PATIENCE_S = 1.2
"""A loaded embedder answers within 20 ms and a sleeping one in about a second (x86); beyond
that words alone are the better answer, and the next query finds it awake."""


def asker(worker_socket: Path) -> Embed:
    """Asks the worker; None where it is busy, absent or has no embedder."""

    async def embed(texts: Sequence[str]) -> NDArray[np.float32] | None:
        request = {"do": "embed", "texts": list(texts)}
        try:
            answer = await line.ask(worker_socket, request, PATIENCE_S)
        except (line.NobodyThere, UserError):
            return None
        flat = np.frombuffer(base64.b64decode(answer["vectors"]), "<f4")
        return flat.reshape(len(texts), answer["dimensions"])

    return embed
