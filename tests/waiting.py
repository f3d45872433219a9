"""Waiting for what another thread or process does, on a machine that may be busy with others."""

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from core.sockets import socket_client
from core.sockets.socket_client import NobodyThere, Told

PATIENCE_S = 120.0
"""Longer than anything takes that is waited for here; who waits in vain has failed."""

_LOOK_EVERY_S = 0.02

Found = TypeVar("Found")
Output = TypeVar("Output", str, bytes)


def waited(found: Callable[[], Found | None], patience_s: float = PATIENCE_S) -> Found:
    """What is found, once that is something. Raises AssertionError where it never is."""
    ends_s = time.monotonic() + patience_s
    while not (it := found()):
        assert time.monotonic() < ends_s, "it never came"
        time.sleep(_LOOK_EVERY_S)
    return it


def answered(socket_at: Path, request: Told) -> Told:
    """The answer of a service of ours, once it is there."""

    def answer() -> Told | None:
        try:
            return socket_client.ask(socket_at, request, patience_s=PATIENCE_S)
        except NobodyThere:
            return None

    return waited(answer)


@contextlib.contextmanager
def killed_on_failure(
    process: "subprocess.Popen[Output]",
) -> "Iterator[subprocess.Popen[Output]]":
    """As `with process`, which waits until it ends: where the block fails, that may be never."""
    with process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise
