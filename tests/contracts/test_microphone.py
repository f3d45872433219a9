"""What every microphone promises: the fake, the replayed file, a child, and a real one."""

import itertools
import os
import queue
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from core.audio import RATE_HZ, Pcm
from device.fakes import FakeMicrophone
from device.microphone import ChildMicrophone
from device.ports import BLOCK_SAMPLES, Block, Ended, Fault, FromMicrophone, Microphone
from device.replay import ReplayedFile
from tests.wav import write_wav

Inbox = queue.Queue[FromMicrophone]

CHILD = """
import json, os, struct, sys, time
def send(kind, content=b""):
    os.write(1, kind + struct.pack("<I", len(content)) + content)
def block():
    send(b"S", struct.pack("<h", 5000) * 1600)
send(b"H", json.dumps({"name": "scripted", "rate_hz": 16000}).encode())
"""
"""The beginning of every scripted child; it ends when its parent has gone."""


def tone(seconds: float) -> Pcm:
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (np.sin(2 * np.pi * 440 * at) * 10_000).astype(np.int16)


def fake(_: Path) -> Microphone:
    blocks = tone(1).reshape(-1, BLOCK_SAMPLES)
    return FakeMicrophone([Block(pcm, 10 + n / 10) for n, pcm in enumerate(blocks)])


def replayed(_: Path) -> Microphone:
    return ReplayedFile("tone.wav", 1.0, lambda: [tone(0.33), tone(0.67)], speed=50)


def child(script: Path, what: str = "while True:\n    block(); time.sleep(0.001)\n") -> Microphone:
    script.write_text(CHILD + what, encoding="utf-8")
    return ChildMicrophone(command=[sys.executable, str(script)])


def real(_: Path) -> Microphone:
    return ChildMicrophone("pulse")


MAKERS: dict[str, Callable[[Path], Microphone]] = {
    "fake": fake,
    "replayed": replayed,
    "child": child,
    "real": real,
}


@pytest.fixture(scope="module")
def pulseaudio() -> Iterator[dict[str, str]]:
    """A sound server of our own whose one microphone hears what `paplay` plays."""
    if not shutil.which("pulseaudio") or not shutil.which("paplay"):
        pytest.skip("pulseaudio and pulseaudio-utils are not installed")
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        env = {"PULSE_SERVER": f"unix:{folder}/s", "PULSE_SOURCE": "hush.monitor"}
        for name, value in {**env, "XDG_RUNTIME_DIR": folder, "HOME": folder}.items():
            patch.setenv(name, value)
        with _server(folder) as server:
            while subprocess.run(["pactl", "info"], capture_output=True, check=False).returncode:
                assert server.poll() is None, "pulseaudio did not start"
            yield env
            server.terminate()


def _server(folder: str) -> "subprocess.Popen[bytes]":
    modules = (
        f"module-native-protocol-unix socket={folder}/s auth-anonymous=1",
        "module-null-sink sink_name=hush rate=16000 channels=1 format=s16le",
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


@pytest.fixture(params=MAKERS)
def microphone(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Microphone]:
    if request.param == "real":
        request.getfixturevalue("pulseaudio")
    made = MAKERS[request.param](tmp_path / "child.py")
    yield made
    made.stop()


def blocks(inbox: Inbox, count: int) -> list[Block]:
    found = [inbox.get(timeout=20) for _ in range(count)]
    assert all(isinstance(each, Block) for each in found), found
    return [each for each in found if isinstance(each, Block)]


def test_what_comes_is_mono_int16_in_blocks_with_rising_times(microphone: Microphone) -> None:
    inbox: Inbox = queue.Queue()
    microphone.start(inbox.put)

    found = blocks(inbox, 5)

    assert {each.pcm.dtype for each in found} == {np.dtype(np.int16)}
    assert {each.pcm.shape for each in found} == {(BLOCK_SAMPLES,)}
    assert all(a.arrived_s <= b.arrived_s for a, b in itertools.pairwise(found))
    assert [each.lost_samples for each in found] == [0] * 5


def test_after_stop_nothing_comes_and_stopping_twice_is_fine(microphone: Microphone) -> None:
    inbox: Inbox = queue.Queue()
    microphone.start(inbox.put)
    blocks(inbox, 3)

    microphone.stop()
    microphone.stop()
    there = inbox.qsize()

    assert inbox.qsize() == there


def test_a_replayed_file_sounds_once_whole_and_again_when_asked() -> None:
    inbox: Inbox = queue.Queue()
    replay = ReplayedFile("tone.wav", 1.0, lambda: [tone(1)], speed=50)
    replay.start(inbox.put)

    first = _until_ended(inbox)
    replay.play()
    second = _until_ended(inbox)
    replay.stop()

    for heard in (first, second):
        sound = np.concatenate(heard)
        assert np.array_equal(np.trim_zeros(sound), np.trim_zeros(tone(1)))


def _until_ended(inbox: Inbox) -> list[Pcm]:
    heard = []
    while not isinstance(each := inbox.get(timeout=20), Ended):
        assert isinstance(each, Block)
        heard.append(each.pcm)
    return heard


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("no_portaudio", "PortAudio"),
        ("no_microphone", "Plug one in"),
        ("microphone_busy", "Another program"),
        ("something_new", "cannot be read"),
    ],
)
def test_a_fault_of_the_child_is_a_sentence_with_the_next_step(
    tmp_path: Path, code: str, sentence: str
) -> None:
    inbox: Inbox = queue.Queue()
    what = f"send(b'F', json.dumps({{'code': {code!r}, 'reason': ''}}).encode())\n"
    microphone = child(tmp_path / "child.py", what)
    microphone.start(inbox.put)
    told = inbox.get(timeout=20)
    microphone.stop()

    assert isinstance(told, Fault)
    assert sentence in str(told.error)


def test_a_child_that_falls_silent_is_started_anew_and_the_gap_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.microphone.SILENT_S", 0.2)
    inbox: Inbox = queue.Queue()
    microphone = child(tmp_path / "child.py", "block()\ntime.sleep(600)\n")
    microphone.start(inbox.put)
    before, fault, after = (inbox.get(timeout=20) for _ in range(3))
    microphone.stop()

    assert isinstance(before, Block)
    assert isinstance(fault, Fault)
    assert isinstance(after, Block)
    gap_s = after.arrived_s - before.arrived_s
    assert after.lost_samples == round(gap_s * RATE_HZ) - BLOCK_SAMPLES


def test_a_child_that_dies_is_started_anew(tmp_path: Path) -> None:
    inbox: Inbox = queue.Queue()
    microphone = child(tmp_path / "child.py", "block()\nsys.exit(3)\n")
    microphone.start(inbox.put)
    found = [inbox.get(timeout=20) for _ in range(3)]
    microphone.stop()

    assert [type(each) for each in found] == [Block, Fault, Block]


def test_a_microphone_that_is_not_there_is_told(pulseaudio: dict[str, str]) -> None:
    assert pulseaudio
    inbox: Inbox = queue.Queue()
    microphone = ChildMicrophone("no such microphone")
    microphone.start(inbox.put)
    told = inbox.get(timeout=20)
    microphone.stop()

    assert isinstance(told, Fault)
    assert "no microphone" in str(told.error)


def test_the_real_one_hears_what_is_played(pulseaudio: dict[str, str], tmp_path: Path) -> None:
    path = write_wav(tmp_path / "tone.wav", tone(5))
    inbox: Inbox = queue.Queue()
    microphone = ChildMicrophone("pulse")
    microphone.start(inbox.put)
    blocks(inbox, 1)

    with subprocess.Popen(["paplay", "--device=hush", path], env={**os.environ, **pulseaudio}):
        loudest = max(int(np.abs(each.pcm).max()) for each in blocks(inbox, 40))
    microphone.stop()

    assert loudest == pytest.approx(10_000, rel=0.05)
