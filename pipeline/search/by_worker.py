"""A search that the worker does: who asks loads neither the arrays of a search nor a model."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from core.errors import UserError
from core.sockets import socket_client
from pipeline.search.found import Found, Wanted, read_found, wanted_as_json

Searching = Callable[[Wanted], Awaitable[Found | None]]
"""What was found; None where nobody searches there."""


def by_worker(worker_socket: Path, patience_s: float) -> Searching:
    """Asks the worker; None where none is there, or it knows of no search, or takes too long."""

    async def search(wanted: Wanted) -> Found | None:
        request = {"do": "search", **wanted_as_json(wanted)}
        try:
            answer = await asyncio.to_thread(
                socket_client.ask, worker_socket, request, patience_s=patience_s
            )
        except (socket_client.NobodyThere, UserError):
            return None
        return read_found(answer)

    return search
