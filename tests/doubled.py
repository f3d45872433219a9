"""The command in a process of its own, without the second in which Python reads its modules.

A process that has read them waits. It doubles itself for each command, and the double is what a
user starts: with its own arguments, environment, folder and streams, it runs to its own end.
"""

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO

from core.machine import calm_thread_pools
from tests.imports import TREE

_DOUBLED = ("pipeline.commands", "pipeline.exchange", "pipeline.search")
"""The packages whose modules are read beforehand, beside the worker's."""

PATIENCE_S = 300.0
"""How long a command may take."""

_FILES = ("input", "output", "errors", "request", "answer")
"""What comes over the line with each request: the double's streams, and what is said about it."""

_WORD = 16
"""A number on the line, in bytes: the double's process, then its exit status."""


def run(
    arguments: Sequence[str],
    environment: Mapping[str, str] | None = None,
    patience_s: float = PATIENCE_S,
) -> "subprocess.CompletedProcess[str]":
    """As `subprocess.run` of the command, with no input and its output captured.

    What Python itself reads in the environment as it starts, a double has read already. Raises
    subprocess.TimeoutExpired once it has taken too long, and is killed.
    """
    asked = json.dumps([list(arguments), dict(environment or os.environ), str(Path.cwd())])
    told, tells = os.pipe()
    with (
        os.fdopen(told, "rb", buffering=0) as answer,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
        tempfile.TemporaryFile() as request,
        Path(os.devnull).open("rb") as nothing,
    ):
        request.write(os.fsencode(asked))
        request.seek(0)
        files = [*(each.fileno() for each in (nothing, out, err, request)), tells]
        try:
            socket.send_fds(_original()[0], [b"\0"], files)
        finally:
            os.close(tells)
        double = int(answer.read(_WORD))
        if not select.select([answer], [], [], patience_s)[0]:
            os.kill(double, signal.SIGKILL)
            raise subprocess.TimeoutExpired(list(arguments), patience_s)
        status = int(answer.read(_WORD))
        return subprocess.CompletedProcess(list(arguments), status, _read(out), _read(err))


def _read(printed: IO[bytes]) -> str:
    printed.seek(0)
    return printed.read().decode("utf-8", "backslashreplace")


@cache
def _original() -> "tuple[socket.socket, subprocess.Popen[bytes]]":
    """The process that is doubled, and the line to it."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        command = [sys.executable, "-m", __name__, str(theirs.fileno())]
        process = subprocess.Popen(
            command, cwd=TREE, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()]
        )
    return ours, process


def end() -> None:
    """End the process that is doubled, where there is one."""
    if _original.cache_info().currsize:
        line, process = _original()
        line.close()
        process.wait()


def _serve(line: socket.socket) -> None:
    """Double for each request. In a double it returns, ready to be the command."""
    while True:
        _, files, _, _ = socket.recv_fds(line, 1, len(_FILES))
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not files:
            break
        if not os.fork():
            line.close()
            _watch(files)
            return
        for each in files:
            os.close(each)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def _watch(files: Sequence[int]) -> None:
    """Tell of the double what becomes of it. Returns in the double itself."""
    *streams, request, tells = files
    double = os.fork()
    if not double:
        os.close(tells)
        _become(streams, request)
        return
    os.write(tells, b"%*d" % (_WORD, double))
    status = os.waitstatus_to_exitcode(os.waitpid(double, 0)[1])
    os.write(tells, b"%*d" % (_WORD, status))
    os._exit(0)


def _become(streams: Sequence[int], request: int) -> None:
    """Take over what the user gives a command."""
    with os.fdopen(request, "rb") as file:
        arguments, environment, folder = json.loads(os.fsdecode(file.read()))
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    sys.argv[1:] = arguments


def main() -> int:
    """Wait with everything read, and be the command in each double."""
    import afterthought  # noqa: PLC0415 - whoever asks for a double does not read the product

    calm_thread_pools()
    importlib.import_module("pipeline.worker.service")
    for package in _DOUBLED:
        folder = importlib.import_module(package).__path__
        for module in pkgutil.iter_modules(folder, f"{package}."):
            importlib.import_module(module.name)
    gc.collect()
    gc.freeze()  # what is read already costs a double nothing, neither to look at nor to free
    with socket.socket(fileno=int(sys.argv.pop(1))) as line:
        original = os.getpid()
        _serve(line)
    return 0 if os.getpid() == original else afterthought.main()


if __name__ == "__main__":
    sys.exit(main())
