"""The wait of a newcomer: for the page, the words of the first press, the first answer.

    python -m bench.first_start [--again 3]

`run` on a new home that has no microphone, hence the demo, with three weeks on the page at its
first paint; then with its scene as the microphone of an archive that is empty. Each is pressed
once, as the sentence that is worth it ends, and asked what the demo offers to ask; then the page
is waited for again. Set-up was done before. For figures of a machine at rest, let nothing else run.
"""

import argparse
import re
import socket
import statistics
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from bench.closed_to_searchable import Line
from core.paths import Home
from core.sockets.socket_client import answers
from dashboard.demo import FOLDER, SCENE
from dashboard.show.first_minute import QUESTION, load_demo

PAGE_GOAL_S = 2.0
WORDS_GOAL_S = 5.0
AGAIN_GOAL_S = 3.0
PATIENCE_S = 60.0
PRESSES_AFTER_S = 0.5

A_ROW_WITH_WORDS = re.compile(r'<li class="row"')
"""One without words is `row wordless`."""


def main(argv: Sequence[str]) -> int:
    """Print the table; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog="bench first_start")
    parser.add_argument("--again", type=int, default=3, help="how often it is started again")
    again = parser.parse_args(argv).again
    with TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "settings.toml").write_text('[device]\nmicrophone = "none that there is"\n')
        demo = _first("the demo", Home(home).demo, home)
        again_s = [_page_s(home) for _ in range(again)]
    with TemporaryDirectory() as folder:
        file = _first("a file", Home(Path(folder)), Path(folder), "--replay", str(SCENE))
    slowest_s = statistics.median(again_s)
    print(
        f"{'started again, to a page':32} {slowest_s:6.2f} s   (median of {again}; most "
        f"{max(again_s):.2f}; goal: under {AGAIN_GOAL_S:.0f} s)"
    )
    return int(not (demo and file and slowest_s < AGAIN_GOAL_S))


def _first(name: str, home: Home, named: Path, *options: str) -> bool:
    """Print how long it took in this home; True where the goals are met."""
    began = time.perf_counter()
    with _running(named, *options) as page:
        page_s, html = _until_page(page, began)
        asked_s, is_whole = _asked(page)
        kept_s, words_s = _pressed(home)
    print(f"{name + ', to a page':32} {page_s:6.2f} s   (goal: at most {PAGE_GOAL_S:.0f} s)")
    print(f"{'  moments with words on it':32} {len(A_ROW_WITH_WORDS.findall(html)):6}")
    told = "by meaning" if is_whole else "by words alone"
    print(f"{'  the offered question':32} {asked_s:6.2f} s   ({told})")
    print(f"{'  press to closed':32} {kept_s:6.2f} s")
    print(f"{'  closed to words':32} {words_s:6.2f} s   (goal: at most {WORDS_GOAL_S:.0f} s)")
    return page_s <= PAGE_GOAL_S and words_s <= WORDS_GOAL_S


def _asked(page: "_Page") -> tuple[float, bool]:
    """Seconds to the answer of the offered question, and whether it was asked by its meaning."""
    began = time.perf_counter()
    query = urllib.parse.urlencode({"part": 1, "q": QUESTION})
    html = page.get(f"/search?{query}")
    return time.perf_counter() - began, html is not None and "data-alone" not in html


def _pressed(home: Home) -> tuple[float, float]:
    """From the press to closed, and from there to its words; nothing was heard before."""
    demo = load_demo(FOLDER)
    assert demo is not None
    while not (answers(home.capture_socket) and answers(home.worker_socket)):
        time.sleep(0.02)
    with Line(home.capture_socket) as capture, Line(home.worker_socket) as worker:
        capture.ask({"do": "subscribe"})
        worker.ask({"do": "subscribe"})
        with Line(home.capture_socket) as line:
            line.ask({"do": "play"})
        time.sleep(demo.worth_s + PRESSES_AFTER_S)
        with Line(home.capture_socket) as line:
            keep = line.ask({"do": "press"})["keep"]
        pressed = time.perf_counter()
        capture.until("closed", keep=keep)
        closed = time.perf_counter()
        worker.until("searchable", moment=keep)
        return closed - pressed, time.perf_counter() - closed


def _page_s(home: Path) -> float:
    began = time.perf_counter()
    with _running(home) as page:
        return _until_page(page, began)[0]


def _until_page(page: "_Page", began: float) -> tuple[float, str]:
    """Seconds from `began` until the page answers, and what it answers."""
    while time.perf_counter() - began < PATIENCE_S:
        html = page.get()
        if html is not None:
            return time.perf_counter() - began, html
        time.sleep(0.02)
    raise AssertionError(f"nothing within {PATIENCE_S:.0f} s")


@dataclass(frozen=True, slots=True)
class _Page:
    port: int

    def get(self, path: str = "/") -> str | None:
        """What stands there; None before it answers."""
        try:
            with urllib.request.urlopen(f"http://localhost:{self.port}{path}") as answer:
                return str(answer.read().decode("utf-8"))
        except OSError:
            return None


@contextmanager
def _running(home: Path, *options: str) -> Iterator["_Page"]:
    """`run` in this home, by its page. All of it is ended."""
    port = _free_port()
    page = _Page(port)
    command = [sys.executable, "-m", "afterthought", "--home", str(home), "run", "--port"]
    with subprocess.Popen(
        [*command, str(port), *options],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as started:
        try:
            yield page
        finally:
            _end(started)


def _end(started: "subprocess.Popen[bytes]") -> None:
    """As Ctrl-C does; what is left after that is killed."""
    family = psutil.Process(started.pid).children(recursive=True)
    started.terminate()
    try:
        started.wait(30)
    except subprocess.TimeoutExpired:
        started.kill()
    for left in family:
        if left.is_running():
            left.kill()


def _free_port() -> int:
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        port: int = any_port.getsockname()[1]
    return port


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
