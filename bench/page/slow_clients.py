"""A page beside 200 slow clients: slow headers, slow bodies, slow readers, idle, and live pages.

    afterthought bench slow_clients [--clients N] [--rounds N]

The real command `dashboard` over an empty home. The slow ones drip a byte every two seconds for
as long as it takes, and come again where they are closed.
"""

import argparse
import contextlib
import json
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

HOST = b"Host: localhost\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
DRIP_EVERY_S = 2.0
GOAL_MS = 100.0

KINDS: dict[str, tuple[bytes, bytes]] = {
    "slow headers": (b"GET / HTTP/1.1\r\n" + HOST + b"X-Slow: ", b"x"),
    "slow bodies": (
        b"POST /note HTTP/1.1\r\n" + HOST + FORM + b"Content-Length: 100000\r\n\r\ntext=",
        b"x",
    ),
    "slow readers": (b"GET /demo/scene HTTP/1.1\r\n" + HOST + b"\r\n", b""),
    "idle": (b"GET /static/x/style.css HTTP/1.1\r\n" + HOST + b"\r\n", b""),
    "live pages": (b"GET /live HTTP/1.1\r\n" + HOST + b"\r\n", b""),
}
"""What each kind sends first, and what it drips."""


class Slow:
    """So many slow clients in one thread, for as long as the block lasts."""

    def __init__(self, port: int, clients: int) -> None:
        self._port = port
        self._clients = clients
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.came_again = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        kinds = [list(KINDS.values())[number % len(KINDS)] for number in range(self._clients)]
        lines = [self._come(first) for first, _ in kinds]
        while not self._over.wait(DRIP_EVERY_S):
            for number, (first, drip) in enumerate(kinds):
                if not _is_there(lines[number], drip):
                    lines[number].close()
                    lines[number] = self._come(first)
                    self.came_again += 1
        for line in lines:
            line.close()

    def _come(self, first: bytes) -> socket.socket:
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        line.settimeout(5)
        with contextlib.suppress(OSError):
            line.connect(("127.0.0.1", self._port))
            line.sendall(first)
        return line


def _is_there(line: socket.socket, drip: bytes) -> bool:
    """Whether the page still has this line; reads a little, and drips."""
    try:
        with selectors.DefaultSelector() as readable:
            readable.register(line, selectors.EVENT_READ)
            if readable.select(0) and not line.recv(100):
                return False
        line.sendall(drip)
    except OSError:
        return False
    return True


def main(arguments: Sequence[str]) -> int:
    """Print the page's times with and without them, and the ratio of the medians."""
    parser = argparse.ArgumentParser(prog="afterthought bench slow_clients")
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=100)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as home, _dashboard(home) as (process, port):
        alone_ms = _times_ms(port, asked.rounds)
        with Slow(port, asked.clients) as slow:
            time.sleep(3 * DRIP_EVERY_S)
            beside_ms = _times_ms(port, asked.rounds)
            memory_mb = _memory_mb(process.pid)
    ratio = statistics.median(beside_ms) / statistics.median(alone_ms)
    print(f"alone:                 {_told(alone_ms)}")
    print(f"beside {asked.clients} slow clients: {_told(beside_ms)}")
    print(
        f"ratio of the medians {ratio:.2f}; {slow.came_again} came again; {memory_mb:.0f} MB (PSS)"
    )
    return int(statistics.median(beside_ms) > GOAL_MS)


@contextlib.contextmanager
def _dashboard(home: str) -> Iterator[tuple["subprocess.Popen[str]", int]]:
    """The process, and the port at which it answers."""
    command = [sys.executable, "-m", "afterthought", "dashboard", "--json", "--port", "0"]
    with subprocess.Popen([*command, "--home", home], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, int(json.loads(process.stdout.readline())["url"].rpartition(":")[2])
        finally:
            process.terminate()


def _times_ms(port: int, rounds: int) -> list[float]:
    _time_ms(port)  # the first one opens the archive
    return [_time_ms(port) for _ in range(rounds)]


def _time_ms(port: int) -> float:
    began_s = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(b"GET / HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
        told = b"".join(iter(lambda: line.recv(65536), b""))
    if b" 200 " not in told[:20] or b"</html>" not in told:
        raise SystemExit(f"the page did not answer: {told[:60]!r}")
    return (time.perf_counter() - began_s) * 1000


def _memory_mb(process: int) -> float:
    told = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    return int(told.split("Pss:")[1].split()[0]) / 1000


def _told(times_ms: list[float]) -> str:
    hundredths = statistics.quantiles(times_ms, n=100)
    middle, high = statistics.median(times_ms), hundredths[94]
    return f"median {middle:.1f} ms, p95 {high:.1f}, most {max(times_ms):.1f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
