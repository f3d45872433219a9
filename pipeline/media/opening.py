"""A sound file, opened: itself and nothing that it names."""

import stat
from pathlib import Path

import av
import av.error
from av.container import InputContainer

from core.errors import SoundUnreadable
from core.files import why_unreadable

ERRORS = (av.error.FFmpegError, ValueError, OverflowError, RuntimeError)
"""The errors of FFmpeg and PyAV over a file that is not as it should be."""

_OPEN_OTHERS = {
    "avs", "concat", "dash", "hls", "imf", "lavfi", "mlv", "rtp", "rtsp",
    "sap", "sdp", "vobsub", "webm_dash_manifest",
}  # fmt: skip
"""Formats of FFmpeg that are lists of other files, or go and look for neighbours of the file."""

_ONLY_ITSELF = {
    "protocol_whitelist": "file,subfile",
    "format_whitelist": ",".join(sorted(av.formats_available - _OPEN_OTHERS)),
}

_LISTS = {
    b"#EXTM3U": "an M3U playlist",
    b"ffconcat": "an FFmpeg playlist",
    b"<MPD": "a DASH playlist",
}
_WORKS = (
    "Play it elsewhere to see whether it is whole; WAV, FLAC, MP3, M4A and Ogg files are sure to "
    "work."
)


def open_container(path: Path, offset: int = 0) -> InputContainer:
    """The file from this byte on, as FFmpeg reads it. Raises FFmpegError."""
    address = f"file:{path}"
    if offset:
        address = f"subfile,,start,{offset},end,0,,:{address}"
    return av.open(address, metadata_errors="replace", options=_ONLY_ITSELF)


def must_be_readable(path: Path) -> None:
    """Raises SoundUnreadable where the file cannot be opened, or is no file and no pipe."""
    told = why_unreadable(path)
    if told is not None:
        raise SoundUnreadable(told[0], advice=told[1])
    if not is_pipe(path) and not path.is_file():
        raise SoundUnreadable(
            f"{path} is a device, not a file.", advice="Name a sound file, or a pipe."
        )


def must_hold_something(path: Path, name: str) -> None:
    """Raises SoundUnreadable where there is not one byte, or where it is a list of files."""
    with path.open("rb") as file:
        head = file.read(1024)
    if not head:
        raise SoundUnreadable(f"{name} is empty.", advice="Copy it again from where it was.")
    for mark, kind in _LISTS.items():
        if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(mark) or (
            mark == b"<MPD" and mark in head
        ):
            raise SoundUnreadable(
                f"{name} is {kind}, not a sound.", advice="Name the sound files that it lists."
            )


def unreadable(name: str, error: Exception) -> SoundUnreadable:
    """The error to raise over a file that FFmpeg cannot read."""
    if isinstance(error, av.error.ArgumentError):
        return SoundUnreadable(
            f"{name} is of a kind that points to other files; only a sound itself is taken.",
            advice="Name the sound files to which it points.",
        )
    reason = getattr(error, "strerror", None) or str(error).split("\n", 1)[0]
    return SoundUnreadable(f"{name} cannot be read as sound ({reason[:120]}).", advice=_WORKS)


def is_pipe(path: Path) -> bool:
    """True where what is read is gone afterwards."""
    return stat.S_ISFIFO(path.stat().st_mode)
