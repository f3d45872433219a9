"""The time at which a file was recorded: by its metadata, its name, or its file time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from core.clock import Recorded, SystemClock, from_datetime, local_offset_min
from pipeline.media import times
from pipeline.media.opening import is_pipe
from pipeline.media.times import Told

if TYPE_CHECKING:
    from av.container import InputContainer

_ZONED = ("com.apple.quicktime.creationdate", "date", "creation_time")
_KEYS = (*_ZONED, "date_recorded", "recorded_date", "creationdate", "idit", "date-eng")
"""Keys of FFmpeg's metadata, in lower case: QuickTime's own has the zone; `date` is ID3's TDRC,
RIFF's ICRD, QuickTime's (c)day and Vorbis' DATE; `creation_time` is MP4's, in UTC."""


def metadata_of(container: "InputContainer") -> dict[str, str]:
    """The metadata of a file and of its sound, keys in lower case."""
    parts = [*(each.metadata for each in container.streams.audio), container.metadata]
    return {key.lower(): value for part in parts for key, value in part.items()}


def recorded_at(metadata: dict[str, str], named: Path) -> Recorded:
    """The time at which a file of this name was recorded; `metadata` is as `metadata_of` gives it.

    What cannot be right (before 2000, or after tomorrow) is not believed. Unknown where nothing
    tells; what comes out of a pipe without a word of it is recorded now.
    """
    now_ms = SystemClock().now_ms()
    now = None if now_ms is None else datetime.fromtimestamp(now_ms / 1000, UTC)
    of_file = None if is_pipe(named) else _file_time(named, now)
    found = [*_of_metadata(metadata), *_of_name(named)]
    for source, told in sorted(found, key=lambda each: each[1].day_only):
        if told.is_plausible(now):
            if told.day_only and of_file is not None and of_file.date() == told.at.date():
                break  # the file's own time is on that day, and knows the hour, too
            return _recorded(told.at, source)
    if of_file is not None:
        return from_datetime(of_file, source="file_time")
    return SystemClock().recorded_now() if is_pipe(named) else Recorded()


def _file_time(named: Path, now: datetime | None) -> datetime | None:
    """When the file was changed last, where that can be right."""
    try:
        changed = datetime.fromtimestamp(named.stat().st_mtime, UTC).astimezone()
    except (OverflowError, ValueError):  # some disks keep times of any year
        return None
    return changed if Told(changed).is_plausible(now) else None


def _of_metadata(metadata: dict[str, str]) -> Iterator[tuple[str, Told]]:
    """The times that the file itself tells, those with a zone first."""
    found = [told for text in _texts(metadata) if (told := times.read(text)) is not None]
    found.sort(key=lambda told: told.at.tzinfo is None)
    return iter([("metadata", told) for told in found])


def _of_name(named: Path) -> Iterator[tuple[str, Told]]:
    told = times.find(named.stem, zones=False)
    return iter([] if told is None else [("name", told)])


def _texts(metadata: dict[str, str]) -> Iterator[str]:
    date, time = metadata.get("date", ""), metadata.get("creation_time", "")
    if date and 0 < len(time) <= len("07:08:09.000"):  # as a broadcast WAV has them, apart
        yield f"{date} {time}"
    for key in _KEYS:
        if key in metadata:
            yield metadata[key]


def _recorded(at: datetime, source: str) -> Recorded:
    """UTC is no zone of the wearer's: there the machine's own offset counts."""
    if at.tzinfo is UTC:
        at_ms = round(at.timestamp() * 1000)
        return Recorded(at_ms, local_offset_min(at_ms), source=source)
    return from_datetime(at, source=source)
