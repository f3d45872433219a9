"""Another user of the same machine, by every door: files, sockets and the page."""

import contextlib
import json
import os
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from core.paths import Home
from tests.journeys.command import COMMAND, PILL_BOX
from tests.ports import free_port
from tests.waiting import PATIENCE_S, answered, waited

MARKER = "zanzibarquux"


@dataclass(frozen=True)
class Place:
    """Where a home will be made: in folders that a careless shell lets everybody enter."""

    folder: Path
    runtime: Path

    @property
    def home(self) -> Path:
        return self.folder / "parent" / "home"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "AFTERTHOUGHT_HOME": str(self.home),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "XDG_RUNTIME_DIR": str(self.runtime),
        }

    def start(self, *arguments: str, out: int | IO[bytes] = subprocess.DEVNULL) -> "Started":
        """A command, from a shell that lets everybody read what is made."""
        return subprocess.Popen(
            [*COMMAND, *arguments],
            env=self.environment,
            umask=0o022,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.DEVNULL,
        )

    def made(self) -> list[Path]:
        return [*self.folder.rglob("*"), *self.runtime.rglob("*")]

    def open_to_others(self) -> list[str]:
        """What others may look into, of all that was made."""
        made = [path for path in self.made() if not path.is_symlink()]
        return [str(path) for path in made if stat.S_IMODE(path.stat().st_mode) & 0o077]


Started = subprocess.Popen[bytes]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    folder = tmp_path / "place"
    folder.mkdir(mode=0o755)
    with tempfile.TemporaryDirectory(prefix="at-") as runtime:  # a socket's path must be short
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        yield Place(folder, Path(runtime))


@contextlib.contextmanager
def service(place: Place, *arguments: str) -> Iterator[None]:
    with place.start(*arguments) as process:
        try:
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def command(*arguments: str) -> Callable[[Place], None]:
    def act(place: Place) -> None:
        place.start(*arguments).wait(PATIENCE_S)

    return act


def an_import(place: Place) -> None:
    lines = place.folder.parent / "lines.jsonl"
    lines.write_text(json.dumps({"text": MARKER}), encoding="utf-8")
    place.start("import", str(lines)).wait(PATIENCE_S)


def a_press(place: Place) -> None:
    with service(place, "capture", "--replay", str(PILL_BOX)):
        answered(Home(place.home).capture_socket, {"do": "press"})
        answered(Home(place.home).capture_socket, {"do": "pause"})


def a_run(place: Place) -> None:
    with service(place, "run", "--replay", str(PILL_BOX), "--port", str(free_port())):
        answered(Home(place.home).worker_socket, {"do": "status"})
        answered(Home(place.home).capture_socket, {"do": "press"})


def a_transcription(place: Place) -> None:
    with service(place, "process"):
        request = {"do": "transcribe", "file": str(PILL_BOX)}
        answered(Home(place.home).worker_socket, request)


FIRST_ACTS: dict[str, Callable[[Place], None]] = {
    "note": command("note", MARKER),
    "keep": command("keep", str(PILL_BOX)),
    "import": an_import,
    "search": command("search", MARKER),
    "hear": command("hear", "--policy", "everything", str(PILL_BOX)),
    "capture": a_press,
    "run": a_run,
    "transcribe": a_transcription,
}


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(act, marks=() if act in {"note", "search"} else pytest.mark.long)
        for act in FIRST_ACTS
    ],
)
def test_whatever_the_first_act_is_what_it_makes_is_nobody_elses(place: Place, act: str) -> None:
    FIRST_ACTS[act](place)

    assert place.home.exists() or act == "search"
    assert place.open_to_others() == []


@pytest.mark.parametrize("act", ["note", pytest.param("capture", marks=pytest.mark.long)])
def test_an_older_home_that_is_open_is_shut_by_the_next_act(place: Place, act: str) -> None:
    FIRST_ACTS["note"](place)
    place.home.chmod(0o755)

    FIRST_ACTS[act](place)

    assert stat.S_IMODE(place.home.stat().st_mode) == 0o700


AS_ANOTHER = """
import contextlib, json, os, socket, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534)
port, *paths = sys.argv[1:]
got = []

def tries(what, act):
    with contextlib.suppress(OSError):
        found = act()
        if found:
            got.append([what, repr(found)[:300]])

def page(request, reads):
    with socket.socket() as line:
        line.settimeout(120)
        line.connect(("127.0.0.1", int(port)))
        line.sendall(request)
        told = line.recv(65536) if reads else b""
    return told if b" 403 " not in told.split(b"\\r\\n")[0] else b""

def talk(path):
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(120)
        line.connect(path)
        line.sendall(b'{"do": "status"}\\n')
        return line.recv(65536)

host = b" HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n"
form = b"Content-Type: application/x-www-form-urlencoded\\r\\n"
form += b"Content-Length: 12\\r\\n\\r\\ntext=strange"
for target in (b"/", b"/search?q=zanzibarquux", b"/live", b"/status"):
    tries(target.decode(), lambda: page(b"GET " + target + host + b"\\r\\n", True))
for target in (b"/note", b"/press", b"/pause", b"/forget"):
    for reads in (True, False):
        tries(target.decode(), lambda: page(b"POST " + target + host + form, reads))
for path in paths:
    tries("ls " + path, lambda: os.listdir(path))
    tries("read " + path, lambda: open(path, "rb").read())
    tries("write " + path, lambda: open(path, "ab").close() or "written")
    tries("socket " + path, lambda: talk(path))
print(json.dumps(got))
"""
"""What another user of this machine tries; JSON of all that they got."""


@pytest.mark.long
@pytest.mark.skipif(os.getuid() != 0, reason="only root can come as another user")
def test_another_user_gets_nothing_of_the_page_the_files_or_the_sockets(place: Place) -> None:
    for folder in (place.folder, *place.folder.parents):  # others may come as far as the door
        if not folder.stat().st_mode & stat.S_IXOTH:
            folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
    FIRST_ACTS["note"](place)
    port = free_port()
    with service(place, "run", "--replay", str(PILL_BOX), "--port", str(port)):
        home = Home(place.home)
        answered(home.worker_socket, {"do": "status"})
        answered(home.capture_socket, {"do": "status"})
        wait_for_page(port)
        everything = [str(path) for path in (place.home.parent, *place.made())]
        sockets = [path for path in everything if path.endswith(".sock")]
        got = subprocess.run(
            [sys.executable, "-c", AS_ANOTHER, str(port), *everything],
            check=True,
            capture_output=True,
            text=True,
            cwd="/",
        ).stdout
        status = answered(home.capture_socket, {"do": "status"})

    listed = subprocess.run(
        [*COMMAND, "list", "--json"], env=place.environment, capture_output=True, check=True
    )
    assert sockets, "no socket was tried"
    assert json.loads(got) == []
    assert status["state"] != "paused"
    assert [row["text"] for row in json.loads(listed.stdout)] == [MARKER]


def wait_for_page(port: int) -> None:
    def answers() -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return True
        return False

    waited(answers)


@pytest.mark.long
def test_the_folder_for_sockets_holds_no_word(place: Place) -> None:
    FIRST_ACTS["note"](place)
    an_import(place)
    with service(place, "process"):
        answered(Home(place.home).worker_socket, {"do": "embed", "texts": [MARKER]})
        files = [path for path in place.runtime.rglob("*") if path.is_file()]
        held = [path.name for path in files if MARKER.encode() in path.read_bytes()]
        names = [path.name for path in place.runtime.rglob("*")]

    assert held == []
    assert "worker.sock" in names
    assert not any(MARKER in name for name in names)


@pytest.mark.long
def test_the_files_that_were_taken_in_stay_as_they_were(place: Place) -> None:
    recording, lines = place.folder / "memo.opus", place.folder.parent / "lines.jsonl"
    recording.write_bytes(PILL_BOX.read_bytes())
    command("keep", str(recording))(place)
    an_import(place)
    before = recording.stat().st_mtime_ns, lines.read_bytes()

    command("forget", "--all", "--yes")(place)

    assert recording.read_bytes() == PILL_BOX.read_bytes()
    assert (recording.stat().st_mtime_ns, lines.read_bytes()) == before
