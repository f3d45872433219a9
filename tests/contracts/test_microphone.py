"""What every microphone promises: the fake, the replayed file, a child, and a real one."""

import itertools
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from core.audio import RATE_HZ
from core.pcm import Pcm
from device.fakes import FakeMicrophone
from device.microphone.child_microphone import ChildMicrophone, Tuning
from device.microphone.replayed_file import ReplayedFile
from device.microphone.sound_cards import Card
from device.ports import BLOCK_SAMPLES, Block, Ended, Fault, FromMicrophone, Lost, Microphone
from tests.soundserver import playing
from tests.waiting import PATIENCE_S
from tests.wav import write_wav

Inbox = queue.Queue[FromMicrophone]

CHILD = """
import json, os, struct, sys, time
def send(kind, content=b""):
    os.write(1, kind + struct.pack("<I", len(content)) + content)
def block(kind=b"S", samples=1600, stamped_s=None):
    stamped_s = time.monotonic() if stamped_s is None else stamped_s
    send(kind, struct.pack("<d", stamped_s) + struct.pack("<h", 5000) * samples)
form = {"name": "scripted", "rate_hz": 16000, "channels": 1, "format": "int16"}
send(b"H", json.dumps(form).encode())
"""
"""The beginning of every scripted child; it ends when its parent has gone."""

STEADY = """
begun_s = time.monotonic()
for n in range(1, 100000):
    block(stamped_s=begun_s + n / 10)
    time.sleep(0.001)
"""
"""Sound as it comes from a device, but a hundred times as fast."""


def tone(seconds: float) -> Pcm:
    at = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (np.sin(2 * np.pi * 440 * at) * 10_000).astype(np.int16)


def fake(_: Path) -> Microphone:
    blocks = tone(1).reshape(-1, BLOCK_SAMPLES)
    return FakeMicrophone([Block(pcm, 10 + n / 10) for n, pcm in enumerate(blocks)])


def replayed(_: Path) -> Microphone:
    return ReplayedFile("tone.wav", 1.0, lambda: [tone(0.33), tone(0.67)], speed=50)


def child(script: Path, what: str = STEADY) -> ChildMicrophone:
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


@pytest.fixture(params=MAKERS)
def microphone(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Microphone]:
    if request.param == "real":
        request.getfixturevalue("pulseaudio")
    made = MAKERS[request.param](tmp_path / "child.py")
    yield made
    made.stop()


def blocks(inbox: Inbox, count: int) -> list[Block]:
    found = [inbox.get(timeout=PATIENCE_S) for _ in range(count)]
    assert all(isinstance(each, Block) for each in found), found
    return [each for each in found if isinstance(each, Block)]


def test_what_comes_is_mono_int16_in_blocks_with_rising_times(microphone: Microphone) -> None:
    inbox: Inbox = queue.Queue()
    microphone.start(inbox.put)

    found = blocks(inbox, 5)

    assert {each.pcm.dtype for each in found} == {np.dtype(np.int16)}
    assert {each.pcm.shape for each in found} == {(BLOCK_SAMPLES,)}
    assert all(a.arrived_s <= b.arrived_s for a, b in itertools.pairwise(found))
    assert [each.lost for each in found] == [None] * 5


def test_after_stop_nothing_comes_and_stopping_twice_is_fine(microphone: Microphone) -> None:
    inbox: Inbox = queue.Queue()
    microphone.start(inbox.put)
    blocks(inbox, 3)

    microphone.stop()
    microphone.stop()
    there = inbox.qsize()

    assert inbox.qsize() == there


def test_after_a_stop_it_may_be_started_again_and_what_was_missed_is_no_loss(
    microphone: Microphone,
) -> None:
    inbox: Inbox = queue.Queue()
    microphone.start(inbox.put)
    blocks(inbox, 3)
    microphone.stop()

    again: Inbox = queue.Queue()
    microphone.start(again.put)

    assert [each.lost for each in blocks(again, 5)] == [None] * 5


def test_relaxed_it_loses_and_repeats_nothing_and_attends_again_when_told(
    microphone: Microphone,
) -> None:
    inbox: Inbox = queue.Queue()
    microphone.start(inbox.put)
    microphone.relax(on=True)
    found = blocks(inbox, 7)
    microphone.relax(on=False)
    found += blocks(inbox, 3)

    assert [each.lost for each in found] == [None] * 10
    assert all(a.arrived_s <= b.arrived_s for a, b in itertools.pairwise(found))


def test_hurrying_it_loses_and_repeats_nothing_and_does_no_harm_when_stopped(
    microphone: Microphone,
) -> None:
    inbox: Inbox = queue.Queue()
    microphone.start(inbox.put)
    blocks(inbox, 2)

    microphone.hurry()
    found = blocks(inbox, 5)
    microphone.stop()
    microphone.hurry()

    assert all(0 < len(each.pcm) <= BLOCK_SAMPLES for each in found)
    assert [each.lost for each in found] == [None] * 5


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
    while not isinstance(each := inbox.get(timeout=PATIENCE_S), Ended):
        assert isinstance(each, Block)
        heard.append(each.pcm)
    return heard


def test_a_fault_of_the_child_is_a_sentence_with_the_next_step(tmp_path: Path) -> None:
    inbox: Inbox = queue.Queue()
    microphone = child(
        tmp_path / "child.py", "send(b'F', json.dumps({'code': 'no_portaudio'}).encode())\n"
    )
    microphone.start(inbox.put)
    told = inbox.get(timeout=PATIENCE_S)
    microphone.stop()

    assert isinstance(told, Fault)
    assert "sudo apt-get install libportaudio2" in str(told.error)


def test_a_child_that_falls_silent_is_started_anew_and_the_gap_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.microphone.child_microphone.SILENT_S", 0.2)
    inbox: Inbox = queue.Queue()
    microphone = child(tmp_path / "child.py", "block()\ntime.sleep(600)\n")
    microphone.start(inbox.put)
    before, fault, after = (inbox.get(timeout=PATIENCE_S) for _ in range(3))
    microphone.stop()

    assert isinstance(before, Block)
    assert isinstance(fault, Fault)
    assert isinstance(after, Block)
    missing = round((after.arrived_s - before.arrived_s) * RATE_HZ) - BLOCK_SAMPLES
    assert after.lost is not None
    assert after.lost.reason == "restarted"
    assert after.lost.samples == pytest.approx(missing, abs=1)


def test_a_child_that_dies_is_started_anew_and_what_it_had_read_is_not_lost(
    tmp_path: Path,
) -> None:
    inbox: Inbox = queue.Queue()
    microphone = child(tmp_path / "child.py", "block(samples=2000)\nsys.exit(3)\n")
    microphone.start(inbox.put)
    found = [inbox.get(timeout=PATIENCE_S) for _ in range(4)]
    microphone.stop()

    assert [type(each) for each in found] == [Block, Block, Fault, Block]
    assert [len(each.pcm) for each in found[:2] if isinstance(each, Block)] == [1600, 400]


def test_an_overflow_is_a_loss_and_the_times_are_the_childs_own(tmp_path: Path) -> None:
    inbox: Inbox = queue.Queue()
    overflowing = (
        "block(stamped_s=100)\nblock(stamped_s=100.1)\n"
        "send(b'O')\nblock(stamped_s=100.7)\ntime.sleep(600)\n"
    )
    microphone = child(tmp_path / "child.py", overflowing)
    microphone.start(inbox.put)
    found = blocks(inbox, 3)
    microphone.stop()

    assert [each.arrived_s for each in found] == pytest.approx([100, 100.1, 100.7])
    assert [each.lost for each in found] == [None, None, Lost(8000, "overflow")]


def test_a_hurried_child_is_asked_at_once_and_a_short_block_is_passed_on(tmp_path: Path) -> None:
    inbox: Inbox = queue.Queue()
    answering = "block()\nwhile os.read(0, 1):\n    block(b'N', 160)\n"
    microphone = child(tmp_path / "child.py", answering)
    microphone.start(inbox.put)
    blocks(inbox, 1)

    microphone.hurry()

    assert len(blocks(inbox, 1)[0].pcm) == 160
    microphone.stop()


def test_the_child_brings_no_library_that_it_does_not_need() -> None:
    code = (
        "import sys, device.microphone.child;"
        "print(*sys.modules.keys() & {'numpy', 'typing', 'pathlib', 'dataclasses', 'core'})"
    )

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)

    assert loaded.stdout.split() == []


def test_a_microphone_that_is_not_there_is_told_and_which_ones_are(
    pulseaudio: dict[str, str],
) -> None:
    inbox: Inbox = queue.Queue()
    microphone = ChildMicrophone("no such microphone")
    microphone.start(inbox.put)
    told = inbox.get(timeout=PATIENCE_S)
    microphone.stop()

    assert isinstance(told, Fault)
    assert "'no such microphone' is not there; there is 'pulse'" in told.error.sentence


@pytest.mark.parametrize(
    "form",
    [
        Card("pulse", "int16", 1),
        Card("pulse", "int16", 2, 44_100),
        Card("pulse", "int16", 1, 48_000),
        Card("pulse", "int32", 2, 48_000),
    ],
    ids=str,
)
def test_the_real_one_hears_what_is_played_however_its_card_sends_it(
    pulseaudio: dict[str, str], tmp_path: Path, form: Card
) -> None:
    path = write_wav(tmp_path / "tone.wav", tone(6))
    inbox: Inbox = queue.Queue()
    microphone = ChildMicrophone("PULSE", tuning=Tuning(cards=[form]))
    microphone.start(inbox.put)
    blocks(inbox, 1)

    with playing(path) as player:
        while np.abs(blocks(inbox, 1)[0].pcm).max() < 5000:
            pass
        heard = np.concatenate([each.pcm for each in blocks(inbox, 12)])
        player.terminate()
    microphone.stop()

    assert microphone.name == "pulse"
    assert int(np.abs(heard[-RATE_HZ:]).max()) == pytest.approx(10_000, rel=0.05)
    assert pitch_hz(heard[-RATE_HZ:]) == pytest.approx(440, abs=2)


def pitch_hz(second: Pcm) -> float:
    return float(np.abs(np.fft.rfft(second)).argmax())


def test_no_sound_is_lost_while_a_child_is_not_let_run(pulseaudio: dict[str, str]) -> None:
    inbox: Inbox = queue.Queue()
    microphone = ChildMicrophone("pulse")
    microphone.start(inbox.put)
    before = blocks(inbox, 5)[-1]
    assert microphone._listening is not None
    reader = microphone._listening._child
    assert reader is not None

    reader.send_signal(signal.SIGSTOP)
    time.sleep(1)
    reader.send_signal(signal.SIGCONT)
    found = blocks(inbox, 45)
    microphone.stop()

    assert {each.lost for each in found} == {None}
    assert all(a.arrived_s <= b.arrived_s for a, b in itertools.pairwise(found))
    span_s = found[-1].arrived_s - before.arrived_s
    assert sum(len(each.pcm) for each in found) / RATE_HZ == pytest.approx(span_s, abs=0.2)
