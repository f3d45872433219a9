"""Of several sound tracks the one that speaks is kept, and the others are named."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from core.audio import RATE_HZ
from core.errors import SoundUnreadable
from core.pcm import Pcm
from pipeline.media import Handling, SoundFile
from pipeline.media.tracks import Track, best
from tests.pipeline.media.sounds import Floats, loudness, warble

SILENT = np.zeros(4 * RATE_HZ, np.float32)
LOUD = warble(4)
FAINT = warble(4, hz=600) * np.float32(0.1)


def film(path: Path, *tracks: Floats, languages: tuple[str, ...] = ()) -> Path:
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("aac", rate=RATE_HZ, layout="mono") for _ in tracks]
        for stream, language in zip(streams, languages, strict=False):
            stream.metadata["language"] = language
        for start in range(0, len(tracks[0]), 1024):
            for stream, sound in zip(streams, tracks, strict=True):
                chunk = np.ascontiguousarray(sound[np.newaxis, start : start + 1024])
                frame = av.AudioFrame.from_ndarray(chunk, format="fltp", layout="mono")
                frame.sample_rate, frame.pts = RATE_HZ, start
                frame.time_base = Fraction(1, RATE_HZ)
                container.mux(stream.encode(frame))
        for stream in streams:
            container.mux(stream.encode(None))
    return path


def make_unknown(path: Path) -> None:
    """Give the first track a codec that nobody knows."""
    held = path.read_bytes()
    path.write_bytes(held.replace(b"mp4a", b"xyza", 1).replace(b"esds", b"xyzs", 1))


def kept(path: Path, handling: Handling | None = None) -> tuple[Pcm, SoundFile]:
    with SoundFile(path, handling) as sound:
        return np.concatenate(list(sound.chunks())), sound


def high(pcm: Pcm) -> float:
    """Seconds in which a high tone is louder than a low one: stands for speech."""
    spectrum = np.abs(np.fft.rfft(pcm.astype(float)))
    hz = len(pcm) / RATE_HZ
    return 3.0 if spectrum[round(600 * hz)] > spectrum[round(220 * hz)] else 0.0


@pytest.mark.parametrize("kind", ["mp4", "mkv"])
def test_a_silent_first_track_is_passed_over(tmp_path: Path, kind: str) -> None:
    pcm, sound = kept(film(tmp_path / f"a.{kind}", SILENT, LOUD, languages=("eng", "deu")))

    assert loudness(pcm, 0.2, 3.8) > 1000
    (told,) = sound.remarks()
    assert "has 2 sound tracks: 1 (eng, silent); 2 (deu, speech)" in told
    assert "Track 2 is kept; `keep --track N` keeps another" in told


def test_the_track_that_speaks_counts_before_the_loud_one(tmp_path: Path) -> None:
    pcm, sound = kept(film(tmp_path / "a.mkv", LOUD, FAINT), Handling(judge=high))

    assert sound.track is not None
    assert sound.track.number == 2
    assert high(pcm)
    assert "1 (no speech found); 2 (speech)" in next(sound.remarks())


def test_a_track_can_be_named(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", SILENT, LOUD)

    pcm, sound = kept(path, Handling(track=1))
    assert list(sound.remarks()) == []
    assert loudness(pcm, 0, 4) < 10
    with pytest.raises(SoundUnreadable, match=r"has no sound track 3\. It has 2"):
        kept(path, Handling(track=3))


def test_a_track_that_cannot_be_decoded_is_passed_over(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", LOUD, FAINT)
    make_unknown(path)

    pcm, sound = kept(path)

    assert high(pcm)
    assert "1 (cannot be decoded); 2 (speech)" in next(sound.remarks())


def test_where_no_track_can_be_decoded_that_is_said(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", LOUD)
    make_unknown(path)

    with pytest.raises(SoundUnreadable, match="in a format that cannot be decoded here"):
        kept(path)


def test_one_track_needs_no_word(tmp_path: Path) -> None:
    _, sound = kept(film(tmp_path / "a.mp4", LOUD))

    assert list(sound.remarks()) == []


@pytest.mark.parametrize(
    ("tracks", "number"),
    [
        ([Track(1, loudest=9000), Track(2, loudest=9000)], 1),
        ([Track(1), Track(2, loudest=9000)], 2),
        ([Track(1, loudest=9000), Track(2, loudest=900, speech_s=4)], 2),
        ([Track(1, loudest=9000, speech_s=4.1), Track(2, loudest=9000, speech_s=4.2)], 1),
        ([Track(1, decodable=False), Track(2)], 2),
    ],
)
def test_most_speech_wins_then_any_sound_then_the_first(tracks: list[Track], number: int) -> None:
    found = best(tracks)

    assert found is not None
    assert found.number == number
