"""The child that reads the microphone and writes to a pipe. Started by `child_microphone`.

It is as small as it can be: no NumPy, nothing of ours, and what it reads it hands on as it came.
Its one argument is JSON: `device`, a part of its name or null; `channels`, how many must be
asked for; `cards`, a list of `[pattern, format, channels, rate or null]`.

Messages on standard output: one byte of kind, four of length, then the content.
H: JSON, the device's `name`, `rate_hz`, `channels` and `format`. O: samples were lost before the
end of the next. S: eight bytes, a float: CLOCK_MONOTONIC just after the read; then the device's
bytes. N: the same, to be handed on at once. F: JSON, why there is no sound; it is the last one.

A byte on standard input: `h` asks for what can be read by now; after `r` nobody is in a hurry,
and blocks are handed on several at once; after `a` each as it comes, as at the start. It ends
when standard input is closed.
"""

# pathlib would be half a megabyte more:
# ruff: noqa: PTH118, PTH119, PTH207, PTH211

from __future__ import annotations

import contextlib
import ctypes
import glob
import json
import os
import select
import shutil
import signal
import struct
import sys
import tempfile
import time

TYPE_CHECKING = False  # as in typing, which would be half a megabyte
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

RATE_HZ = 16_000
BLOCK_S = 0.1

SERVER_LATENCY_S = 0.2
"""Asked of a sound server, which itself holds back what is not read. It wakes us four times in
this: at 0.035 s, PortAudio's choice, that is 0.8 % of a core, here 0.25 (measured, x86)."""

CARD_LATENCY_S = 1.0
"""Asked of a card itself: so long may this process not be let run before sound is lost."""

RELAXED_S = 0.5
"""How much is read at once while nobody waits: to wake is what costs. A wake of child and parent
takes 1 ms of CPU with cold caches, however much there is to read (measured, x86)."""

SOON_S = 0.01
"""How often it looks when it is hurried, and the least that it sleeps."""

HURRIES_S = 0.1
"""After this the next whole block is there anyway."""

HEAVY = "libasound_module_pcm_a52.so"
"""An encoder that no microphone needs. PortAudio opens everything that ALSA knows, and this one
brings FFmpeg: 36 MB of memory with it, 22 without (measured, x86, Debian 12)."""

PR_SET_PDEATHSIG, PR_SET_DUMPABLE = 1, 4
PA_INPUT_OVERFLOWED, PA_DEVICE_UNAVAILABLE = -9981, -9985


class NoSound(Exception):
    """No sound can be read. Arguments: a code, and the other fields of the message F."""


def main() -> int:
    """Read until standard input is closed; the exit status."""
    # As core/access/private.py, without one more import.
    os.umask(0o077)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    _tie_to_parent()
    try:
        _read(json.loads(sys.argv[1]))
    except NoSound as error:
        code, about = error.args
        with contextlib.suppress(BrokenPipeError):
            _send(b"F", json.dumps({"code": code, **about}).encode())
        return 1
    except BrokenPipeError:
        pass
    return 0


def _tie_to_parent() -> None:
    """Die with the parent: a stream that hangs would outlive it and hold the microphone."""
    prctl = ctypes.CDLL(None).prctl
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    prctl(PR_SET_DUMPABLE, 0)  # what was not kept is in no core dump either


def _read(asked: dict[str, Any]) -> None:
    with _quiet(), _without_heavy_plugins():
        try:
            import sounddevice  # noqa: PLC0415 - it raises where there is no PortAudio
        except OSError as error:
            raise NoSound("no_portaudio", {"reason": str(error)}) from error
        try:
            device = _device(sounddevice, asked["device"])
            stream, form = _open(sounddevice, device, asked)
        except sounddevice.PortAudioError as error:
            raise NoSound(_code(error), {"reason": str(error)}) from error
    _send(b"H", json.dumps({"name": device["name"], **form}).encode())
    try:
        _pass_on(stream, form["rate_hz"], sounddevice.PortAudioError)
    except sounddevice.PortAudioError as error:
        raise NoSound(_code(error), {"reason": str(error)}) from error


def _device(sounddevice: Any, named: str | None) -> Any:  # noqa: ANN401 - it has no types
    """The first input whose name has the given part in it; the system's own where none is given."""
    inputs = [each for each in sounddevice.query_devices() if each["max_input_channels"] > 0]
    if not inputs:
        raise NoSound("no_microphone", {})
    if named is None:
        with contextlib.suppress(sounddevice.PortAudioError):  # there are some, and no default
            return sounddevice.query_devices(kind="input")
        return inputs[0]
    fitting = [each for each in inputs if named.lower() in each["name"].lower()]
    if not fitting:
        there = [each["name"] for each in inputs]
        raise NoSound("microphone_away", {"named": named, "there": there})
    return min(fitting, key=lambda each: each["name"] != named)


def attempts(device: Any, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    """The forms in which the device is tried, the likeliest first.

    Where one channel is asked for, PortAudio gives the left one of a device that has only two.
    """
    own_hz = int(device["default_samplerate"])
    for pattern, sample, channels, rate_hz in asked["cards"]:
        if pattern in device["name"].lower():
            for each_hz in [rate_hz] if rate_hz else [RATE_HZ, own_hz]:
                yield {"rate_hz": each_hz, "channels": channels, "format": sample}
            break
    for sample in ("int16", "int32"):
        for each_hz in (RATE_HZ, own_hz, 48_000, 44_100):
            for channels in range(asked["channels"], 3):
                yield {"rate_hz": each_hz, "channels": channels, "format": sample}


def _open(sounddevice: Any, device: Any, asked: dict[str, Any]) -> tuple[Any, dict[str, Any]]:  # noqa: ANN401
    """A started stream in the first form that the device takes, and that form."""
    refused: Exception = NoSound("microphone_failed", {})
    for form in attempts(device, asked):
        try:
            stream = sounddevice.RawInputStream(
                device=device["index"],
                samplerate=form["rate_hz"],
                channels=form["channels"],
                dtype=form["format"],
                latency=CARD_LATENCY_S if "(hw:" in device["name"] else SERVER_LATENCY_S,
            )
            stream.start()
        except sounddevice.PortAudioError as error:
            refused = error
            if _code(error) == "microphone_busy":
                break
        else:
            return stream, form
    raise refused


def _pass_on(stream: Any, rate_hz: int, port_audio_error: type[Exception]) -> None:  # noqa: ANN401
    """Sleep until a block is there, and read whole ones: so each is handed on as it came."""
    whole, hurries_until_s, pace_s = round(rate_hz * BLOCK_S), 0.0, BLOCK_S
    there = whole  # the first read waits, and so sets a stream going that needs it
    while True:
        hurried = time.monotonic() < hurries_until_s
        wanted = there if hurried else there // whole * whole
        if wanted:
            raw, overflowed = stream.read(wanted)
            stamp = struct.pack("<d", time.monotonic())
            if overflowed:
                _send(b"O", b"")
            _send(b"N" if hurried else b"S", stamp + bytes(raw))
            there -= wanted
        behind = wanted > whole  # there may be more than the buffer between it and us could hold
        missing_s = SOON_S if hurried else max(SOON_S, pace_s - there / rate_hz)
        if select.select([sys.stdin], [], [], 0 if behind else missing_s)[0]:
            asked = os.read(sys.stdin.fileno(), 64)
            if not asked:
                return
            if b"h" in asked:
                hurries_until_s = time.monotonic() + HURRIES_S
            pace_s = _pace_s(asked, pace_s)
        there = _there(stream, port_audio_error)


def _pace_s(asked: bytes, pace_s: float) -> float:
    """The pace that was asked for last."""
    relax, attend = asked.rfind(b"r"), asked.rfind(b"a")
    if relax == attend:
        return pace_s
    return RELAXED_S if relax > attend else BLOCK_S


def _there(stream: Any, port_audio_error: type[Exception]) -> int:  # noqa: ANN401
    try:
        return int(stream.read_available)
    except port_audio_error as error:
        if error.args[1:2] != (PA_INPUT_OVERFLOWED,):
            raise
        _send(b"O", b"")
        return 0


def _code(error: Exception) -> str:
    busy = error.args[1:2] == (PA_DEVICE_UNAVAILABLE,)
    return "microphone_busy" if busy else "microphone_failed"


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Hide standard error: ALSA and PortAudio write a page about every missing device."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@contextlib.contextmanager
def _without_heavy_plugins() -> Iterator[None]:
    """Show ALSA a folder of its plugins without the heavy one; it loads them while opening.

    Where that folder cannot be made, it costs memory and nothing else.
    """
    plugins = [
        path
        for path in glob.glob("/usr/lib/*/alsa-lib/*.so")
        if os.path.basename(path) != HEAVY and "ALSA_PLUGIN_DIR" not in os.environ
    ]
    folder = None
    with contextlib.suppress(OSError):
        folder = tempfile.mkdtemp(prefix="afterthought-alsa-") if plugins else None
        for path in plugins:
            os.symlink(path, os.path.join(str(folder), os.path.basename(path)))
        if folder is not None:
            os.environ["ALSA_PLUGIN_DIR"] = folder
    try:
        yield
    finally:
        if folder is not None:
            os.environ.pop("ALSA_PLUGIN_DIR", None)
            shutil.rmtree(folder, ignore_errors=True)


def _send(kind: bytes, content: bytes) -> None:
    sys.stdout.buffer.write(kind + len(content).to_bytes(4, "little") + content)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
