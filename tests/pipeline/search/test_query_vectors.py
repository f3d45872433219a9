"""Vectors of what is searched for: the worker's where it answers, none otherwise."""

import base64
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.sockets import socket_client
from pipeline.search.query_vectors import asker

SOCKET = Path("worker.sock")


async def test_the_worker_is_asked_for_all_texts_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.array([[1, 0, 0], [0, 0.5, 0.25]], "<f4")
    asked: list[tuple[Path, dict[str, Any], float]] = []

    def ask(path: Path, request: dict[str, Any], *, patience_s: float) -> dict[str, Any]:
        asked.append((path, request, patience_s))
        return {"vectors": base64.b64encode(vectors.tobytes()).decode(), "dimensions": 3}

    monkeypatch.setattr(socket_client, "ask", ask)

    found = await asker(SOCKET, 0.5)(("pill box", "boat"), "it")

    assert found is not None
    assert found.tolist() == vectors.tolist()
    assert asked == [
        (SOCKET, {"do": "embed", "texts": ["pill box", "boat"], "embedder": "it"}, 0.5)
    ]


@pytest.mark.parametrize(
    "trouble", [socket_client.NobodyThere(), socket_client.Declined("It is busy.", advice="Wait.")]
)
async def test_without_an_answer_there_are_no_vectors(
    monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def ask(*_: object, **__: object) -> None:
        raise trouble

    monkeypatch.setattr(socket_client, "ask", ask)

    assert await asker(SOCKET, 0.5)(["pill box"], "it") is None
