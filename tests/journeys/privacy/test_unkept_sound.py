"""What nobody pressed for touches no disk: every file that the process could write is searched."""

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.audio import RATE_HZ
from core.paths import Home
from core.pcm import Pcm
from device.capture.control_socket import ask
from tests.journeys.command import COMMAND
from tests.waiting import answered, waited
from tests.wav import write_wav

KEPT_S, HEARD_S = 4, 9


@pytest.fixture
def sound() -> Pcm:
    """Noise, in which every stretch is like no other."""
    noise = np.random.default_rng(7).integers(-9000, 9000, 30 * RATE_HZ)
    return noise.astype(np.int16)


@pytest.fixture
def hush() -> Pcm:
    """The same, so quiet that the speech detector skips it and holds its end for itself."""
    noise = np.random.default_rng(8).integers(-100, 100, 30 * RATE_HZ)
    return noise.astype(np.int16)


def needles(sound: Pcm, from_s: float, to_s: float) -> Iterator[bytes]:
    """Eight samples of each tenth of a second."""
    for start in range(round(from_s * RATE_HZ), round(to_s * RATE_HZ), RATE_HZ // 10):
        yield sound[start : start + 8].tobytes()


def everything_written(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def swapped_kb(process: int) -> int:
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmSwap:"))


def wait_until_heard(home: Home, seconds: float) -> None:
    """So much of the file has been played."""
    waited(lambda: answered(home.capture_socket, {"do": "status"})["replay"]["at_s"] >= seconds)


@contextlib.contextmanager
def capture(arguments: list[str], **options: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """A real one, which ends with the test, whatever becomes of that."""
    with subprocess.Popen([*COMMAND, *arguments], **options) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def own() -> Iterator[Path]:
    """All that a process knows of the disk. A short name: a socket's may have 107 bytes."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def test_what_nobody_pressed_for_is_in_no_file_and_no_core_dump(
    tmp_path: Path, own: Path, sound: Pcm, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_wav(tmp_path / "noise.wav", sound)
    for name in ("HOME", "TMPDIR", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME"):
        (own / name).mkdir(mode=0o700)
        monkeypatch.setenv(name, str(own / name))
    home = Home(own / "archive")
    home.path.mkdir()
    command = ["--home", str(home.path), "capture", "--replay", str(file)]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    with (
        (own / "log").open("wb") as log,
        capture(command, cwd=own, env=env, stderr=log) as process,
    ):
        wait_until_heard(home, KEPT_S)
        assert ask(home.capture_socket, {"do": "press"})["outcome"] == "taken"
        wait_until_heard(home, HEARD_S)
        assert swapped_kb(process.pid) == 0
        process.send_signal(signal.SIGSEGV)  # what dumps a core
        process.wait()

    written = everything_written(own)
    kept = [each in written for each in needles(sound, 0.5, KEPT_S - 0.5)]
    unkept = [each in written for each in needles(sound, KEPT_S + 2, HEARD_S - 0.2)]
    assert all(kept)
    assert not any(unkept)


def memory(process: int) -> dict[str, bytes]:
    """What each part of a process's own memory holds, by its address.

    Capture hides its memory from everybody but root.
    """
    held: dict[str, bytes] = {}
    try:
        with Path(f"/proc/{process}/mem").open("rb", buffering=0) as all_of_it:
            for line in Path(f"/proc/{process}/maps").read_text(encoding="utf-8").splitlines():
                addresses, rights, *_ = line.split()
                start, end = (int(each, 16) for each in addresses.split("-"))
                if rights == "rw-p":
                    with contextlib.suppress(OSError):  # it has been given back meanwhile
                        all_of_it.seek(start)
                        held[addresses] = all_of_it.read(end - start)
    except PermissionError:
        pytest.skip("only root may read the memory of a capture")
    return held


@pytest.mark.long
def test_what_a_pause_wiped_is_not_in_the_process_any_more(
    tmp_path: Path, hush: Pcm, home: Path
) -> None:
    file = write_wav(tmp_path / "noise.wav", hush)
    # Not the last second: the file that plays the microphone is read ahead. Of each half second
    # one: all memory of the process is searched for each of them.
    sought = list(needles(hush, 0.5, 5))[::5]
    command = ["--home", str(home), "capture", "--replay", str(file)]
    with capture(command, stderr=subprocess.DEVNULL) as process:
        wait_until_heard(Home(home), 6)
        before = memory(process.pid)
        assert ask(Home(home).capture_socket, {"do": "pause"})["outcome"] == "done"
        status = ask(Home(home).capture_socket, {"do": "status"})
        after = memory(process.pid)

    rings = [place for place, held in before.items() if all(each in held for each in sought)]
    assert len(rings) == 1
    assert not any(each in after[rings[0]] for each in sought)
    assert not [each for each in sought if any(each in held for held in after.values())]
    assert (status["state"], status["ring_s"]) == ("paused", 0.0)
    assert list((home / "spool").glob("*.clip")) == []
