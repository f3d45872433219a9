"""A look at a file takes nothing out of it: what comes through a pipe is read whole."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import pipes
from core.errors import SoundUnreadable, UserError
from core.files import why_unreadable
from pipeline.media import Handling, SoundFile, decode
from tests.pipeline.media.sounds import heard, warble, write


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def pour(path: Path, content: bytes, pieces: int = 1) -> threading.Thread:
    """Write into a pipe, as another program would."""

    def work() -> None:
        with path.open("wb", buffering=0) as file:
            for number in range(pieces):
                share = len(content) // pieces + 1
                file.write(content[number * share : (number + 1) * share])

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


@pytest.mark.parametrize("kind", ["wav", "m4a", "flac"])
def test_what_comes_through_a_pipe_is_read_whole(tmp_path: Path, pipe: Path, kind: str) -> None:
    path = write(tmp_path / f"a.{kind}", warble(3, 44_100), 44_100)

    pour(pipe, path.read_bytes(), pieces=3)

    assert np.array_equal(heard(pipe), heard(path))


def test_it_may_be_looked_at_again_and_again(tmp_path: Path, pipe: Path) -> None:
    metadata = {"creation_time": "2023-05-04T07:08:09Z"}
    path = write(tmp_path / "a.m4a", warble(2), metadata=metadata)
    pour(pipe, path.read_bytes())

    with SoundFile(pipe) as sound:
        recorded = sound.recorded_at()
        first, second = (np.concatenate(list(sound.chunks())) for _ in range(2))

    assert np.array_equal(first, second)
    assert recorded.source == "metadata"


def test_sound_out_of_a_pipe_that_tells_no_time_is_of_now(tmp_path: Path, pipe: Path) -> None:
    path = write(tmp_path / "a.wav", warble(1))
    pour(pipe, path.read_bytes())

    with SoundFile(pipe) as sound:
        recorded = sound.recorded_at()

    assert recorded.source == "clock"
    assert recorded.at_ms is not None
    assert abs(recorded.at_ms / 1000 - time.time()) < 60


def test_a_pipe_into_which_nobody_writes_is_a_sentence(
    pipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipes, "PATIENCE_S", 0.1)

    with pytest.raises(SoundUnreadable, match="is a pipe, and nobody writes into it"):
        next(decode(pipe))


def test_a_writer_that_comes_late_is_waited_for(
    tmp_path: Path, pipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = write(tmp_path / "a.wav", warble(1)).read_bytes()
    writers: list[threading.Thread] = []

    def look_again(_: float) -> None:
        if not writers:
            writers.append(pour(pipe, content))

    monkeypatch.setattr("core.pipes.time.sleep", look_again)

    assert len(heard(pipe)) == 16_000


def test_whether_it_can_be_read_is_asked_without_opening_a_pipe(pipe: Path) -> None:
    assert why_unreadable(pipe) is None


def test_standard_input_can_be_a_pipe(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", warble(2))
    reading, writing = os.pipe()
    try:
        os.write(writing, path.read_bytes()[:60_000])
        os.write(writing, path.read_bytes()[60_000:])
        os.close(writing)
        assert np.array_equal(heard(Path(f"/dev/fd/{reading}")), heard(path))
    finally:
        os.close(reading)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device_is_no_file(device: str) -> None:
    with pytest.raises(SoundUnreadable, match="is a device, not a file"):
        next(decode(Path(device)))


def test_what_is_copied_out_of_a_pipe_is_watched(tmp_path: Path, pipe: Path) -> None:
    pour(pipe, write(tmp_path / "a.wav", warble(1)).read_bytes())

    def full(pieces: Any) -> Iterator[Any]:
        yield next(iter(pieces))[:10]
        raise UserError("The disk is full.", advice="Free some space.")

    with (
        pytest.raises(UserError, match="The disk is full"),
        SoundFile(pipe, Handling(guard=full)) as sound,
    ):
        next(sound.chunks())
