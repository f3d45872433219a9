"""What every certificate in use needs: TLS as the page speaks it, and whether a file changed."""

import ssl
from pathlib import Path

Seen = tuple[int, int, int, int] | None
"""What differs once a file was written, replaced, or opened to another user; None for no file."""


def server_context() -> ssl.SSLContext:
    """TLS without a certificate yet."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.options |= ssl.OP_NO_RENEGOTIATION
    made.set_alpn_protocols(["http/1.1"])
    return made


def seen(path: Path) -> Seen:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_ino, state.st_mtime_ns, state.st_ctime_ns, state.st_size
