"""When a file was recorded, and by what that is known."""

import os
import struct
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from core.clock import Recorded
from pipeline.media.recorded_at import recorded_at as times_of
from pipeline.media.sound_file import recorded_at
from tests.pipeline.media.sounds import warble, write
from tests.wav import write_wav

SUMMER_MS = 1_683_176_889_000
"""2023-05-04T07:08:09+02:00."""

UTC_MS = SUMMER_MS + 2 * 3_600_000


@pytest.fixture(autouse=True)
def _in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def told(path: Path) -> tuple[int | None, int | None, str | None]:
    recorded = recorded_at(path)
    return recorded.at_ms, recorded.utc_offset_min, recorded.source


def plain(path: Path) -> Path:
    return write_wav(path, np.zeros(1600, np.int16))


def with_broadcast_time(path: Path, date: bytes, at: bytes) -> Path:
    """A WAV with the chunk that broadcasters' recorders write (EBU Tech 3285)."""
    held = plain(path).read_bytes()
    chunk = bytes(256 + 32 + 32) + date.ljust(10, b"\0") + at.ljust(8, b"\0")
    chunk += bytes(602 - len(chunk))
    body = held[8:12] + b"bext" + struct.pack("<I", len(chunk)) + chunk + held[12:]
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return path


@pytest.mark.parametrize("at", [b"07:08:09", b"07-08-09", b"07.08.09"])
def test_a_broadcast_wav_has_its_local_time_in_two_fields(tmp_path: Path, at: bytes) -> None:
    path = with_broadcast_time(tmp_path / "a.wav", b"2023-05-04", at)

    assert told(path) == (SUMMER_MS, 120, "metadata")


@pytest.mark.parametrize("date", ["2023-05-04 07:08:09", "2023-05-04T07:08:09"])
@pytest.mark.parametrize(("kind", "rate_hz"), [("mp3", 44_100), ("opus", 48_000), ("oga", 16_000)])
def test_a_tag_with_a_time_counts(tmp_path: Path, kind: str, rate_hz: int, date: str) -> None:
    path = write(tmp_path / f"a.{kind}", warble(0.5, rate_hz), rate_hz, metadata={"date": date})

    assert told(path) == (SUMMER_MS, 120, "metadata")


def test_an_m4a_has_its_time_in_utc(tmp_path: Path) -> None:
    metadata = {"creation_time": "2023-05-04T07:08:09Z"}
    path = write(tmp_path / "a.m4a", warble(0.5), metadata=metadata)

    assert told(path) == (UTC_MS, 120, "metadata")


def test_a_time_with_its_zone_counts_before_one_without(tmp_path: Path) -> None:
    metadata = {
        "com.apple.quicktime.creationdate": "2023-05-04T07:08:09-0400",
        "creation_time": "2023-05-04T11:09:00Z",
    }
    options = {"movflags": "use_metadata_tags"}
    path = write(tmp_path / "a.mp4", warble(0.5), metadata=metadata, options=options)

    assert told(path) == (SUMMER_MS + 6 * 3_600_000, -240, "metadata")


def test_a_name_that_holds_a_time_counts_before_the_file_s_own(tmp_path: Path) -> None:
    assert told(plain(tmp_path / "Recording_20230504_070809.wav")) == (SUMMER_MS, 120, "name")


def test_metadata_counts_before_a_name(tmp_path: Path) -> None:
    path = with_broadcast_time(tmp_path / "2024-01-01 00.00.00.wav", b"2023-05-04", b"07:08:09")

    assert told(path) == (SUMMER_MS, 120, "metadata")


def test_a_name_with_a_time_counts_before_metadata_with_a_day(tmp_path: Path) -> None:
    path = write(
        tmp_path / "20230504_070809.mp3",
        warble(0.5, 44_100),
        44_100,
        metadata={"date": "2023-05-04"},
    )

    assert told(path) == (SUMMER_MS, 120, "name")


def test_of_a_day_alone_the_file_s_time_tells_the_hour_where_it_is_on_that_day(
    tmp_path: Path,
) -> None:
    path = plain(tmp_path / "PTT-20230504-WA0001.wav")
    os.utime(path, (UTC_MS / 1000, UTC_MS / 1000))
    assert told(path) == (UTC_MS, 120, "file_time")

    os.utime(path, (1.75e9, 1.75e9))
    midnight_ms = SUMMER_MS - ((7 * 60 + 8) * 60 + 9) * 1000
    assert told(path) == (midnight_ms, 120, "name")


def test_a_year_alone_is_no_time(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp3", warble(0.5, 44_100), 44_100, metadata={"date": "1987"})

    assert recorded_at(path).source == "file_time"


@pytest.mark.parametrize("year", [1904, 1970, 1980, 1999, 2090])
def test_an_implausible_time_is_not_believed_wherever_it_stands(tmp_path: Path, year: int) -> None:
    named = plain(tmp_path / f"Recording_{year}0504_070809.wav")
    tagged = with_broadcast_time(tmp_path / "a.wav", f"{year}-05-04".encode(), b"07:08:09")

    assert recorded_at(named).source == recorded_at(tagged).source == "file_time"


@pytest.mark.parametrize("at", [datetime(1980, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)])
def test_an_implausible_file_time_leaves_it_unknown(tmp_path: Path, at: datetime) -> None:
    path = plain(tmp_path / "a.wav")
    os.utime(path, (at.timestamp(), at.timestamp()))

    assert told(path) == (None, None, None)


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00", "9999-12-31T23:59:59", "9999-12-31"])
def test_metadata_beyond_the_calendar_is_not_believed(date: str, tmp_path: Path) -> None:
    path = plain(tmp_path / "a.wav")
    os.utime(path, (UTC_MS / 1000, UTC_MS / 1000))

    assert times_of({"date": date}, path).source == "file_time"


@pytest.mark.parametrize("seconds", [-(2**40), 2**40])
def test_a_file_time_beyond_the_calendar_leaves_it_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    path = plain(tmp_path / "a.wav")
    state = os.stat_result([*path.stat()[:8], seconds, seconds])
    monkeypatch.setattr(Path, "stat", lambda _, **__: state)

    assert times_of({}, path) == Recorded()
