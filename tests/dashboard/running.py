"""The dashboard as a process of its own, as the units start it."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
START = (
    "import sys; from core.command_line import main; from dashboard.commands import COMMANDS;"
    "sys.exit(main(COMMANDS, sys.argv[1:]))"
)
COMMAND = [sys.executable, "-c", START, "dashboard"]


@contextlib.contextmanager
def dashboard(home: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """The command `dashboard` at a free port, and the address at which it answers."""
    process = subprocess.Popen(
        [*COMMAND, "--json", "--home", str(home), "--port", "0"],
        cwd=TREE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        yield process, json.loads(line)["url"]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()
