"""Sound files in and out: anything that FFmpeg reads, to 16 kHz mono; and Opus in MP4.

The one file that says `av` and `soxr`.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import av.error
import numpy as np
import numpy.typing as npt
import soxr

from core.audio import RATE_HZ
from core.clock import Recorded, from_datetime, local_offset_min
from core.errors import SoundUnreadable
from core.files import why_unreadable
from core.pcm import Pcm, release_memory

OPUS_BITS_PER_S = 24_000
"""Speech at 24 kbit/s is transparent to the ear at 16 kHz (Opus' own listening tests, RFC 6716
section 2.1.1 names 16 to 20 for wideband speech); an hour is 11 MB."""

BITEXACT = 0x400
"""FFmpeg's AVFMT_FLAG_BITEXACT: no version and no date in the file, the same bytes twice."""

_CHUNK_SAMPLES = 10 * RATE_HZ
_EARLIEST_PLAUSIBLE = datetime(1990, 1, 1, tzinfo=UTC)
"""Recorders without a clock write 1904, 1970 or 1980."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Encoded:
    """What was written by `encode_opus`."""

    sha256: str
    pcm_sha256: str
    bytes: int
    samples: int


def decode(path: Path, broken: Callable[[str], None] | None = None) -> Iterator[Pcm]:
    """The sound of a file in chunks of a few seconds at most, mixed to mono at 16 kHz.

    A file that breaks off after some sound gives what could be read, and `broken` is
    told so in a sentence. Raises SoundUnreadable where there is no sound at all.
    """
    _must_be_readable(path)
    samples = 0
    try:
        for chunk in _resampled(_frames(path)):
            samples += len(chunk)
            yield chunk
    except (av.error.FFmpegError, ValueError, OverflowError, RuntimeError) as error:
        if samples == 0:
            raise SoundUnreadable(
                f"{path.name} cannot be read as sound ({_reason(error)}).",
                advice="Play it elsewhere to see whether it is whole; WAV, FLAC, MP3, M4A and "
                "Ogg files are sure to work.",
            ) from error
        if broken is not None:
            broken(f"{path.name} breaks off after {samples / RATE_HZ:.1f} s; that much is kept.")
    if samples == 0:
        raise SoundUnreadable(
            f"{path.name} holds no sound.", advice="It may have been cut off while it was copied."
        )


def recorded_at(path: Path) -> Recorded:
    """When a file says that it was recorded: by its own metadata, else by its file time."""
    try:
        with av.open(f"file:{path}", metadata_errors="replace", options=_LOCAL_ONLY) as container:
            named = container.metadata.get("creation_time", "")
        at = datetime.fromisoformat(named)
    except (av.error.FFmpegError, ValueError):
        at = None
    if at is not None and at.tzinfo and _is_plausible(at):
        at_ms = round(at.timestamp() * 1000)
        return Recorded(at_ms, local_offset_min(at_ms), source="metadata")
    return from_datetime(
        datetime.fromtimestamp(path.stat().st_mtime, UTC).astimezone(), source="file_time"
    )


def encode_opus(
    pcm: Pcm, target: Path, progress: Callable[[float], None] = lambda _: None
) -> Encoded:
    """Write sound as Opus in MP4; the same samples give the same bytes.

    `pcm` may be a memory map of any length; it is read in pieces, and `progress` is told
    how many seconds are done after each.
    """
    digest = hashlib.sha256()
    with av.open(str(target), "w", format="mp4") as container:
        container.flags |= BITEXACT
        stream = container.add_stream("libopus", rate=RATE_HZ, layout="mono")
        stream.bit_rate = OPUS_BITS_PER_S
        stream.options = {"application": "voip"}
        for start in range(0, len(pcm), _CHUNK_SAMPLES):
            chunk = np.ascontiguousarray(pcm[start : start + _CHUNK_SAMPLES])
            digest.update(chunk.tobytes())
            container.mux(stream.encode(_frame(chunk, start)))
            release_memory(pcm)
            progress((start + len(chunk)) / RATE_HZ)
        container.mux(stream.encode(None))
    with target.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Encoded(sha256, digest.hexdigest(), target.stat().st_size, len(pcm))


_LOCAL_ONLY = {"protocol_whitelist": "file"}
"""A playlist in disguise must not make us open an address."""


def _must_be_readable(path: Path) -> None:
    told = why_unreadable(path)
    if told is not None:
        raise SoundUnreadable(told[0], advice=told[1])
    with path.open("rb") as file:
        empty = not file.read(1)
    if empty:
        raise SoundUnreadable(f"{path.name} is empty.", advice="Copy it again from where it was.")


def _frames(path: Path) -> Iterator[tuple[int, Floats]]:
    """Decoded pieces: rate, and float32 samples of shape (n,), channels averaged."""
    with av.open(f"file:{path}", metadata_errors="replace", options=_LOCAL_ONLY) as container:
        if not container.streams.audio:
            raise SoundUnreadable(
                f"{path.name} has no sound in it.", advice="Name a sound file or a film with sound."
            )
        # Interleaved: PyAV 18.1 takes eight planes for nine and reads where nothing is.
        to_floats = av.AudioResampler(format="flt")
        for frame in container.decode(container.streams.audio[0]):
            for converted in to_floats.resample(frame):
                interleaved = converted.to_ndarray().astype(np.float32)
                yield (
                    converted.sample_rate,
                    _to_mono(interleaved.reshape(-1, converted.layout.nb_channels)),
                )


def _to_mono(channels: Floats) -> Floats:
    """The mean over channels (columns); a float file's infinities become silence."""
    mono: Floats = np.nan_to_num(channels.mean(axis=1), nan=0.0, posinf=0.0, neginf=0.0)
    return mono


def _resampled(frames: Iterable[tuple[int, Floats]]) -> Iterator[Pcm]:
    resampler: soxr.ResampleStream | None = None
    current_hz = 0
    for rate_hz, floats in frames:
        if rate_hz != current_hz:
            yield from _rest(resampler)
            resampler = soxr.ResampleStream(rate_hz, RATE_HZ, 1, dtype="float32")
            current_hz = rate_hz
        if resampler is not None:
            yield _to_int16(resampler.resample_chunk(floats))
    yield from _rest(resampler)


def _rest(resampler: soxr.ResampleStream | None) -> Iterator[Pcm]:
    if resampler is not None:
        yield _to_int16(resampler.resample_chunk(np.zeros(0, np.float32), last=True))


def _to_int16(floats: Floats) -> Pcm:
    return np.clip(np.rint(floats * 32768), -32768, 32767).astype(np.int16)


def _frame(chunk: Pcm, start: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(chunk[np.newaxis, :], format="s16", layout="mono")
    frame.sample_rate = RATE_HZ
    frame.pts = start
    return frame


def _is_plausible(at: datetime) -> bool:
    return _EARLIEST_PLAUSIBLE < at < datetime.now(UTC) + timedelta(days=1)


def _reason(error: Exception) -> str:
    told = getattr(error, "strerror", None) or str(error).split("\n", 1)[0]
    return str(told)[:120]
