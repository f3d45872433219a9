"""What the services write to their log, at the level that they run at: no word and no query."""

import json
import re
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from core.paths import Home, log_folder
from tests.journeys.command import COMMAND, PILL_BOX, afterthought
from tests.ports import free_port
from tests.waiting import PATIENCE_S, answered, waited

MARKER = "zanzibarquux"


def page(url: str, **form: str) -> str:
    """What the page answers; to a form, where there is one."""
    data = urllib.parse.urlencode(form).encode() if form else None

    def answer() -> str | None:
        try:
            with urllib.request.urlopen(url, data, timeout=PATIENCE_S) as response:
                return str(response.read().decode())
        except (ConnectionError, urllib.error.URLError):
            return None

    return waited(answer)


@pytest.mark.long
def test_no_service_logs_a_word_a_query_or_a_name(home: Path, tmp_path: Path) -> None:
    port = free_port()
    scene = tmp_path / f"{MARKER} scene.opus"
    shutil.copy(PILL_BOX, scene)
    lines = tmp_path / f"{MARKER}.jsonl"
    lines.write_text(f"{json.dumps({'text': MARKER, 'speaker': MARKER, 'ref': MARKER})}\n{MARKER}")
    with (tmp_path / "printed").open("wb") as printed:
        run = subprocess.Popen(
            [*COMMAND, "run", "--replay", str(scene), "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=printed,
        )
    try:
        answered(Home(home).capture_socket, {"do": "press"})
        answered(Home(home).worker_socket, {"do": "status"})
        page(f"http://localhost:{port}/note", text=f"about {MARKER}")
        afterthought("import", lines)
        afterthought("keep", scene)
        found = page(f"http://localhost:{port}/search?q={MARKER}")
        afterthought("search", MARKER)
        answered(Home(home).worker_socket, {"do": "transcribe", "file": str(scene)})
    finally:
        run.terminate()
        run.wait(PATIENCE_S)

    logs = [path.read_bytes() for path in log_folder(home).iterdir()]
    assert len(logs) == 3
    written = b"".join([(tmp_path / "printed").read_bytes(), *logs]).lower()
    assert f"about {MARKER}" in re.sub("<[^>]*>", "", found)
    assert b"event='" in written, "nothing was logged"
    assert MARKER.encode() not in written
    assert b"pill box" not in written
