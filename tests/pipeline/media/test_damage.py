"""A damaged part is silence of its length and is told; what follows it is kept in its place."""

from pathlib import Path

import numpy as np
import pytest

from core.audio import RATE_HZ
from core.errors import SoundUnreadable
from pipeline.media import SoundFile
from pipeline.media.pieces import _is_pause
from tests.pipeline.media.sounds import CODECS, damage, heard, join, loudness, warble, write
from tests.wav import write_wav

RATES = {"opus": 48_000, "webm": 48_000, "amr": 8_000, "ogg": 44_100}
CHECKED = ["mp3", "m4a", "aac", "flac", "oga", "opus", "webm", "mkv", "ts"]
"""Kinds in which damage is noticed; a WAV is bytes that mean any sound."""

SECONDS = 10.0


def made(tmp_path: Path, kind: str, seconds: float = SECONDS) -> Path:
    rate_hz = RATES.get(kind, 44_100)
    channels = 2 if kind == "ogg" else 1
    return write(tmp_path / f"a.{kind}", warble(seconds, rate_hz), rate_hz, channels=channels)


@pytest.mark.parametrize("kind", CHECKED)
def test_what_is_behind_the_damage_is_kept_in_its_place(tmp_path: Path, kind: str) -> None:
    whole = heard(made(tmp_path, kind))
    path = damage(made(tmp_path, kind))

    with SoundFile(path) as sound:
        pcm = np.concatenate(list(sound.chunks()))
        damaged_s, remarks = sound.account.damaged_s, list(sound.remarks())

    assert abs(len(pcm) - len(whole)) < 0.2 * RATE_HZ
    tail = round(0.3 * RATE_HZ)
    end = whole[-2 * tail : -tail].astype(float)
    about = pcm[-3 * tail :].astype(float)
    energy = np.correlate(about**2, np.ones(tail))
    at = int(np.argmin(energy - 2 * np.correlate(about, end)))  # where the two differ least
    shift = at + len(pcm) - 3 * tail - (len(whole) - 2 * tail)
    assert abs(shift) < 0.05 * RATE_HZ
    assert 0.4 < damaged_s < 2.2
    (told,) = remarks
    assert f"a.{kind}: {damaged_s:.2f} s of it are damaged" in told


@pytest.mark.parametrize("kind", ["m4a", "flac", "opus", "mp3"])
def test_in_the_place_of_the_damage_there_is_silence(tmp_path: Path, kind: str) -> None:
    pcm = heard(damage(made(tmp_path, kind), 0.4, 0.6))

    assert loudness(pcm, 4.9, 5.1) == 0
    assert loudness(pcm, 2.0, 3.0) > 1000
    assert loudness(pcm, 7.5, 9.5) > 1000


@pytest.mark.parametrize("kind", [each for each in CODECS if each != "ogg"])
def test_a_whole_file_has_nothing_to_tell(tmp_path: Path, kind: str) -> None:
    with SoundFile(made(tmp_path, kind)) as sound:
        seconds = sum(map(len, sound.chunks())) / RATE_HZ
        account = sound.account
        assert list(sound.remarks()) == []

    assert abs(seconds - SECONDS) < 0.05
    assert (account.damaged_s, account.gaps_s, account.missing_s) == (0, 0, 0)


@pytest.mark.parametrize("kind", ["wav", "aiff", "caf", "flac", "mp3", "mkv", "webm", "m4a"])
def test_a_file_that_breaks_off_tells_how_much_is_missing(tmp_path: Path, kind: str) -> None:
    path = made(tmp_path, kind)
    if kind == "m4a":  # one whose index comes first
        path = write(path, warble(SECONDS, 44_100), 44_100, options={"movflags": "faststart"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 4 // 10])

    with SoundFile(path) as sound:
        seconds = sum(map(len, sound.chunks())) / RATE_HZ
        account, remarks = sound.account, list(sound.remarks())

    assert 3.3 < seconds < 4.2
    assert abs(seconds + account.missing_s - SECONDS) < 0.3
    assert any("breaks off: its last" in each for each in remarks)


def test_an_ogg_file_cut_within_a_page_tells_what_the_page_held(tmp_path: Path) -> None:
    path = made(tmp_path, "opus")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 4 // 10])

    with SoundFile(path) as sound:
        seconds = sum(map(len, sound.chunks())) / RATE_HZ

    assert 3.5 < seconds + sound.account.missing_s < 4.3


def test_a_recorder_that_was_switched_off_left_no_length_and_nothing_is_missing(
    tmp_path: Path,
) -> None:
    path = write_wav(tmp_path / "a.wav", np.full(RATE_HZ, 99, np.int16))
    held = bytearray(path.read_bytes())
    held[4:8] = held[40:44] = b"\xff\xff\xff\xff"
    path.write_bytes(held)

    with SoundFile(path) as sound:
        assert sum(map(len, sound.chunks())) == RATE_HZ
        assert list(sound.remarks()) == []


def test_comfort_noise_is_a_pause_and_ends_nothing(tmp_path: Path) -> None:
    path = made(tmp_path, "amr", 3.0)
    held = path.read_bytes()
    header, frames = held[:6], held[6:]
    each = len(frames) // 150
    middle = 75 * each
    pause = b"\x44" + bytes(5) + b"\x7c" * 7  # SID, and seven frames in which nothing is sent
    path.write_bytes(header + frames[:middle] + pause + frames[middle:])

    with SoundFile(path) as sound:
        pcm = np.concatenate(list(sound.chunks()))

    assert abs(len(pcm) / RATE_HZ - 3.16) < 0.03
    assert sound.account.damaged_s == 0
    assert loudness(pcm, 1.55, 1.6) < 10
    assert loudness(pcm, 2.0, 3.0) > 1000


@pytest.mark.parametrize(
    ("codec", "first", "is_one"),
    [
        ("amrnb", 0x44, True),
        ("amrnb", 0x7C, True),
        ("amrnb", 0x3C, False),
        ("amrwb", 0x4C, True),
        ("amrwb", 0x44, False),
        ("aac", 0x44, False),
    ],
)
def test_a_pause_is_known_by_its_frame_type(codec: str, first: int, *, is_one: bool) -> None:
    assert _is_pause(codec, bytes([first, 0])) is is_one


def test_what_is_left_of_a_file_that_cannot_be_read_further_is_reckoned_by_its_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where an Ogg stream goes on with another codec, and no part of it can be opened."""
    first = write(tmp_path / "a.ogg", warble(4, 44_100), 44_100, channels=2)
    second = write(tmp_path / "b.ogg", warble(4, 22_050), 22_050, channels=2)
    path = join(tmp_path / "c.ogg", first, second)
    monkeypatch.setattr("pipeline.media.joints.next_part", lambda *_, **__: None)

    with SoundFile(path) as sound:
        seconds = sum(map(len, sound.chunks())) / RATE_HZ
        (told,) = sound.remarks()

    assert abs(seconds - 4) < 0.1
    assert sound.account.missing_s > 1
    assert "breaks off: its last" in told


def test_where_nothing_can_be_decoded_the_first_reason_is_told(tmp_path: Path) -> None:
    path = damage(made(tmp_path, "aac", 2.0), 0.0, 1.0)

    with pytest.raises(SoundUnreadable, match=r"a\.aac cannot be read as sound"):
        heard(path)


def test_damage_in_the_first_of_two_joined_files_loses_nothing_of_the_second(
    tmp_path: Path,
) -> None:
    first = damage(made(tmp_path, "opus"))
    second = write(tmp_path / "b.opus", warble(6, 48_000), 48_000)

    assert abs(len(heard(join(tmp_path / "c.opus", first, second))) / RATE_HZ - 16) < 0.1
