"""What ambient holds touches no disk: a real capture, a real voice, and every file it can write."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.audio import RATE_HZ
from core.paths import Home
from core.pcm import Pcm
from device.capture.control_socket import ask
from pipeline.media import SoundFile
from tests.journeys.command import PILL_BOX
from tests.journeys.privacy.test_unkept_sound import capture, everything_written, swapped_kb
from tests.waiting import answered, waited
from tests.wav import write_wav

SPOKEN_S = (1.0, 6.0)
"""Where the voice is sure to be loud enough that no eight samples of it are like any others."""


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """All that a process knows of the disk. A short name: a socket's may have 107 bytes."""
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder)
        for name in ("HOME", "TMPDIR", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME"):
            (own / name).mkdir(mode=0o700)
            monkeypatch.setenv(name, str(own / name))
        yield own


def voice() -> Pcm:
    """Somebody says something, and then nobody does."""
    with SoundFile(PILL_BOX) as file:
        said = np.concatenate(list(file.chunks()))
    return np.concatenate([said, np.zeros(3 * RATE_HZ, np.int16)])


def needles(sound: Pcm) -> list[bytes]:
    """Eight loud samples of each tenth of a second."""
    found = []
    for start in range(round(SPOKEN_S[0] * RATE_HZ), round(SPOKEN_S[1] * RATE_HZ), RATE_HZ // 10):
        samples = sound[start : start + 8]
        if abs(samples.astype(int)).min() > 200:
            found.append(samples.tobytes())
    assert len(found) > 5
    return found


def ambient(own: Path) -> Home:
    home = Home(own / "archive")
    home.path.mkdir()
    (home.path / "settings.toml").write_text('[selection]\npolicy = "ambient"\n')
    return home


def wait_until_one_waits(home: Home) -> None:
    """The utterance has ended, and is a candidate; no worker is there."""
    waited(lambda: answered(home.capture_socket, {"do": "status"})["selection"]["waiting"] == 1)


def test_what_waits_to_be_judged_is_in_no_file_and_in_no_swap(tmp_path: Path, own: Path) -> None:
    sound = voice()
    file = write_wav(tmp_path / "voice.wav", sound)
    home = ambient(own)
    command = ["--home", str(home.path), "capture", "--replay", str(file)]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    with (
        (own / "log").open("wb") as log,
        capture(command, cwd=own, env=env, stderr=log) as process,
    ):
        wait_until_one_waits(home)
        held = held_of(process, needles(sound))
        swapped = swapped_kb(process.pid)
        while_it_waits = everything_written(own)
        process.terminate()
        assert process.wait() == 0

    written = everything_written(own)
    assert swapped == 0
    assert held in (None, needles(sound))
    assert not [each for each in needles(sound) if each in while_it_waits or each in written]


def held_of(process: "subprocess.Popen[bytes]", sought: list[bytes]) -> list[bytes] | None:
    """Those that a file of memory of this process holds; None where only root may look."""
    try:
        files = [
            each.read_bytes()
            for each in Path(f"/proc/{process.pid}/fd").iterdir()
            if str(each.readlink()).startswith("/memfd:heard")
        ]
    except PermissionError:
        return None
    return [each for each in sought if any(each in held for held in files)]


def test_a_pause_leaves_none_of_it_in_any_memory_file(tmp_path: Path, own: Path) -> None:
    sound = voice()
    file = write_wav(tmp_path / "voice.wav", sound)
    home = ambient(own)
    command = ["--home", str(home.path), "capture", "--replay", str(file)]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    with capture(command, cwd=own, env=env, stderr=subprocess.DEVNULL) as process:
        wait_until_one_waits(home)
        assert ask(home.capture_socket, {"do": "pause"})["outcome"] == "done"
        status = ask(home.capture_socket, {"do": "status"})["selection"]
        held = held_of(process, needles(sound))

    assert (status["waiting"], status["passed"]) == (0, {"paused": 1})
    assert not held
    facts = [path.name for path in (home.path / "spool").iterdir() if "passed_over" in path.name]
    assert len(facts) == 1
