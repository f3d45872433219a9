"""Somebody on the same network who is up to no good: `stranger.py WHAT HOST [COUNT [SOURCE]...]`.

Goes on until it has done something so often, or, having said `ready`, until standard input is
closed; then writes as JSON what was answered how often, `let in` for a cookie that was given. A
SOURCE is an address of its own to come from.
"""

import contextlib
import http.client
import json
import secrets
import socket
import ssl
import sys
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable

PORT = 8766
FORM = "application/x-www-form-urlencoded"
MOST_OPEN = 250
"""More than the page holds for all strangers together."""

BREATH_S = 0.01
"""Between two acts of a kind: a hundred each second; more would starve this machine's browser."""

ANYBODY = ssl.create_default_context()
ANYBODY.check_hostname, ANYBODY.verify_mode = False, ssl.CERT_NONE

Told = Counter[str]
Sources = tuple[str, ...]


class Asking:
    """One connection, kept as long as it may be."""

    def __init__(self, host: str, source: str = "") -> None:
        here = (source, 0) if source else None
        self.told: Told = Counter()
        self._line = http.client.HTTPSConnection(
            host, PORT, timeout=60, context=ANYBODY, source_address=here
        )

    def ask(self, path: str, body: str | None = None, **headers: str) -> None:
        """Ask once more on a new connection where this one is closed, as browsers do."""
        headers = {"Accept": "text/html", "Content-Type": FORM, **headers}
        for _ in range(2):
            with contextlib.suppress(OSError, http.client.HTTPException):
                self._line.request("GET" if body is None else "POST", path, body, headers)
                answer = self._line.getresponse()
                answer.read()
                self.told[str(answer.status)] += 1
                self.told["let in"] += _gives_one(answer.headers["Set-Cookie"] or "")
                return
            self._line.close()
        self.told["no answer"] += 1

    def guess(self, number: int) -> None:
        self.ask("/pair", f"secret={number:010}&visit={number}")

    def come_with_a_cookie(self, cookie: str) -> None:
        self.ask("/", Cookie=f"__Host-afterthought={cookie}", Accept="text/plain")


def _gives_one(cookie: str) -> bool:
    """True for a sign-in; one that is taken away has no value, and no time to live."""
    return "=" in cookie and "Max-Age=0" not in cookie


def everything(host: str, *_: object) -> Told:
    """Open pages, guess codes and flood it with connections, until told to stop."""
    is_over = threading.Event()
    pages, codes = Asking(host), Asking(host)
    flooded: Told = Counter()

    def open_pages() -> None:
        for page in ("/", "/pair", "/search?q=x", "/phones", "/live"):
            pages.ask(page)

    def guess() -> None:
        codes.guess(sum(codes.told.values()))

    held: deque[socket.socket] = deque()

    def flood() -> None:
        held.append(half_a_handshake(host))
        flooded["opened"] += 1
        if len(held) > MOST_OPEN:
            held.popleft().close()

    def until_over(act: Callable[[], None]) -> None:
        while not is_over.wait(BREATH_S):
            with contextlib.suppress(OSError):
                act()

    acts = [threading.Thread(target=until_over, args=(act,)) for act in (open_pages, guess, flood)]
    for act in acts:
        act.start()
    wait_for_the_end()
    is_over.set()
    for act in acts:
        act.join()
    return pages.told + codes.told + flooded


def codes(host: str, count: int, sources: Sources) -> Told:
    """Guess the code that is typed."""

    def guess(asking: Asking, numbers: Iterable[int]) -> None:
        for number in numbers:
            asking.guess(number)

    return shared(host, count, sources, guess)


def cookies(host: str, count: int, sources: Sources) -> Told:
    """Bring tokens that are none, as long as a real one."""

    def come(asking: Asking, numbers: Iterable[int]) -> None:
        for _ in numbers:
            asking.come_with_a_cookie(secrets.token_urlsafe(32))

    return shared(host, count, sources, come)


def shared(
    host: str, count: int, sources: Sources, work: Callable[[Asking, Iterable[int]], None]
) -> Told:
    """So much work, on a connection from each of the sources."""
    askers = [Asking(host, source) for source in sources]
    parts = [range(place, count, len(askers)) for place in range(len(askers))]
    threads = [threading.Thread(target=work, args=each) for each in zip(askers, parts, strict=True)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return sum((each.told for each in askers), Counter())


def raw(host: str, *_: object) -> list[str]:
    """What is answered to each request that standard input names, sent as it is."""
    return [answer_to(host, each) for each in json.load(sys.stdin)]


def answer_to(host: str, request: str) -> str:
    with greeted(host) as line, contextlib.suppress(OSError):
        line.sendall(request.encode("utf-8", "surrogateescape"))
        return b"".join(iter(lambda: line.recv(65536), b"")).decode("utf-8", "replace")
    return ""


def half_a_handshake(host: str) -> socket.socket:
    """A connection whose greeting never ends."""
    to_them = ssl.MemoryBIO()
    greeting = ANYBODY.wrap_bio(ssl.MemoryBIO(), to_them, server_hostname=host)
    with contextlib.suppress(ssl.SSLWantReadError):
        greeting.do_handshake()
    line = socket.create_connection((host, PORT), 60)
    line.sendall(to_them.read()[:100])
    return line


def idle(host: str, count: int, _: Sources) -> Told:
    """Begin a greeting, or end it, and then say nothing."""
    held = [half_a_handshake(host) for _ in range(count // 2)]
    held += [greeted(host) for _ in range(count // 2)]
    return held_until_the_end(held)


def slow(host: str, count: int, _: Sources) -> Told:
    """Say half a request, and the rest a byte at a time."""
    held = [greeted(host) for _ in range(count)]
    for each in held:
        each.sendall(f"POST /pair HTTP/1.1\r\nHost: {host}\r\nContent-Len".encode())
    return held_until_the_end(held)


def greeted(host: str) -> socket.socket:
    return ANYBODY.wrap_socket(socket.create_connection((host, PORT), 60), server_hostname=host)


def held_until_the_end(held: list[socket.socket]) -> Told:
    wait_for_the_end()
    for each in held:
        each.close()
    return Counter({"held": len(held)})


def wait_for_the_end() -> None:
    say("ready")
    sys.stdin.read()


def say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


ACTS: dict[str, Callable[[str, int, Sources], object]] = {
    "everything": everything,
    "codes": codes,
    "cookies": cookies,
    "raw": raw,
    "idle": idle,
    "slow": slow,
}

if __name__ == "__main__":
    what, host, *more = sys.argv[1:]
    count, *sources = more or ["0"]
    say(ACTS[what](host, int(count), tuple(sources)))
