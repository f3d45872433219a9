"""Phones with live pages, and visitors who all come at once. Started as a script, on their host.

Its argument is JSON: `host` and `port`, the `token` of a phone that is let in, how many `streams`,
`visitors` and `rounds`, and whether the visitors are `paired`. Writes the milliseconds that each
visitor took, from connecting to the end of its page, and how many had no page.
"""

import json
import socket
import ssl
import sys
import threading
import time
from collections.abc import Sequence

ANYBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
ANYBODY.check_hostname = False
ANYBODY.verify_mode = ssl.CERT_NONE


class Crowd:
    """Who comes, and what each was answered."""

    def __init__(self, asked: dict[str, str]) -> None:
        self._place = asked["host"], int(asked["port"])
        self._cookie = f"Cookie: __Host-afterthought={asked['token']}\r\n"
        self._gate = threading.Barrier(int(asked["visitors"]))
        self._is_paired = bool(asked["paired"])
        self.took_ms: list[float] = []
        self.failed = 0

    def watch(self) -> ssl.SSLSocket:
        """A live page of a phone that is let in."""
        line = self._connected()
        line.sendall(self._request("/live", self._cookie))
        while b"event: hello" not in line.recv(65536):
            pass
        return line

    def visit(self) -> None:
        self._gate.wait()
        began_s = time.perf_counter()
        try:
            with self._connected() as line:
                line.sendall(self._request("/", self._cookie if self._is_paired else ""))
                told = b"".join(iter(lambda: line.recv(65536), b""))
        except OSError:
            told = b""
        took_ms = (time.perf_counter() - began_s) * 1000
        status = b" 200 " if self._is_paired else b" 401 "
        if status in told[:20] and b"</html>" in told:
            self.took_ms.append(took_ms)
        else:
            self.failed += 1

    def _connected(self) -> ssl.SSLSocket:
        line = socket.create_connection(self._place, timeout=30)
        return ANYBODY.wrap_socket(line, server_hostname=self._place[0])

    def _request(self, path: str, cookie: str) -> bytes:
        lines = f"GET {path} HTTP/1.1\r\nHost: {self._place[0]}\r\nAccept: text/html\r\n{cookie}"
        return f"{lines}Connection: close\r\n\r\n".encode()


def come(argument: str) -> None:
    """Watch, visit, and tell what came of it."""
    asked = json.loads(argument)
    crowd = Crowd(asked)
    streams = [crowd.watch() for _ in range(int(asked["streams"]))]
    for _ in range(int(asked["rounds"])):
        visitors = [threading.Thread(target=crowd.visit) for _ in range(int(asked["visitors"]))]
        _all(visitors)
    for line in streams:
        line.close()
    sys.stdout.write(json.dumps({"took_ms": crowd.took_ms, "failed": crowd.failed}))


def _all(threads: Sequence[threading.Thread]) -> None:
    for each in threads:
        each.start()
    for each in threads:
        each.join()


if __name__ == "__main__":
    come(sys.argv[1])
