"""No word and no sound in a temporary file: every file that a process of ours opens to write."""

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.paths import Home
from tests.journeys.command import COMMAND, PILL_BOX, afterthought
from tests.waiting import PATIENCE_S, answered

pytestmark = pytest.mark.long

WATCH = """
import os, sys

_log = os.open(os.environ["WRITTEN_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
_writes = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | (os.O_TMPFILE & ~os.O_DIRECTORY)

def _hook(event, values):
    if event == "open" and isinstance(values[2], int) and values[2] & _writes:
        os.write(_log, f"{values[0]}\\n".encode())

sys.addaudithook(_hook)
"""
"""Run by every Python of the test before anything else: a line for each file opened to write."""


class Watched:
    """An environment in which it is seen what is written, and where temporary files would be."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.temporary, self.home = folder / "tmp", home
        # A short name: the address of a socket has 107 bytes.
        self.runtime = Path(tempfile.mkdtemp(prefix="run-"))
        (folder / "watch").mkdir()
        (folder / "watch" / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
        self.temporary.mkdir(mode=0o700)
        self._log = folder / "written"
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(folder / "watch"),
            "WRITTEN_LOG": str(self._log),
            "TMPDIR": str(self.temporary),
            "SQLITE_TMPDIR": str(self.temporary),
            "XDG_RUNTIME_DIR": str(self.runtime),
        }

    def elsewhere(self) -> list[str]:
        """The files opened to write that are not of the home, in memory or a socket's."""
        inside = (str(self.home), str(self.runtime), "/dev/", "/proc/self/fd/")
        lines = self._log.read_text(encoding="utf-8").splitlines()
        assert any(line.startswith(str(self.home)) for line in lines), "nothing was seen"
        return [line for line in lines if not line.startswith(inside) and not line.isdecimal()]


@pytest.fixture
def watched(tmp_path: Path, home: Path) -> Iterator[Watched]:
    made = Watched(tmp_path, home)
    yield made
    shutil.rmtree(made.runtime)


def pour(content: bytes, pipe: Path) -> Path:
    os.mkfifo(pipe)
    threading.Thread(target=pipe.write_bytes, args=(content,), daemon=True).start()
    return pipe


def test_no_command_leaves_or_writes_a_temporary_file(watched: Watched, tmp_path: Path) -> None:
    lines = "".join(f"{json.dumps({'text': f'zanzibar {n}'})}\n" for n in range(40)).encode()
    (tmp_path / "lines.jsonl").write_bytes(lines)
    sound = PILL_BOX.read_bytes()
    commands: tuple[tuple[str | Path, ...], ...] = (
        ("note", "about zanzibar"),
        ("import", tmp_path / "lines.jsonl"),
        ("import", pour(lines, tmp_path / "a pipe of lines")),
        ("keep", PILL_BOX),
        ("keep", pour(sound, tmp_path / "a pipe of sound")),
        ("hear", "--policy", "everything", pour(sound, tmp_path / "another pipe of sound")),
        ("search", "zanzibar"),
        ("search", "--from", pour(b"zanzibar\n", tmp_path / "a pipe of queries")),
        ("list", "--hidden"),
        ("check",),
        ("rebuild",),
        ("forget", "--all", "--yes"),
    )
    for command in commands:
        ran = afterthought(*command, env=watched.environment)
        assert ran.status == 0, (command, ran.err)

    assert watched.elsewhere() == []
    assert list(watched.temporary.iterdir()) == []


@contextlib.contextmanager
def worker(watched: Watched) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen([*COMMAND, "process"], env=watched.environment) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


def test_what_is_only_transcribed_leaves_nothing(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(watched.runtime))
    recording = tmp_path / "zanzibar.opus"
    shutil.copy(PILL_BOX, recording)
    with worker(watched):
        request = {"do": "transcribe", "file": str(recording)}
        answer = answered(Home(watched.home).worker_socket, request)

    assert answer["words"]
    assert watched.elsewhere() == []
    assert list(watched.temporary.iterdir()) == []
    left = [path for path in watched.home.rglob("*") if path.is_file()]
    assert not [path for path in left if path.suffix in {".clip", ".part", ".mp4"}]
    assert not [path for path in left if b"pill" in path.read_bytes().lower()]
