"""A real day through a real sound server: every sample accounted for, and the same clips.

    python bench/capture_stream.py [--seconds 720] [--profile auto|zero|full]

`day_dev.flac` (AFTERTHOUGHT_TEST_DATA) is played into a null sink whose monitor is the
microphone of a running `afterthought capture`; a press follows each utterance by a second.
Beside it: the same presses in the same file, replayed. What it costs is measured on the way: CPU
of capture and its child while the day plays, and in silence after it; memory, and where it goes.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from bench.keep_that import pressed
from bench.recordings import DAY, data_folder
from core.audio import FRAME_SAMPLES, RATE_HZ
from core.paths import Home
from core.pcm import Pcm
from device.capture.control_socket import CaptureGone, ask
from device.ports import BLOCK_SAMPLES
from pipeline import media
from pipeline.spool.clip_sound import read_clip
from pipeline.spool.spool import Spool
from tests.soundserver import playing, sound_server
from tests.wav import write_wav

SILENCE_S = 60
WARM_S = 5.0
"""Reading the weights and the first import are the start's, not the hour's."""

Clip = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Cost:
    """Of capture and its child: share of one core, and memory in MB."""

    playing_percent: float
    silent_percent: float
    rss_mb: float
    pss_mb: float
    parts_mb: dict[str, float]


@dataclass(frozen=True, slots=True)
class Kept:
    """A clip of the live run: the sample of the file that it begins with, and its press.

    `press` is a position of the stream, which was ahead of the file by an unknown constant.
    """

    start: int
    end: int
    press: int
    differs: int


def main(argv: Sequence[str] | None = None) -> int:
    """Print what came through, how the clips agree, and what it cost."""
    parser = argparse.ArgumentParser(prog="bench capture_stream", description=__doc__)
    parser.add_argument("--seconds", type=float, default=720.0, help="of the day")
    parser.add_argument("--profile", choices=("auto", "zero", "full"), default="auto")
    arguments = parser.parse_args(argv)
    data = data_folder()
    day = data / DAY
    truth = json.loads(day.with_suffix(".json").read_text(encoding="utf-8"))
    presses_s = [s["end"] + 1 for s in truth["segments"] if s["end"] + 3 < arguments.seconds]
    with tempfile.TemporaryDirectory() as folder:
        sound = np.concatenate(list(media.decode(day)))[: round(arguments.seconds * RATE_HZ)]
        file = Path(folder) / "day.wav"
        write_wav(file, sound)
        live, status, cost = lived(Path(folder) / "home", file, sound, presses_s, arguments.profile)
        live.sort(key=lambda each: each.start)
        replayed = replay(Path(folder), sound, live, presses_s)
    _tell(live, replayed, status, cost, arguments.seconds + SILENCE_S)
    return 0


def lived(
    home: Path, file: Path, sound: Pcm, presses_s: Sequence[float], profile: str
) -> tuple[list[Kept], dict[str, Any], Cost]:
    """The day through the sound server: the clips, the last status, the cost."""
    home.mkdir()
    settings = f'[device]\nmicrophone = "pulse"\n[machine]\nprofile = "{profile}"\n'
    if profile == "zero":
        settings = settings.replace("[machine]", "ring_s = 300\n[machine]")
    (home / "settings.toml").write_text(settings, encoding="utf-8")
    with sound_server(), _capture(home) as process:
        at = Home(home).capture_socket
        time.sleep(WARM_S)
        before = _used_s(process)
        began_s = time.monotonic()
        with playing(file) as player:
            for press_s in presses_s:
                time.sleep(max(0.0, began_s + press_s - time.monotonic()))
                ask(at, {"do": "press"})
            player.wait()
        played, played_s = _used_s(process), time.monotonic() - began_s
        time.sleep(SILENCE_S)
        silent = _used_s(process)
        status = ask(at, {"do": "status"})
        memory = _memory(process)
    cost = Cost(100 * (played - before) / played_s, 100 * (silent - played) / SILENCE_S, *memory)
    return list(_kept(home, sound)), status, cost


@contextmanager
def _capture(home: Path) -> Iterator[psutil.Process]:
    environment = {**os.environ, "XDG_STATE_HOME": str(home / "state")}
    command = [sys.executable, "-m", "afterthought", "capture", "--home", str(home)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        while not _listens(Home(home)):
            assert process.poll() is None, "capture did not start"
            time.sleep(0.2)
        yield psutil.Process(process.pid)
        process.terminate()


def _listens(home: Home) -> bool:
    try:
        return bool(ask(home.capture_socket, {"do": "status"})["state"] == "listening")
    except CaptureGone:
        return False


def _used_s(process: psutil.Process) -> float:
    """CPU time of capture and its child so far."""
    everyone = [process, *process.children(recursive=True)]
    return float(sum(sum(each.cpu_times()[:2]) for each in everyone))


def _memory(process: psutil.Process) -> tuple[float, float, dict[str, float]]:
    """Resident and proportional size in sum, and what the largest parts are."""
    everyone = [process, *process.children(recursive=True)]
    parts: dict[str, float] = {}
    rss = pss = 0.0
    for each in everyone:
        who = "capture" if each.pid == process.pid else "its child"
        for part in each.memory_maps(grouped=True):
            name = f"{who}: {_named(part.path)}"
            parts[name] = parts.get(name, 0.0) + part.rss / 1e6
            rss, pss = rss + part.rss / 1e6, pss + part.pss / 1e6
    return rss, pss, dict(sorted(parts.items(), key=lambda it: -it[1])[:12])


def _named(path: str) -> str:
    if path.startswith("["):
        return path
    name = Path(path).name
    for package in ("numpy", "onnxruntime", "soxr", "gpiozero"):
        if f"/{package}" in path:
            return package
    return "Python" if name.startswith(("python", "libpython")) else name.partition(".so")[0]


def _kept(home: Path, sound: Pcm) -> Iterator[Kept]:
    """Each clip of the spool, laid beside the file: where it begins there, and how far it differs.

    The microphone's high-pass moves samples a little; a place is found by correlation.
    """
    spool = Spool(home / "spool")
    spool.close_orphans()
    whole = sound.astype(np.float32)
    for letter in spool.waiting():
        if letter.kind != "clip":
            continue
        clip, pcm = read_clip(letter.path)
        start = _place(whole, pcm.astype(np.float32))
        there = whole[start : start + len(pcm)]
        differs = float(np.abs(there - pcm[: len(there)]).max()) if len(there) else 0.0
        press = int(clip.id.partition("-")[2])
        yield Kept(start, start + len(pcm), press, round(differs))


def replay(folder: Path, sound: Pcm, live: list[Kept], presses_s: Sequence[float]) -> list[Clip]:
    """The same presses in the file, its frames beginning where those of the stream did.

    How far the stream was ahead of the file is known to within the time that a press takes to
    be asked for, and tried in steps of a frame; clips begin in the middle of one.
    """
    phase = Counter((FRAME_SAMPLES // 2 - each.start) % FRAME_SAMPLES for each in live)
    lead = phase.most_common(1)[0][0]
    file = folder / "lead.wav"
    write_wav(file, np.concatenate([np.zeros(lead, np.int16), sound]))
    least = min(k.press - round(s * RATE_HZ) for k, s in zip(live, presses_s, strict=False))
    best: list[Clip] = []
    for frames in range(-4, 12):
        ahead = (least // FRAME_SAMPLES + frames) * FRAME_SAMPLES
        clips = pressed(file, [(each.press - ahead) / RATE_HZ for each in live])
        found = [(a - lead / RATE_HZ, b - lead / RATE_HZ) for a, b in clips]
        best = max(best, found, key=lambda it: _within(live, it))
    return best


def _within(live: list[Kept], replayed: list[Clip]) -> int:
    """The number of clips that begin and end within a block of one another."""
    block_s = BLOCK_SAMPLES / RATE_HZ
    return sum(max(pair) <= block_s for pair in _edges(live, replayed))


def _edges(live: list[Kept], replayed: list[Clip]) -> list[tuple[float, float]]:
    return [
        (abs(one.start / RATE_HZ - two[0]), abs(one.end / RATE_HZ - two[1]))
        for one, two in zip(live, replayed, strict=False)
    ]


def _place(whole: np.ndarray[Any, Any], clip: np.ndarray[Any, Any]) -> int:
    """The place in the whole of a clip's loudest second, and so of its beginning."""
    at = int(np.argmax(_running(np.abs(clip), RATE_HZ))) if len(clip) > RATE_HZ else 0
    needle = clip[at : at + RATE_HZ]
    size = 1 << (len(whole) + len(needle) - 1).bit_length()
    found = np.fft.irfft(np.fft.rfft(whole, size) * np.conj(np.fft.rfft(needle, size)), size)
    energy = _running(whole**2, len(needle))
    score = found[: len(energy)] / np.sqrt(energy + 1e6)
    return int(np.argmax(score)) - at


def _running(values: np.ndarray[Any, Any], length: int) -> np.ndarray[Any, Any]:
    """The sum over each stretch of this length."""
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    return np.asarray(sums[length:] - sums[:-length])


def _tell(
    live: list[Kept], replayed: list[Clip], status: dict[str, Any], cost: Cost, seconds: float
) -> None:
    print(f"{seconds:.0f} s; {len(live)} clips live, {len(replayed)} replayed")
    worst = max((max(pair) for pair in _edges(live, replayed)), default=0.0)
    within = _within(live, replayed)
    print(f"edges within one block of the replay's: {within} of {len(live)}; worst {worst:.3f} s")
    print(f"largest difference of a sample: {max((k.differs for k in live), default=0)} of 32768")
    print(f"gaps {status['gaps']}, lost {status['lost_s']} s; the rest was kept or passed")
    print(
        f"CPU of one core: {cost.playing_percent:.2f} % playing, {cost.silent_percent:.2f} % silent"
    )
    print(f"memory: {cost.rss_mb:.1f} MB resident, {cost.pss_mb:.1f} MB proportional")
    for name, size_mb in cost.parts_mb.items():
        print(f"  {size_mb:6.1f} MB  {name}")


if __name__ == "__main__":
    sys.exit(main())
