"""The child that reads the microphone and writes to a pipe. Started by `microphone.py`.

Messages on standard output: one byte of kind, four of length, then the content.
S: 16 kHz mono int16 little-endian. O: samples were lost before the next. H: JSON, the device's
name. F: JSON, why there is no sound; it is the last one. It ends when its pipe is closed.
"""

import json
import signal
import sys
from typing import Any

import numpy as np
import numpy.typing as npt

from core.audio import RATE_HZ

BLOCK_S = 0.1


def main() -> int:
    """Read until the pipe is closed; `argv` may name the device."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    named = sys.argv[1] if len(sys.argv) > 1 else None
    try:
        import sounddevice  # noqa: PLC0415 - it raises where there is no PortAudio
    except OSError as error:
        return _fail("no_portaudio", str(error))
    try:
        _read(sounddevice, named)
    except BrokenPipeError:
        return 0
    except (sounddevice.PortAudioError, ValueError) as error:
        return _fail(_code(error), str(error))
    return 0


def _read(sounddevice: Any, named: str | None) -> None:  # noqa: ANN401 - it has no types
    found = sounddevice.query_devices(named, "input")
    rate_hz = _rate(sounddevice, found)
    stream = sounddevice.InputStream(
        device=found["index"], samplerate=rate_hz, channels=1, dtype="int16"
    )
    bring = _resampler(rate_hz)
    with stream:
        _send(b"H", json.dumps({"name": found["name"], "rate_hz": rate_hz}).encode())
        while True:
            pcm, overflowed = stream.read(round(rate_hz * BLOCK_S))
            if overflowed:
                _send(b"O", b"")
            _send(b"S", bring(pcm[:, 0]).astype("<i2").tobytes())


def _rate(sounddevice: Any, found: Any) -> int:  # noqa: ANN401 - it has no types
    try:
        sounddevice.check_input_settings(
            device=found["index"], samplerate=RATE_HZ, channels=1, dtype="int16"
        )
    except (sounddevice.PortAudioError, ValueError):
        return int(found["default_samplerate"])
    return RATE_HZ


def _resampler(rate_hz: int) -> Any:  # noqa: ANN401 - a function of one block
    if rate_hz == RATE_HZ:
        return lambda block: block
    import soxr  # noqa: PLC0415 - most devices do 16 kHz

    stream = soxr.ResampleStream(rate_hz, RATE_HZ, 1, dtype="int16")

    def bring(block: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
        resampled: npt.NDArray[np.int16] = stream.resample_chunk(block)
        return resampled

    return bring


def _code(error: Exception) -> str:
    text = str(error).lower()
    if isinstance(error, ValueError) or "no default" in text or "-1" in text:
        return "no_microphone"
    if "unavailable" in text or "busy" in text:
        return "microphone_busy"
    return "microphone_failed"


def _fail(code: str, reason: str) -> int:
    try:
        _send(b"F", json.dumps({"code": code, "reason": reason}).encode())
    except BrokenPipeError:
        return 0
    return 1


def _send(kind: bytes, content: bytes) -> None:
    sys.stdout.buffer.write(kind + len(content).to_bytes(4, "little") + content)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
