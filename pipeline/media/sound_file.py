"""One sound file: its sound at 16 kHz mono, when it was recorded, and what is to be said of it."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import soxr

from core.audio import RATE_HZ
from core.clock import Recorded
from core.errors import SoundUnreadable
from core.pcm import Pcm
from core.pipes import NobodyWrites, read_pipe
from pipeline.media import joints
from pipeline.media.downmix import Floats, Piece, to_mono
from pipeline.media.handling import Handling
from pipeline.media.opening import (
    ERRORS,
    is_pipe,
    must_be_readable,
    must_hold_something,
    open_container,
    unreadable,
)
from pipeline.media.pieces import Pieces
from pipeline.media.recorded_at import metadata_of
from pipeline.media.recorded_at import recorded_at as read_recorded_at
from pipeline.media.timeline import Account
from pipeline.media.tracks import Listener, Track, best, sentence

if TYPE_CHECKING:
    from av.container import InputContainer

CUT_S = 0.25
"""A file shorter than it says by less than this is whole: codecs begin late and end in blocks."""


class SoundFile:
    """A file that is looked at as often as need be, also where it is a pipe.

    Close it: what came out of a pipe is gone then.
    """

    def __init__(self, path: Path, handling: Handling | None = None) -> None:
        self.account = Account()
        self.track: Track | None = None
        self.tracks: list[Track] = []
        self.name = path.name
        self._named = path
        self._handling = handling or Handling()
        self._stack = contextlib.ExitStack()
        self._path: Path | None = None  # where its bytes are, once it was looked at
        self._metadata: dict[str, str] = {}
        self._container: InputContainer | None = None  # open, and nothing read of it yet

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        self._take_container()

    def chunks(self) -> Iterator[Pcm]:
        """Its sound in chunks of a few seconds at most; `account` has then what is damaged.

        Raises SoundUnreadable where there is no sound at all.
        """
        path = self._opened()
        if not self.tracks:
            self._look(path)
        self.track = self._chosen()
        self.account, samples = Account(), 0
        opened = self._take_container() or self._open(path)
        for chunk in _sound(path, opened, self.track.number, self.account):
            samples += len(chunk)
            yield chunk
        if samples == 0:
            raise self._no_sound()

    def recorded_at(self) -> Recorded:
        """The time at which it was recorded, and by what that is known."""
        path = self._opened()
        if not self.tracks:
            with contextlib.suppress(SoundUnreadable):
                self._look(path)
        return read_recorded_at(self._metadata, self._named)

    def remarks(self) -> Iterator[str]:
        """Sentences about its sound, once all of it was read: what is damaged or left out."""
        account = self.account
        if account.damaged_s:
            yield (
                f"{self.name}: {account.damaged_s:.2f} s of it are damaged and cannot be decoded; "
                "there is silence in their place."
            )
        if account.gaps_s:
            yield f"{self.name}: for {account.gaps_s:.1f} s there is no sound in it, but a gap."
        if account.missing_s:
            yield f"{self.name} breaks off: its last {account.missing_s:.1f} s are not there."
        elif account.broke_off:
            yield f"{self.name} breaks off: what is behind that cannot be read."
        if len(self.tracks) > 1 and self.track is not None and self._handling.track is None:
            yield sentence(self.name, self.tracks, self.track)

    def _opened(self) -> Path:
        """The place of its bytes, where they can be read as often as need be."""
        if self._path is None:
            must_be_readable(self._named)
            path = self._copied() if is_pipe(self._named) else self._named
            must_hold_something(path, self.name)
            self._path = path
        return self._path

    def _copied(self) -> Path:
        copy = self._stack.enter_context(self._handling.copy())
        try:
            copy.writelines(self._handling.guard(read_pipe(self._named)))
        except NobodyWrites as error:
            sentence = error.sentence.format(self._named)
            raise SoundUnreadable(sentence, advice=error.advice) from error
        copy.flush()
        return Path(f"/proc/self/fd/{copy.fileno()}")

    def _open(self, path: Path) -> "InputContainer":
        try:
            return open_container(path)
        except ERRORS as error:
            raise unreadable(self.name, error) from error

    def _take_container(self) -> "InputContainer | None":
        taken, self._container = self._container, None
        return taken

    def _look(self, path: Path) -> None:
        """See which tracks there are, and what the file tells of itself."""
        self._container = container = self._open(path)
        self.tracks = [
            Track(number, _about(each.metadata), decodable=each.codec_context is not None)
            for number, each in enumerate(container.streams.audio, start=1)
        ]
        self._metadata = metadata_of(container)
        if not self.tracks:
            raise SoundUnreadable(
                f"{self.name} has no sound in it.", advice="Name a sound file or a film with sound."
            )
        if len(self.tracks) > 1 and self._handling.track is None:
            self._listen_to_each(path)

    def _chosen(self) -> Track:
        number, chosen = self._handling.track, best(self.tracks)
        if number is not None:
            chosen = next((each for each in self.tracks if each.number == number), None)
            if chosen is None:
                there = f"It has {len(self.tracks)}."
                raise SoundUnreadable(f"{self.name} has no sound track {number}.", advice=there)
        if chosen is None or not chosen.decodable:
            raise SoundUnreadable(
                f"The sound of {self.name} is in a format that cannot be decoded here.",
                advice="Save it as WAV, FLAC, MP3 or M4A with the program that made it.",
            )
        return chosen

    def _listen_to_each(self, path: Path) -> None:
        for track in self.tracks:
            if track.decodable:
                account, listener = Account(), Listener()
                heard = listener.hear(_sound(path, self._open(path), track.number, account))
                track.loudest = listener.loudest
                track.decodable = len(heard) > 0
                track.speech_s = 0.0 if track.silent else self._handling.judge(heard)

    def _no_sound(self) -> SoundUnreadable:
        if self.account.error is not None:
            return unreadable(self.name, self.account.error)
        return SoundUnreadable(
            f"{self.name} holds no sound.", advice="It may have been cut off while it was copied."
        )


def decode(path: Path, broken: Callable[[str], None] | None = None) -> Iterator[Pcm]:
    """The sound of a file in chunks of a few seconds at most, mixed to mono at 16 kHz.

    `broken` is told, a sentence each, what is damaged or missing. Raises SoundUnreadable where
    there is no sound at all.
    """
    with SoundFile(path) as sound:
        yield from sound.chunks()
        if broken is not None:
            for remark in sound.remarks():
                broken(remark)


def recorded_at(path: Path) -> Recorded:
    """The time at which a file was recorded: by its metadata, its name, or its file time."""
    with SoundFile(path) as sound:
        return sound.recorded_at()


def _sound(path: Path, opened: "InputContainer", number: int, account: Account) -> Iterator[Pcm]:
    return _resampled(to_mono(_pieces(path, opened, number, account)))


def _pieces(path: Path, opened: "InputContainer", number: int, account: Account) -> Iterator[Piece]:
    """The pieces of every part of a file, one recording behind the other."""
    container, offset = opened, 0
    while True:
        with container:
            pieces = Pieces(path, container, container.streams.audio[number - 1], account)
            yield from pieces
            after = offset + pieces.end if account.broke_off else None
            following = joints.next_part(path, offset, after=after)
            if following is None:
                account.missing_s += _missing_s(path, offset, pieces, account)
                return
        try:
            offset, container = following, open_container(path, following)
        except ERRORS as error:
            account.note(error)
            account.broke_off = True
            return
        account.broke_off = len(container.streams.audio) < number
        if account.broke_off:
            return


def _missing_s(path: Path, offset: int, pieces: Pieces, account: Account) -> float:
    """Seconds by which a part is shorter than it says, where that is no mere rounding."""
    declared_s = joints.declared_s(path, pieces.container, pieces.stream)
    if declared_s is not None and offset == 0:
        missing_s = declared_s - pieces.seconds
    else:
        missing_s = joints.missing_s(path, offset, pieces.stream, pieces.seconds)
    if account.broke_off and pieces.end:  # its bytes are there, and as many as held sound before
        left_out = path.stat().st_size - offset - pieces.end
        missing_s = max(missing_s, left_out * pieces.seconds / pieces.end)
    return missing_s if missing_s > CUT_S else 0.0


def _resampled(pieces: Iterable[Piece]) -> Iterator[Pcm]:
    resampler: soxr.ResampleStream | None = None
    current_hz = 0
    for rate_hz, floats in pieces:
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


def _about(metadata: dict[str, str]) -> str:
    """The language and the title of a track, as it says them."""
    language, title = metadata.get("language", ""), metadata.get("title", "")
    return ", ".join(each for each in (language if language != "und" else "", title) if each)
