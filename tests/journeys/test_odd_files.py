"""Sound files as people have them: damaged, joined, piped, large, of several tracks."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.audio import RATE_HZ
from core.pcm import Pcm
from tests.journeys.command import PILL_BOX, afterthought
from tests.journeys.disks import disk_of
from tests.journeys.silence import write_silence
from tests.pipeline.media.sounds import Floats, damage, heard, write
from tests.pipeline.media.test_tracks import film
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.long

SPOKEN = ("pill", "siren", "reacts")


@pytest.fixture(scope="module")
def voice() -> Pcm:
    return heard(PILL_BOX)


def floats(pcm: Pcm) -> Floats:
    return pcm.astype(np.float32) / np.float32(32768)


def test_damage_in_the_middle_is_told_and_the_rest_has_its_words(
    tmp_path: Path, voice: Pcm
) -> None:
    twice = np.concatenate([voice, np.zeros(RATE_HZ, np.int16), voice])
    path = damage(write(tmp_path / "a.m4a", floats(twice)), 0.48, 0.52)

    ran = afterthought("keep", "--json", path)

    assert ran.status == 0
    assert ran.value["text"].lower().count("siren") == 2
    assert abs(ran.value["seconds"] - len(twice) / RATE_HZ) < 0.1
    assert 0.1 < ran.value["damaged_s"] < 2
    assert "are damaged and cannot be decoded" in ran.err


def test_the_words_behind_a_gap_have_the_times_of_the_file(tmp_path: Path, voice: Pcm) -> None:
    twice = np.concatenate([voice, voice])
    path = write(tmp_path / "a.mkv", floats(twice), gap_s=30)

    kept = afterthought("keep", "--json", path).value

    late = [each["start_s"] for each in kept["words"] if "siren" in each["word"].lower()]
    assert len(late) == 2
    assert abs(late[1] - late[0] - (30 + len(voice) / RATE_HZ)) < 0.5
    assert abs(kept["gaps_s"] - 30) < 0.1
    assert kept["damaged_s"] == 0


def test_the_track_that_speaks_is_kept_and_the_others_are_named(tmp_path: Path, voice: Pcm) -> None:
    hum = np.sin(np.arange(len(voice)) * 2 * np.pi * 100 / RATE_HZ).astype(np.float32) * 0.8
    path = film(tmp_path / "a.mp4", hum, floats(voice), languages=("eng", "deu"))

    ran = afterthought("keep", "--json", path)

    assert all(each in ran.value["text"].lower() for each in SPOKEN)
    assert "1 (eng, no speech found); 2 (deu, speech). Track 2 is kept" in ran.err
    first = afterthought("keep", "--json", "--track", "1", path)
    assert first.value["text"] == ""


def test_when_it_was_recorded_says_from_where_that_is_known(tmp_path: Path) -> None:
    named = tmp_path / "Recording_20230504_070809.opus"
    unknown = tmp_path / "unknown.opus"
    for path in (named, unknown):
        path.write_bytes(PILL_BOX.read_bytes())
    os.utime(unknown, (0, 0))

    ran = afterthought("keep", "--json", named, unknown)

    by_name, by_nothing = ran.lines
    assert by_name["at"].startswith("2023-05-04T07:08:09")
    assert by_name["at_from"] == "name"
    assert (by_nothing["at"], by_nothing["at_from"]) == (None, None)
    assert "is taken from its name" in ran.err
    assert "Say it with `keep --at`" in ran.err
    assert len(afterthought("list", "--json").value) == 2
    history = afterthought("show", by_name["id"], "--json").value["history"]
    assert history[0].endswith("; when it was recorded is taken from its name.")
    assert afterthought("keep", "--json", "--at", "2026-01-31", unknown).value["at_from"] == "given"


def test_sound_out_of_a_pipe_is_kept_whole(tmp_path: Path, voice: Pcm) -> None:
    path = write(tmp_path / "a.wav", floats(voice))

    with subprocess.Popen(["cat", path], stdout=subprocess.PIPE) as piped:
        ran = afterthought("keep", "--json", "/dev/stdin", stdin=piped.stdout)

    assert ran.value["seconds"] == len(voice) / RATE_HZ
    assert "siren" in ran.value["text"]
    assert ran.value["at_from"] == "clock"


@pytest.mark.parametrize("act", ["keep", "hear", "import"])
def test_a_pipe_into_which_nobody_writes_is_a_sentence(tmp_path: Path, act: str) -> None:
    os.mkfifo(tmp_path / "pipe")

    ran = afterthought(act, tmp_path / "pipe", timeout=PATIENCE_S)

    assert ran.status == 1
    assert "is a pipe, and nobody writes into it" in ran.err


def test_speech_to_the_end_of_a_file_is_counted(tmp_path: Path, voice: Pcm) -> None:
    spoken = np.flatnonzero(np.abs(voice.astype(int)) > 2000)
    path = write(tmp_path / "a.wav", floats(voice[: spoken[-1]]))

    *_, last = afterthought("hear", "--json", "--policy", "everything", path).lines

    assert last["summary"]["speech_s"] > 0.6 * len(voice) / RATE_HZ
    assert last["summary"]["damaged_s"] == 0


def test_below_the_reserve_nothing_is_decoded(home: Path) -> None:
    (home / "settings.toml").write_text("[device]\nreserve_mb = 1000000\n")

    ran = afterthought("keep", "--json", PILL_BOX)

    assert ran.status == 1
    assert ran.value["code"] == "disk_reserve"
    assert ran.value["file"] == str(PILL_BOX)
    assert ran.value["advice"].endswith("then keep it again.")
    assert list((home / "spool").rglob("*.clip")) == []


@pytest.fixture
def disk_of_30_mb(tmp_path: Path) -> Iterator[Path]:
    with disk_of(30, tmp_path / "disk") as folder:
        yield folder


def test_a_small_file_that_grows_while_it_is_decoded_leaves_the_reserve(
    tmp_path: Path, disk_of_30_mb: Path
) -> None:
    home = disk_of_30_mb / "home"
    home.mkdir()
    (home / "settings.toml").write_text("[device]\nreserve_mb = 10\n")
    write_silence(tmp_path / "long.wav", minutes=20)
    large = write(tmp_path / "large.flac", floats(heard(tmp_path / "long.wav")))
    assert large.stat().st_size < 1_000_000

    ran = afterthought("--home", home, "keep", "--json", large, PILL_BOX)

    refused, kept = ran.lines
    assert ran.status == 1
    assert refused["code"] == "disk_reserve"
    assert "siren" in kept["text"]
    assert list((home / "spool").iterdir()) == []


def test_a_neighbour_that_a_playlist_names_stays_closed(tmp_path: Path) -> None:
    (tmp_path / "neighbour.opus").write_bytes(PILL_BOX.read_bytes())
    (tmp_path / "a.wav").write_text("ffconcat version 1.0\nfile neighbour.opus\n")

    ran = afterthought("keep", tmp_path / "a.wav")

    assert ran.status == 1
    assert "a.wav is an FFmpeg playlist, not a sound. Name the sound files" in ran.err
    assert afterthought("list", "--json").value == []
