"""Services are started in order, started again when they die, stopped in reverse."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from deploy import supervisor
from deploy.supervisor import Service, supervise

TELLS = """
import os, signal, sys, time
name, log = sys.argv[1:]
def tell(what):
    with open(log, "a") as file:
        file.write(f"{name} {what}\\n")
def stop(*_):
    tell("stopped")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
tell(f"started {os.getpid()}")
while True:
    time.sleep(60)
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log"
    path.touch()
    return path


def service(name: str, log: Path, script: str = TELLS) -> Service:
    return Service(
        name,
        [sys.executable, "-c", script, name, str(log)],
        lambda: f"{name} started" in log.read_text(),
    )


def told(log: Path) -> list[str]:
    return [" ".join(line.split()[:2]) for line in log.read_text().splitlines()]


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


async def test_they_start_in_order_and_stop_in_reverse(log: Path) -> None:
    async def stop() -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    await supervise([service("a", log), service("b", log)], lambda _: None, stop)

    assert told(log) == ["a started", "b started", "b stopped", "a stopped"]


async def test_one_that_is_not_needed_yet_holds_up_nobody_and_starts_once_it_is(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "NEEDED_EVERY_S", 0.01)
    needed = tmp_path / "needed"
    later = replace(service("later", log), needed=needed.exists, is_ready=None)

    async def need() -> None:
        await until(lambda: "a started" in told(log))
        assert told(log) == ["a started"]
        needed.touch()
        await until(lambda: "later started" in told(log))
        os.kill(os.getpid(), signal.SIGTERM)

    await supervise([later, service("a", log)], lambda _: None, need)

    assert told(log) == ["a started", "later started", "a stopped", "later stopped"]


async def test_one_that_ends_since_it_is_not_needed_any_more_waits_until_it_is(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "NEEDED_EVERY_S", 0.01)
    needed, said, in_vain = tmp_path / "needed", list[str](), list[bool]()
    needed.touch()

    def is_needed() -> bool:
        if needed.exists():
            return True
        in_vain.append(True)  # asked once more since it has ended
        return False

    ends = Service("Once", ["/bin/sh", "-c", f"rm {needed}; echo once >>{log}"], needed=is_needed)

    async def need() -> None:
        await until(lambda: told(log).count("once") == 1 and bool(in_vain))
        needed.touch()
        await until(lambda: told(log).count("once") == 2)
        os.kill(os.getpid(), signal.SIGTERM)

    await supervise([ends], said.append, need)

    assert said == []


async def test_one_that_is_never_needed_is_never_started(log: Path) -> None:
    async def stop() -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    never = replace(service("never", log), needed=lambda: False)

    await supervise([never, service("a", log)], lambda _: None, stop)

    assert told(log) == ["a started", "a stopped"]


async def test_one_that_is_killed_is_started_again_and_that_is_said(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "FIRST_PAUSE_S", 0.01)
    said: list[str] = []

    async def kill_and_wait() -> None:
        os.kill(int(log.read_text().split()[2]), signal.SIGKILL)
        await until(lambda: told(log).count("a started") == 2)
        os.kill(os.getpid(), signal.SIGTERM)

    await supervise([service("a", log)], said.append, kill_and_wait)

    assert said == ["a stopped: killed by SIGKILL. Starting it again."]
    assert told(log) == ["a started", "a started", "a stopped"]


async def test_one_that_does_not_stop_is_killed(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "STOP_WITHIN_S", 0.05)
    stubborn = TELLS.replace(
        "signal.signal(signal.SIGTERM, stop)", "signal.signal(15, signal.SIG_IGN)"
    )

    async def stop() -> None:
        os.kill(os.getpid(), signal.SIGINT)

    await supervise([service("a", log, stubborn)], lambda _: None, stop)

    process = int(log.read_text().split()[2])
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


async def test_what_fails_once_all_is_up_stops_everything(log: Path) -> None:
    async def fail() -> None:
        raise RuntimeError("no browser")

    with pytest.raises(RuntimeError, match="no browser"):
        await supervise([service("a", log)], lambda _: None, fail)

    assert told(log) == ["a started", "a stopped"]
