"""Cheroot in front of the app: one process, a few threads.

On loopback it is plain HTTP, which browsers take for a secure context, so that a newcomer
meets no warning. Any other address is TLS, and only for paired phones.
"""

import errno
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server
from flask import Flask

from core.errors import UserError

LOOPBACK = "127.0.0.1"

THREADS = 16
"""Half of them for live pages, half for answers; a waiting thread costs some 50 kB (x86)."""

STREAMS = THREADS // 2

_STOP_S = 3
"""Longer than any answer but a forget, shorter than systemd's patience."""

_QUEUE = 64
"""Connections that may wait for a thread; beyond that the browser asks again."""


class PortInUse(UserError):
    """Another program listens at this port."""

    code = "port_in_use"


@dataclass(frozen=True, slots=True)
class Certificate:
    """The chain and its key, as PEM files."""

    chain: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Hooks:
    """The caller's part in starting and stopping.

    `ready` gets the port once the page answers; `stopping` ends what would hold the threads.
    """

    ready: Callable[[int], None]
    stopping: Callable[[], None]


def serve(app: Flask, port: int, hooks: Hooks, certificate: Certificate | None = None) -> None:
    """Answer on loopback until SIGTERM or SIGINT. For the main thread.

    With port 0 the system chooses one. Raises PortInUse.
    """
    server = make_server(app, port, certificate)
    _prepare(server, port)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    serving = threading.Thread(target=server.serve, name="dashboard-accept", daemon=True)
    serving.start()
    hooks.ready(server.bind_addr[1])
    while serving.is_alive() and not stopped.wait(1):
        pass
    hooks.stopping()
    server.stop()
    serving.join(_STOP_S)


def make_server(app: Flask, port: int, certificate: Certificate | None = None) -> Server:
    """A server that was not yet started."""
    server = Server(
        (LOOPBACK, port),
        app,
        numthreads=THREADS,
        request_queue_size=_QUEUE,
        shutdown_timeout=_STOP_S,
        server_name="Afterthought",
    )
    if certificate is not None:
        server.ssl_adapter = BuiltinSSLAdapter(str(certificate.chain), str(certificate.key))
    return server


def _prepare(server: Server, port: int) -> None:
    try:
        server.prepare()
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES} and "already in use" not in str(
            error
        ):
            raise
        raise PortInUse(
            f"Another program listens at port {port}.",
            advice="Stop it, or name another port with --port.",
        ) from error
