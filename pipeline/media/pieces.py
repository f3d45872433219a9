"""The pieces of one sound track, in their places: decoded, and silence where there is nothing.

A packet that cannot be decoded ends nothing: what follows it is read.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import av
import av.error
import numpy as np

from pipeline.media.downmix import Floats, Piece
from pipeline.media.opening import ERRORS
from pipeline.media.skipped import TAGS, SkippedBytes
from pipeline.media.timeline import Account, Timeline, Times

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet

_WRITE_TIMES = {
    "matroska,webm", "mov,mp4,m4a,3gp,3g2,mj2", "mpegts", "mpeg", "flv", "asf", "nut", "wtv",
}  # fmt: skip
_LARGEST_BYTES = {
    "mp3": 1_729,
    "aac": 783,
    "ac3": 3_840,
    "eac3": 4_096,
    "dts": 16_384,
    "loas": 783,
    "amr": 61,
    "amrnb": 32,
    "amrwb": 61,
}
"""Formats that are nothing but packets, and the largest packet that each can have (AAC: of one
channel): what a parser gives to a packet beyond that is no sound."""

SKIPPED_BYTES = 512
"""Between two packets of a file with one stream: more than a container's own headers take."""

TRIES = 8
"""Errors of the container in a row, without one packet in between, before its end is believed."""

_SILENCE_S = 1.0
_PAUSES = {"amrnb": {8, 9, 10, 11, 15}, "amrwb": {9, 15}}
"""Frame types that are a pause of the speaker: comfort noise, or nothing sent (3GPP TS 26.101
table 1a, 26.201 table 1a). FFmpeg's decoders do not know them."""


class Pieces:
    """The pieces of one stream of an open container; `end` is the byte after the last packet."""

    def __init__(
        self, path: Path, container: "InputContainer", stream: "AudioStream", account: Account
    ) -> None:
        self.end = 0
        self.seconds = 0.0
        self.container = container
        self.stream = stream
        self._account = account
        self._tick_s = float(stream.time_base or 0)
        self._largest = _LARGEST_BYTES.get(container.format.name)
        self._times = _times(container.format.name)
        start: int | None = container.start_time
        length: int | None = container.duration
        self._timeline = Timeline(
            account,
            self._times,
            starts_s=None if start is None else start / av.time_base,
            length_s=None if length is None else length / av.time_base,
        )
        # In Matroska a packet lies behind the other, where there is one stream alone.
        self._alone = len(container.streams) == 1 and container.format.name.startswith("matroska")
        self._floats = _Floats()
        self._sizes = _Sizes()
        self._form: tuple[int, int] | None = None
        self._skipped = SkippedBytes(path) if container.format.name == "aac" else None

    def __iter__(self) -> Iterator[Piece]:
        for packet in self._packets():
            try:
                frames = packet.decode()
            except ERRORS as error:
                self._lose(packet, error)
                continue
            for frame in frames:
                yield from self._placed(frame)
            self._weigh(packet)
        if self._form is not None:
            yield from self._silence(self._timeline.silence_at_end())

    def _packets(self) -> Iterator["Packet[AudioStream]"]:
        failures = 0
        while failures < TRIES:
            try:
                for packet in self.container.demux(self.stream):
                    failures = 0
                    self._follow(packet)
                    yield packet
            except ERRORS as error:
                failures += 1
                self._account.note(error)
                self._timeline.lose(0.0)
                if isinstance(error, av.error.PatchWelcomeError):  # nothing of it will ever be read
                    break
            else:
                return
        self._account.broke_off = True

    def _follow(self, packet: "Packet[AudioStream]") -> None:
        """Keep account of the bytes that were read, and notice those that were skipped."""
        if packet.pos is None:
            return
        skipped = 0 < self.end < packet.pos - SKIPPED_BYTES
        if skipped and self._alone:
            self._timeline.suspect()
        self.end = packet.pos + packet.size
        if self._skipped is not None and packet.size:
            left_out = self._skipped.before(bytes(packet))
            if left_out:
                self._timeline.lose(self._sizes.seconds(left_out))

    def _placed(self, frame: "AudioFrame") -> Iterator[Piece]:
        seconds = frame.samples / frame.sample_rate
        try:
            if frame.is_corrupt:
                raise ValueError("the decoder only guessed at this")
            floats = list(self._floats.of(frame))
        except ERRORS as error:
            self._account.note(error)
            self._timeline.lose(seconds)
            return
        at_s = None if frame.pts is None else frame.pts * self._tick_s
        self._form = frame.sample_rate, frame.layout.nb_channels
        yield from self._silence(self._timeline.silence_before(at_s, seconds))
        self.seconds += seconds
        for each in floats:
            yield frame.sample_rate, each

    def _silence(self, seconds: float) -> Iterator[Piece]:
        if seconds <= 0 or self._form is None:
            return
        self.seconds += seconds
        rate_hz, channels = self._form
        left = round(seconds * rate_hz)
        while left > 0:
            samples = min(left, round(_SILENCE_S * rate_hz))
            yield rate_hz, np.zeros((samples, channels), np.float32)
            left -= samples

    def _lose(self, packet: "Packet[AudioStream]", error: Exception) -> None:
        if packet.size == 0:  # the last word to the decoder, which has nothing more to say
            return
        held = bytes(packet)
        if self._times == "parsed" and _is_no_sound(held):
            return
        seconds = (packet.duration or 0) * self._tick_s
        if _is_pause(self.stream.codec_context.name, held):
            self._timeline.pause(seconds)
            return
        self._account.note(error)
        if self._times == "parsed":
            seconds = max(seconds, self._sizes.seconds(packet.size))
        self._timeline.lose(seconds)

    def _weigh(self, packet: "Packet[AudioStream]") -> None:
        """Notice bytes that a parser gave to a packet although they are no sound."""
        if self._largest is None or not packet.size:
            return
        channels = self._form[1] if self._form is not None else 2
        excess = packet.size - self._largest * channels
        if excess > 0:
            self._timeline.lose(self._sizes.seconds(excess))
        else:
            self._sizes.add(packet.size, (packet.duration or 0) * self._tick_s)


class _Floats:
    """Frames of any format as float32 of shape (n, channels); the format may change on the way."""

    def __init__(self) -> None:
        self._form: tuple[str, str, int] | None = None
        self._resampler: av.AudioResampler | None = None

    def of(self, frame: "AudioFrame") -> Iterator[Floats]:
        form = frame.format.name, frame.layout.name, frame.sample_rate
        if form != self._form or self._resampler is None:
            # Interleaved: PyAV 18.1 takes eight planes for nine and reads where nothing is.
            self._form, self._resampler = form, av.AudioResampler(format="flt")
        for each in self._resampler.resample(frame):
            floats: Floats = each.to_ndarray().astype(np.float32, copy=False)
            yield floats.reshape(-1, each.layout.nb_channels)


class _Sizes:
    """The seconds of sound in a byte, by the packets so far."""

    def __init__(self) -> None:
        self._bytes, self._seconds = 0, 0.0

    def add(self, size: int, seconds: float) -> None:
        self._bytes += size
        self._seconds += seconds

    def seconds(self, size: int) -> float:
        return size * self._seconds / self._bytes if self._bytes else 0.0


def _times(name: str) -> Times:
    if name in _LARGEST_BYTES:
        return "parsed"
    return "written" if name in _WRITE_TIMES else "counted"


def _is_pause(codec: str, packet: bytes) -> bool:
    return codec in _PAUSES and (packet[0] >> 3) & 0xF in _PAUSES[codec]


def _is_no_sound(packet: bytes) -> bool:
    """True for a tag, and for the frame in which an MP3 tells of itself, where two were joined."""
    head = packet[:64]
    return packet.startswith(TAGS) or any(mark in head for mark in (b"Xing", b"Info", b"VBRI"))
