"""Strangers who send by the megabyte: the page's memory, and how long a page takes meanwhile.

    afterthought bench strangers [--connections N] [--seconds N]

The real command `dashboard` in a network namespace, and those who flood it in another, over TLS:
who is closed comes again. Takes root.
"""

import argparse
import contextlib
import os
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ANYBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
ANYBODY.check_hostname = False
ANYBODY.verify_mode = ssl.CERT_NONE

POST = b"POST /pair HTTP/1.1\r\nHost: x\r\n"
KINDS = {
    "a line that never ends": (POST + b"Transfer-Encoding: chunked\r\n\r\n1;", b"a" * 16_000),
    "blank lines": (b"", b"\r\n\r\n" * 4_000),
    "a megabyte for a code": (POST + b"Content-Length: 1000000\r\n\r\n", b"%41" * 5_000),
    "many requests in a row": (b"", b"GET /pair HTTP/1.1\r\nHost: x\r\n\r\n" * 500),
}
"""What each kind sends first, and then again and again."""

GOAL_MORE_MB = 10
"""What all of them together may add to the page's memory."""


def main(argv: Sequence[str]) -> int:
    """Print memory and times at rest and beside each kind; 1 where they take too much memory."""
    parser = argparse.ArgumentParser(prog="bench strangers")
    parser.add_argument("--connections", type=int, default=190)
    parser.add_argument("--seconds", type=float, default=20)
    asked = parser.parse_args(argv)
    if os.getuid() != 0:
        print("This takes root.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = str(Path(folder, "state"))
        os.environ["XDG_RUNTIME_DIR"] = folder
        home = Path(folder, "home")
        at_rest, *beside = [
            _beside(kind, home, asked.connections, asked.seconds) for kind in ("", *KINDS)
        ]
    return int(max(beside) - at_rest > GOAL_MORE_MB)


def _beside(kind: str, home: Path, connections: int, seconds: float) -> float:
    """The most memory that the page takes meanwhile, in MB."""
    from tests.journeys.network.hosts import DEVICE, one_wire  # noqa: PLC0415 - no flood needs it
    from tests.journeys.network.paged import started  # noqa: PLC0415

    took_ms, peak_mb = [], 0.0
    with one_wire() as wire, started(wire, home) as page, contextlib.ExitStack() as floods:
        page.until_at(DEVICE)
        here = wire.phone.command(sys.executable, __file__)
        if kind:
            sending = [*here, "flood", DEVICE, kind, str(connections), str(seconds)]
            floods.enter_context(subprocess.Popen(sending))
        ends_s = time.monotonic() + seconds
        while time.monotonic() < ends_s:
            told = subprocess.run([*here, "visit", DEVICE], capture_output=True, check=True).stdout
            took_ms.append(float(told))
            peak_mb = max(peak_mb, _memory_mb(page.process))
    print(
        f"{kind or 'at rest'}: a page in {statistics.median(took_ms):.0f} ms (median), "
        f"{max(took_ms):.0f} at most; memory at most {peak_mb:.0f} MB (RSS)"
    )
    return peak_mb


def _memory_mb(process: int) -> float:
    told = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(told.split("VmRSS:")[1].split()[0]) / 1000


def visit(host: str) -> None:
    """Write how many ms one page takes, with its handshake."""
    began_s = time.perf_counter()
    with _connected(host) as line:
        asked = f"GET /pair HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        line.sendall(asked.encode())
        told = b"".join(iter(lambda: line.recv(65536), b""))
    if b"</html>" not in told:
        raise SystemExit(f"the page did not answer: {told[:60]!r}")
    sys.stdout.write(str((time.perf_counter() - began_s) * 1000))


def flood(host: str, kind: str, connections: int, seconds: float) -> None:
    """Send what this kind sends, as fast as it is taken."""
    first, again = KINDS[kind]
    lines: dict[int, ssl.SSLSocket] = {}
    ends_s = time.monotonic() + seconds
    while time.monotonic() < ends_s:
        for place in range(connections):
            try:
                if place not in lines:
                    lines[place] = _connected(host)
                    lines[place].sendall(first)
                    lines[place].setblocking(False)  # noqa: FBT003 - the socket's own
                lines[place].send(again)
            except (ssl.SSLWantWriteError, BlockingIOError):
                continue
            except OSError:
                with contextlib.suppress(KeyError):
                    lines.pop(place).close()


def _connected(host: str) -> ssl.SSLSocket:
    line = socket.create_connection((host, 8766), timeout=30)
    return ANYBODY.wrap_socket(line, server_hostname=host)


if __name__ == "__main__":
    _, what, *rest = sys.argv
    if what == "visit":
        visit(*rest)
    elif what == "flood":
        flood(rest[0], rest[1], int(rest[2]), float(rest[3]))
    else:
        sys.exit(main(sys.argv[1:]))
