"""What the services write to their log, at the level that they run at: no word and no query."""

import contextlib
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from core import socket_client
from core.paths import Home
from core.socket_client import NobodyThere, Told
from tests.journeys.command import COMMAND, PILL_BOX, afterthought

MARKER = "zanzibarquux"
PATIENCE = 600


def ask(path: Path, request: Told) -> Told:
    """The answer of a service, once it is there."""
    for _ in range(PATIENCE):
        with contextlib.suppress(NobodyThere):
            return socket_client.ask(path, request, patience_s=120)
        time.sleep(0.1)
    raise AssertionError(f"nobody answers at {path}")


def page(url: str, **form: str) -> str:
    """What the page answers; to a form, where there is one."""
    data = urllib.parse.urlencode(form).encode() if form else None
    for _ in range(PATIENCE):
        with (
            contextlib.suppress(ConnectionError, urllib.error.URLError),
            urllib.request.urlopen(url, data, timeout=60) as answer,
        ):
            return str(answer.read().decode())
        time.sleep(0.1)
    raise AssertionError("no page came")


def test_no_service_logs_a_word_a_query_or_a_name(home: Path, tmp_path: Path) -> None:
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        port = asking.getsockname()[1]
    scene = tmp_path / f"{MARKER} scene.opus"
    shutil.copy(PILL_BOX, scene)
    lines = tmp_path / f"{MARKER}.jsonl"
    lines.write_text(f"{json.dumps({'text': MARKER, 'speaker': MARKER, 'ref': MARKER})}\n{MARKER}")
    with (tmp_path / "log").open("wb") as log:
        run = subprocess.Popen(
            [*COMMAND, "run", "--replay", str(scene), "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        ask(Home(home).capture_socket, {"do": "press"})
        ask(Home(home).worker_socket, {"do": "status"})
        page(f"http://localhost:{port}/note", text=f"about {MARKER}")
        afterthought("import", lines)
        afterthought("keep", scene)
        found = page(f"http://localhost:{port}/search?q={MARKER}")
        afterthought("search", MARKER)
        ask(Home(home).worker_socket, {"do": "transcribe", "file": str(scene)})
    finally:
        run.terminate()
        run.wait(60)

    written = (tmp_path / "log").read_bytes().lower()
    assert f"about {MARKER}" in found
    assert b"event='" in written, "nothing was logged"
    assert MARKER.encode() not in written
    assert b"pill box" not in written
