"""Sound files of our own making, in every container that a phone or a recorder writes."""

import random
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.audio.stream import AudioStream

from core.audio import RATE_HZ
from core.pcm import Pcm
from pipeline.media import decode

Floats = npt.NDArray[np.float32]

CODECS = {
    "mp3": ("mp3", "libmp3lame"),
    "m4a": ("ipod", "aac"),
    "mp4": ("mp4", "aac"),
    "aac": ("adts", "aac"),
    "flac": ("flac", "flac"),
    "oga": ("ogg", "flac"),
    "opus": ("ogg", "libopus"),
    "ogg": ("ogg", "vorbis"),
    "webm": ("webm", "libopus"),
    "mkv": ("matroska", "aac"),
    "ts": ("mpegts", "aac"),
    "amr": ("amr", "libopencore_amrnb"),
    "wav": ("wav", "pcm_s16le"),
    "aiff": ("aiff", "pcm_s16be"),
    "caf": ("caf", "pcm_s16le"),
}
"""By suffix: FFmpeg's container and codec."""


def warble(seconds: float, rate_hz: int = RATE_HZ, hz: float = 220.0) -> Floats:
    """A tone that swells and fades, with some noise: no two stretches of it are alike."""
    at_s = np.arange(round(seconds * rate_hz)) / rate_hz
    swell = (1.2 + np.sin(2 * np.pi * 0.7 * at_s)) / 2.2
    noise = np.random.default_rng(3).normal(0, 0.01, len(at_s))
    return (np.sin(2 * np.pi * hz * at_s) * 0.3 * swell + noise).astype(np.float32)


def write(  # noqa: PLR0913 - each is what one file or another differs in
    path: Path,
    sound: Floats,
    rate_hz: int = RATE_HZ,
    *,
    channels: int = 1,
    metadata: dict[str, str] | None = None,
    gap_s: float = 0.0,
    options: dict[str, str] | None = None,
) -> Path:
    """Write a file of its suffix's kind; with `gap_s`, its second half begins so much later."""
    container_format, codec = CODECS[path.suffix[1:]]
    layout = "mono" if channels == 1 else "stereo"
    with av.open(str(path), "w", format=container_format, options=options or {}) as container:
        container.metadata.update(metadata or {})
        stream = container.add_stream(codec, rate=rate_hz, layout=layout)
        assert isinstance(stream, AudioStream)
        stream.codec_context.options = {"strict": "experimental"}
        for start in range(0, len(sound), 960):
            chunk = np.stack([sound[start : start + 960]] * channels)
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(chunk), format="fltp", layout=layout
            )
            frame.sample_rate = rate_hz
            late = round(gap_s * rate_hz) if start >= len(sound) // 2 else 0
            frame.pts, frame.time_base = start + late, Fraction(1, rate_hz)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def damage(path: Path, start: float = 0.4, end: float = 0.45) -> Path:
    """Overwrite this share of a file with noise."""
    held = bytearray(path.read_bytes())
    first, last = int(len(held) * start), int(len(held) * end)
    held[first:last] = random.Random(3).randbytes(last - first)
    path.write_bytes(bytes(held))
    return path


def join(path: Path, *parts: Path) -> Path:
    """One file behind the other, as `cat` does it."""
    path.write_bytes(b"".join(each.read_bytes() for each in parts))
    return path


def heard(path: Path) -> Pcm:
    return np.concatenate(list(decode(path)))


def loudness(pcm: Pcm, start_s: float, end_s: float) -> float:
    """The RMS between two times."""
    part = pcm[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)].astype(np.float64)
    return float(np.sqrt(np.mean(part**2)))
