"""Vectors of what is searched for, from the worker: who asks need load no model."""

import asyncio
import base64
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import UserError
from core.sockets import socket_client

from .engine import Embed


def asker(worker_socket: Path, patience_s: float) -> Embed:
    """Asks the worker; None where it is busy, absent or has no embedder."""

    async def embed(texts: Sequence[str], embedder: str) -> NDArray[np.float32] | None:
        request = {"do": "embed", "texts": list(texts), "embedder": embedder}
        try:
            answer = await asyncio.to_thread(
                socket_client.ask, worker_socket, request, patience_s=patience_s
            )
        except (socket_client.NobodyThere, UserError):  # whatever it is, words alone will do
            return None
        flat = np.frombuffer(base64.b64decode(answer["vectors"]), "<f4")
        return flat.reshape(len(texts), answer["dimensions"])

    return embed
