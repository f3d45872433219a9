"""A sound server of the tests' own: a microphone that hears what is played, and no card at all."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SINK = "hush"


@pytest.fixture(scope="module")
def pulseaudio() -> Iterator[dict[str, str]]:
    """The sound server, for the tests of one file."""
    if not shutil.which("pulseaudio") or not shutil.which("paplay"):
        pytest.skip("pulseaudio and pulseaudio-utils are not installed")
    with sound_server() as env:
        yield env


@contextmanager
def sound_server() -> Iterator[dict[str, str]]:
    """A sound server whose one microphone hears what is played to it; and how it is reached."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        env = {"PULSE_SERVER": f"unix:{folder}/s", "PULSE_SOURCE": f"{SINK}.monitor"}
        for name, value in {**env, "XDG_RUNTIME_DIR": folder, "HOME": folder}.items():
            patch.setenv(name, value)
        with _server(folder) as server:
            while subprocess.run(["pactl", "info"], capture_output=True, check=False).returncode:
                assert server.poll() is None, "pulseaudio did not start"
            yield env
            server.terminate()


def playing(path: Path) -> "subprocess.Popen[bytes]":
    """Play a sound file to the microphone; ends with it."""
    return subprocess.Popen(["paplay", f"--device={SINK}", path], env=dict(os.environ))


def _server(folder: str) -> "subprocess.Popen[bytes]":
    modules = (
        f"module-native-protocol-unix socket={folder}/s auth-anonymous=1",
        f"module-null-sink sink_name={SINK} rate=16000 channels=1 format=s16le",
    )
    loading = [part for module in modules for part in ("-L", module)]
    return subprocess.Popen(
        [
            "pulseaudio",
            "-n",
            "--daemonize=no",
            "--exit-idle-time=-1",
            "--use-pid-file=no",
            *loading,
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
