"""A port for a page of the tests' own."""

import socket


def free_port() -> int:
    """A port of this machine at which nobody listens just now."""
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        return int(asking.getsockname()[1])
