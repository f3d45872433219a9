"""The browser that the journeys drive: it waits as a person does."""

import http.server
import threading
import time
from collections.abc import Iterator

import pytest

from tests.journeys.browser.chromium import Phone

HALF_A_SECOND = 0.5


class _Halting(http.server.BaseHTTPRequestHandler):
    """A page whose second half comes later than its address."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>halting</title><p>" + b"the first half " * 200)
        self.wfile.flush()
        time.sleep(HALF_A_SECOND)
        self.wfile.write(b"</p><p id=last>the last words</p>")

    def log_message(self, *_: object) -> None:
        """Say nothing: pytest shows what failed."""


@pytest.fixture
def halting() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Halting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/slow"
        server.shutdown()


def test_a_page_is_read_to_its_end_before_its_address_counts(browser: Phone, halting: str) -> None:
    browser.open_tab()
    browser.see(f"void (location.href = {halting!r})")

    browser.until("location.pathname === '/slow'")

    assert browser.see("document.querySelector('#last')?.innerText") == "the last words"
