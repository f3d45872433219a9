"""What nobody pressed for touches no disk: every file that the process could write is searched."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.audio import RATE_HZ
from core.paths import Home
from core.pcm import Pcm
from device.capture.control_socket import CaptureGone, ask
from tests.wav import write_wav

KEPT_S, HEARD_S = 4, 9


@pytest.fixture
def sound() -> Pcm:
    """Noise, in which every stretch is like no other."""
    noise = np.random.default_rng(7).integers(-9000, 9000, 30 * RATE_HZ)
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
    for _ in range(600):
        try:
            replay = ask(home.capture_socket, {"do": "status"})["replay"]
        except CaptureGone:
            replay = None
        if replay is not None and replay["at_s"] >= seconds:
            return
        time.sleep(0.1)
    pytest.fail("capture does not hear")


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
    command = [sys.executable, "-m", "afterthought", "--home", str(home.path)]
    with (
        (own / "log").open("wb") as log,
        subprocess.Popen(
            [*command, "capture", "--replay", str(file)],
            cwd=own,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            stderr=log,
        ) as process,
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


def test_what_a_pause_wiped_is_not_in_the_process_any_more(
    tmp_path: Path, sound: Pcm, home: Path
) -> None:
    file = write_wav(tmp_path / "noise.wav", sound)
    with subprocess.Popen(
        [sys.executable, "-m", "afterthought", "capture", "--replay", str(file)],
        stderr=subprocess.DEVNULL,
    ) as process:
        wait_until_heard(Home(home), 3)
        assert ask(Home(home).capture_socket, {"do": "pause"})["outcome"] == "done"
        status = ask(Home(home).capture_socket, {"do": "status"})
        process.terminate()

    assert (status["state"], status["ring_s"]) == ("paused", 0.0)
    assert list((home / "spool").glob("*.clip")) == []
