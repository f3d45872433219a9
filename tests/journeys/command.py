"""The command as a user runs it: a real process, its answers, its memory and its silences."""

import ctypes
import json
import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests import doubled
from tests.waiting import waited

COMMAND = [sys.executable, "-m", "afterthought"]
RECORDINGS = Path(__file__).resolve().parent.parent / "recordings"
PILL_BOX = RECORDINGS / "pill_box.opus"

Argument = str | os.PathLike[str]

PR_CAPBSET_DROP = 24
OVERRIDES = (1, 2)
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: what lets root read anything."""

LOOK_EVERY_S = 0.1
"""How often memory is sampled."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left: its exit status and what it printed."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """Standard output as a JSON value a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def value(self) -> Any:
        """Standard output as one JSON value."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Watched(Ran):
    """A command that was looked at while it ran: it and its children, in sum."""

    seconds: float
    peak_bytes: int
    longest_quiet_s: float
    """The longest time without a byte on standard output or standard error."""


Do = Callable[..., Ran]
"""Runs the command with these arguments."""


def afterthought(*arguments: Argument, **options: Any) -> Ran:
    """Run the command to its end. `options` go to subprocess.run; the home is the test's own.

    Without any but an environment it is a double, at a third of the cost.
    """
    environment = options.get("env", os.environ)
    is_read_anew = environment.get("PYTHONPATH") != os.environ.get("PYTHONPATH")
    if options.keys() - {"env"} or is_read_anew:
        ended = subprocess.run(
            [*COMMAND, *arguments],
            check=False,
            capture_output=True,
            encoding="utf-8",
            errors="backslashreplace",
            **{"timeout": doubled.PATIENCE_S, "stdin": subprocess.DEVNULL, **options},
        )
    else:
        ended = doubled.run([os.fspath(each) for each in arguments], environment)
    return Ran(ended.returncode, ended.stdout, ended.stderr)


def noted(text: str, home: Path) -> str:
    """The id of a note, once it can be found: a worker that is busy indexes it a while later."""
    moment = str(afterthought("note", text, "--json", "--home", home).value["id"])
    waited(lambda: afterthought("show", moment, "--home", home).status == 0)
    return moment


def watched(
    arguments: Sequence[Argument],
    env: Mapping[str, str] | None = None,
    *,
    at_terminal: bool = False,
) -> Watched:
    """Run the command and look at its memory and at when it shows signs of life.

    `at_terminal`, it prints to one, and `out` has what both streams printed there.
    """
    began = time.monotonic()
    pairs = [terminal()] if at_terminal else [os.pipe(), os.pipe()]
    out, err = pairs[0][1], pairs[-1][1]
    with subprocess.Popen(
        [*COMMAND, *arguments], stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=env
    ) as process:
        for _, theirs in pairs:
            os.close(theirs)
        told = {ours: b"" for ours, _ in pairs}
        open_ends, peak, quiet_s, last = set(told), 0, 0.0, began
        while open_ends:
            ready, _, _ = select.select(list(open_ends), [], [], LOOK_EVERY_S)
            for end in ready:
                piece = read_some(end)
                told[end] += piece
                open_ends -= set() if piece else {end}
            now = time.monotonic()
            quiet_s = max(quiet_s, now - last)
            last = now if ready else last
            peak = max(peak, _bytes_in_sum(process.pid))
        status = process.wait()
    for ours in told:
        os.close(ours)
    printed, *rest = (each.decode("utf-8", "backslashreplace") for each in told.values())
    return Watched(status, printed, "".join(rest), time.monotonic() - began, peak, quiet_s)


def terminal() -> tuple[int, int]:
    """Both ends of a terminal of the usual size: ours, and that of whoever prints there."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    return ours, theirs


def read_some(end: int) -> bytes:
    """What has come to an end, as soon as some has; nothing once the other end is closed."""
    try:
        return os.read(end, 65_536)
    except OSError:  # a terminal whose other end is closed
        return b""


def as_anybody() -> None:
    """In the child: permissions count for root too."""
    for capability in OVERRIDES:
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


def is_one_sentence(err: str) -> bool:
    """Whether what was said is one line with a sentence and a next step, and no traceback."""
    told = err.strip()
    return "\n" not in told and told.endswith((".", ":")) and "Traceback" not in told


def _bytes_in_sum(process: int) -> int:
    try:
        parent = psutil.Process(process)
        family = [parent, *parent.children(recursive=True)]
        return sum(_resident(each) for each in family)
    except psutil.NoSuchProcess:
        return 0


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
