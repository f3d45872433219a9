"""Files in which another recording goes on, at another rate or in other channels."""

from pathlib import Path

import numpy as np
import pytest

from core.audio import RATE_HZ
from pipeline.media import SoundFile
from tests.pipeline.media.sounds import heard, join, loudness, warble, write

ALIKE = ["mp3", "aac", "flac", "oga", "opus", "ogg", "wav", "ts", "amr"]
RATES = {"opus": (48_000, 48_000), "amr": (8_000, 8_000), "flac": (44_100, 16_000)}


def two(tmp_path: Path, kind: str, *, alike: bool) -> tuple[Path, Path]:
    """Four and three seconds; unless alike, at two rates and, where it can be, in two channels."""
    first_hz, second_hz = RATES.get(kind, (44_100, 48_000 if kind != "ogg" else 22_050))
    channels = 2 if kind in {"mp3", "aac", "wav", "ts", "opus"} else 1
    both = 2 if kind == "ogg" else 1
    first = write(tmp_path / f"a.{kind}", warble(4, first_hz), first_hz, channels=both)
    if alike:
        return first, write(tmp_path / f"b.{kind}", warble(3, first_hz), first_hz, channels=both)
    return first, write(
        tmp_path / f"b.{kind}", warble(3, second_hz, 330), second_hz, channels=max(both, channels)
    )


@pytest.mark.parametrize("kind", ALIKE)
@pytest.mark.parametrize("alike", [True, False])
def test_both_parts_are_heard_whole(tmp_path: Path, kind: str, *, alike: bool) -> None:
    path = join(tmp_path / f"joined.{kind}", *two(tmp_path, kind, alike=alike))

    with SoundFile(path) as sound:
        pcm = np.concatenate(list(sound.chunks()))

    assert abs(len(pcm) / RATE_HZ - 7) < 0.15
    assert loudness(pcm, 1, 3.9) > 1000
    assert loudness(pcm, 4.2, 6.8) > 1000
    assert sound.account.damaged_s < 0.1
    assert sound.account.missing_s == 0


def test_the_second_part_sounds_at_its_own_pitch(tmp_path: Path) -> None:
    pcm = heard(join(tmp_path / "joined.mp3", *two(tmp_path, "mp3", alike=False)))

    spectrum = np.abs(np.fft.rfft(pcm[5 * RATE_HZ : 6 * RATE_HZ].astype(float)))
    assert abs(int(spectrum.argmax()) - 330) <= 2


def test_a_tag_between_two_parts_is_no_damage(tmp_path: Path) -> None:
    first = write(tmp_path / "a.mp3", warble(4, 44_100), 44_100)
    second = write(tmp_path / "b.mp3", warble(3, 44_100), 44_100, metadata={"title": "x" * 9000})

    with SoundFile(join(tmp_path / "joined.mp3", first, second)) as sound:
        assert abs(sum(map(len, sound.chunks())) / RATE_HZ - 7) < 0.15
        assert list(sound.remarks()) == []
