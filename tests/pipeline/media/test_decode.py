"""Sound files in, of any rate and any channels; Opus out, the same bytes each time."""

from pathlib import Path

import av
import numpy as np
import pytest

from core.audio import RATE_HZ
from core.errors import SoundUnreadable
from core.pcm import Pcm
from pipeline.media import decode, encode_opus
from pipeline.media.sound_file import recorded_at
from tests.wav import write_wav


def tone(seconds: float, rate_hz: int = RATE_HZ) -> Pcm:
    phase = np.arange(int(seconds * rate_hz)) * 2 * np.pi * 440 / rate_hz
    return (np.sin(phase) * 8000).astype(np.int16)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 16_000, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_any_rate_and_any_channels_become_mono_at_16_khz(
    tmp_path: Path, rate_hz: int, channels: int
) -> None:
    path = write_wav(tmp_path / "a.wav", tone(1.0, rate_hz), rate_hz, channels)

    pcm = np.concatenate(list(decode(path)))

    assert abs(len(pcm) - RATE_HZ) <= 2
    middle = pcm[4000:12000].astype(float)
    spectrum = np.abs(np.fft.rfft(middle))
    assert abs(int(spectrum.argmax()) * RATE_HZ / 8000 - 440) <= 2
    assert abs(np.abs(middle).max() - 8000) < 200


def test_sound_at_16_khz_is_kept_to_the_sample(tmp_path: Path) -> None:
    samples = tone(2.0)

    pcm = np.concatenate(list(decode(write_wav(tmp_path / "a.wav", samples, RATE_HZ))))

    assert np.array_equal(pcm, samples)


def test_the_same_sound_gives_the_same_opus_bytes(tmp_path: Path) -> None:
    first = encode_opus(tone(25), tmp_path / "a.part")
    second = encode_opus(tone(25), tmp_path / "b.part")

    assert first == second
    assert (tmp_path / "a.part").read_bytes() == (tmp_path / "b.part").read_bytes()


def test_opus_plays_for_as_long_as_the_sound(tmp_path: Path) -> None:
    encode_opus(tone(3.21), tmp_path / "a.mp4")

    with av.open(str(tmp_path / "a.mp4")) as container:
        assert container.streams.audio[0].codec_context.name in {"opus", "libopus"}
    assert abs(sum(map(len, decode(tmp_path / "a.mp4"))) / RATE_HZ - 3.21) < 0.03


def test_a_file_that_breaks_off_gives_what_could_be_read(tmp_path: Path) -> None:
    encode_opus(tone(30), tmp_path / "whole.mp4")
    path = write_wav(tmp_path / "cut.wav", tone(3), RATE_HZ)
    path.write_bytes(path.read_bytes()[:40_000])

    assert sum(map(len, decode(path))) == (40_000 - 44) // 2


@pytest.mark.parametrize(
    ("content", "told"), [(b"", "is empty"), (b"hello, no sound here" * 50, "cannot be read")]
)
def test_what_is_no_sound_is_a_sentence(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)

    with pytest.raises(SoundUnreadable, match=told):
        list(decode(path))


def test_a_folder_and_a_missing_file_are_sentences(tmp_path: Path) -> None:
    with pytest.raises(SoundUnreadable, match="is a folder"):
        list(decode(tmp_path))
    with pytest.raises(SoundUnreadable, match="no file"):
        list(decode(tmp_path / "none.wav"))


def test_a_header_without_sound_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SoundUnreadable):
        list(decode(write_wav(tmp_path / "a.wav", tone(0), RATE_HZ)))


def test_a_playlist_in_disguise_opens_no_address(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:9/a.ts\n")

    with pytest.raises(SoundUnreadable):
        list(decode(path))


def test_without_metadata_the_file_s_own_time_counts(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", tone(0.1), RATE_HZ)

    recorded = recorded_at(path)

    assert recorded.source == "file_time"
    assert recorded.at_ms == round(path.stat().st_mtime * 1000)


def test_the_time_that_a_recorder_wrote_counts_before_the_file_s(tmp_path: Path) -> None:
    path = tmp_path / "a.m4a"
    with av.open(str(path), "w", format="mp4") as container:
        container.metadata["creation_time"] = "2024-05-06T07:08:09Z"
        stream = container.add_stream("aac", rate=RATE_HZ, layout="mono")
        frame = av.AudioFrame.from_ndarray(tone(0.5)[np.newaxis, :], format="s16", layout="mono")
        frame.sample_rate = RATE_HZ
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))

    recorded = recorded_at(path)

    assert recorded.source == "metadata"
    assert recorded.at_ms == 1_714_979_289_000
