"""The child serves what is short before what is long, also where that has begun."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import Pipe, reduction
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest

from core.moment import Transcript
from pipeline.hearing.transcribe_clip import heard_at_once
from pipeline.media.encoded import Encoded
from pipeline.store.format.drafts import Embedding
from pipeline.worker.model_child import Server
from pipeline.worker.model_process import Asked, Heard, Progress, Rank, Said, Vectors

Begin = Callable[..., None]

PATIENCE_S = 60
"""What is asked here takes no time; a fault should not hang the tests."""


class Diary:
    """Models that write down what they do, piece by piece, and what comes in between."""

    def __init__(self) -> None:
        self.cpu_s = 0.0
        self.done: list[str] = []
        self.meanwhile: dict[str, Callable[[], None]] = {}

    def hear(self, clip: Path, progress: Progress) -> Heard:
        self._work(clip.read_text(encoding="ascii"), progress)
        return Heard(Transcript(""), None)

    def hear_together(self, clips: Sequence[tuple[Path, Progress]]) -> list[Heard]:
        names = [clip.read_text(encoding="ascii") for clip, _ in clips]
        self._work(" and ".join(names), clips[0][1])
        return [Heard(Transcript(name), None) for name in names]

    def hear_again(self, clip: Path, model: str, progress: Progress) -> Heard:
        return self.hear(clip, progress)

    def encode(self, clip: Path, target: Path, progress: Progress) -> Encoded:
        self._work(f"{clip.read_text(encoding='ascii')} to {target.name}", progress)
        return Encoded("", "", 0, 0)

    def read(self, said: Sequence[Said], progress: Progress) -> list[Embedding | None]:
        self._work(said[0][0].text, progress)
        return [None]

    def embed(self, texts: Sequence[str], embedder: str) -> Vectors:
        self.done.append(texts[0])
        return np.zeros((1, 384), np.float32)

    def _work(self, name: str, progress: Progress) -> None:
        if "broken" in name:
            raise ValueError(name)
        for piece in (1, 2):
            self.done.append(f"{name} {piece}")
            self.cpu_s += 1
            self.meanwhile.pop(f"{name} {piece}", lambda: None)()
            progress(piece)


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.fixture
def _counted(diary: Diary, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece takes a second of this process."""
    monkeypatch.setattr(time, "process_time", lambda: diary.cpu_s)


@pytest.fixture
def line(diary: Diary) -> Iterator[Connection]:
    """The worker's end of the line to a server of these models."""
    ours, theirs = Pipe()
    thread = threading.Thread(target=Server(theirs, diary).serve)
    thread.start()
    yield ours
    ours.close()
    thread.join()


def answers(line: Connection, count: int) -> list[int]:
    """The numbers of the requests, in the order in which they were answered."""
    told: list[int] = []
    while len(told) < count:
        assert line.poll(PATIENCE_S)
        number, _, kind, _ = line.recv()
        told += [number] if kind == "done" else []
    return told


def took(line: Connection, count: int) -> dict[int, float]:
    """What each of so many answers says that it took, by its number."""
    told: dict[int, float] = {}
    while len(told) < count:
        assert line.poll(PATIENCE_S)
        number, _, kind, content = line.recv()
        if kind == "done":
            told[number] = content.cpu_s
    return told


def until_all_came(line: Connection, number: int) -> None:
    """Whatever was asked before this has come: a query waits for none of it."""
    line.send(Asked(number, "embed", (["come this far"], "it"), Rank.QUERY))
    assert answers(line, 1) == [number]


def read(number: int, name: str, rank: Rank) -> Asked:
    return Asked(number, "read", [(Transcript(name), None)], rank)


def hear(
    line: Connection, number: int, file: Path, rank: Rank, seconds: float | None = None
) -> None:
    """Ask for the words of a file that has its own name in it."""
    ask_about(line, Asked(number, "hear", None, rank, seconds=seconds), file)


def ask_about(line: Connection, asked: Asked, file: Path) -> None:
    file.write_text(file.name, encoding="ascii")
    descriptor = os.open(file, os.O_RDONLY)
    line.send(asked)
    reduction.send_handle(line, descriptor, None)
    os.close(descriptor)


class Pause:
    """Holds a piece of work until it is let go."""

    def __init__(self) -> None:
        self._began = threading.Event()
        self._go = threading.Event()

    def __call__(self) -> None:
        self._began.set()
        assert self._go.wait(PATIENCE_S)

    def reached(self) -> None:
        assert self._began.wait(PATIENCE_S)

    def end(self) -> None:
        self._go.set()


@pytest.fixture
def pause() -> Iterator[Pause]:
    made = Pause()
    yield made
    made.end()


@pytest.fixture
def begin(line: Connection, diary: Diary, tmp_path: Path, pause: Pause) -> Begin:
    """Asks for the words of a file of this name, as number 1, and lets it pause halfway."""

    def begun(name: str, rank: Rank, seconds: float | None = None) -> None:
        diary.meanwhile[f"{name} 1"] = pause
        hear(line, 1, tmp_path / name, rank, seconds)
        pause.reached()

    return begun


def test_a_short_clip_is_heard_between_two_pieces_of_a_long_one(
    begin: Begin, line: Connection, diary: Diary, tmp_path: Path, pause: Pause
) -> None:
    begin("long", Rank.LONG)
    hear(line, 2, tmp_path / "other", Rank.LONG)
    line.send(read(3, "text", Rank.LONG))
    hear(line, 4, tmp_path / "short", Rank.SHORT)
    until_all_came(line, 5)

    pause.end()

    assert answers(line, 4) == [4, 1, 2, 3]
    assert diary.done == [
        *("long 1", "come this far", "short 1", "short 2", "long 2"),
        *("other 1", "other 2", "text 1", "text 2"),
    ]


def test_whatever_was_kept_is_heard_between_two_pieces_of_what_nobody_pressed_for(
    begin: Begin, line: Connection, tmp_path: Path, pause: Pause
) -> None:
    begin("candidate", Rank.CANDIDATE)
    hear(line, 2, tmp_path / "long", Rank.LONG)
    hear(line, 3, tmp_path / "short", Rank.SHORT)
    until_all_came(line, 4)

    pause.end()

    assert answers(line, 3) == [3, 2, 1]


def test_a_query_and_a_note_wait_for_no_piece_of_anything(
    begin: Begin, line: Connection, pause: Pause
) -> None:
    begin("long", Rank.LONG)

    line.send(read(2, "note", Rank.SHORT))
    line.send(Asked(3, "embed", (["query"], "it"), Rank.QUERY))

    assert sorted(answers(line, 2)) == [2, 3]
    pause.end()
    assert answers(line, 1) == [1]


def test_a_query_goes_before_the_rest_of_a_note(
    line: Connection, diary: Diary, pause: Pause
) -> None:
    diary.meanwhile["note 1"] = pause
    line.send(read(1, "note", Rank.SHORT))
    pause.reached()
    line.send(Asked(2, "embed", (["query"], "it"), Rank.QUERY))
    line.send(read(3, "text", Rank.LONG))
    assert answers(line, 1) == [3]  # and so the query came before it

    pause.end()

    assert answers(line, 2) == [2, 1]


def test_what_was_pressed_for_is_encoded_beside_whatever_is_heard(
    begin: Begin, line: Connection, diary: Diary, tmp_path: Path, pause: Pause
) -> None:
    begin("long", Rank.LONG)

    asked = Asked(2, "encode", None, Rank.SHORT, target=tmp_path / "sound")
    ask_about(line, asked, tmp_path / "pressed")

    assert answers(line, 1) == [2]
    assert diary.done[1:] == ["pressed to sound 1", "pressed to sound 2"]
    pause.end()
    assert answers(line, 1) == [1]


def test_a_query_goes_before_the_rest_of_a_long_sound(
    line: Connection, diary: Diary, tmp_path: Path, pause: Pause
) -> None:
    diary.meanwhile["hours to sound 1"] = pause
    asked = Asked(1, "encode", None, Rank.LONG, target=tmp_path / "sound")
    ask_about(line, asked, tmp_path / "hours")
    pause.reached()
    line.send(Asked(2, "embed", (["query"], "it"), Rank.QUERY))
    hear(line, 3, tmp_path / "other", Rank.SHORT)
    assert answers(line, 1) == [3]  # and so the query came before it

    pause.end()

    assert answers(line, 2) == [2, 1]


@pytest.mark.usefixtures("_counted")
def test_what_a_clip_took_is_told_without_what_came_in_between(
    begin: Begin, line: Connection, diary: Diary, tmp_path: Path, pause: Pause
) -> None:
    begin("long", Rank.LONG)
    hear(line, 2, tmp_path / "short", Rank.SHORT)
    until_all_came(line, 3)
    pause.end()

    took_s = took(line, 2)

    assert diary.done == ["long 1", "come this far", "short 1", "short 2", "long 2"]
    assert took_s == {1: 2.0, 2: 2.0}


def test_short_clips_that_wait_are_heard_together(
    begin: Begin, line: Connection, diary: Diary, tmp_path: Path, pause: Pause
) -> None:
    begin("first", Rank.SHORT, 2.0)  # it waited for no other
    hear(line, 2, tmp_path / "failed before", Rank.SHORT)
    hear(line, 3, tmp_path / "second", Rank.SHORT, 2.0)
    hear(line, 4, tmp_path / "third", Rank.SHORT, 3.0)
    hear(line, 5, tmp_path / "pressed", Rank.PRESSED, 2.0)
    line.send(read(6, "note", Rank.SHORT))
    assert answers(line, 1) == [6]  # and so the others came before it
    pause.end()

    assert answers(line, 5) == [5, 1, 2, 3, 4]
    alone = ("note 1", "note 2", "pressed 1", "pressed 2", "first 2")
    assert diary.done[1:6] == list(alone)
    assert diary.done[-2:] == ["second and third 1", "second and third 2"]


@pytest.mark.usefixtures("_counted")
def test_what_they_took_together_is_shared_out_by_their_length(
    begin: Begin, line: Connection, diary: Diary, tmp_path: Path, pause: Pause
) -> None:
    begin("first", Rank.SHORT)
    hear(line, 2, tmp_path / "second", Rank.SHORT, 3.0)
    hear(line, 3, tmp_path / "third", Rank.SHORT, 1.0)
    line.send(read(4, "note", Rank.SHORT))
    assert answers(line, 1) == [4]
    pause.end()

    took_s = took(line, 3)

    assert {number: took_s[number] for number in (2, 3)} == {2: 1.5, 3: 0.5}


def test_one_that_breaks_takes_none_of_the_others_with_it(
    begin: Begin, line: Connection, tmp_path: Path, pause: Pause
) -> None:
    begin("first", Rank.SHORT)
    hear(line, 2, tmp_path / "broken", Rank.SHORT, 1.0)
    hear(line, 3, tmp_path / "whole", Rank.SHORT, 1.0)
    line.send(read(4, "note", Rank.SHORT))
    assert answers(line, 1) == [4]
    pause.end()

    told: dict[int, list[object]] = {1: [], 2: [], 3: []}
    while not (told[2][-1:] == ["failed"] and told[3][-1:] == ["done"]):
        assert line.poll(PATIENCE_S)
        number, _, kind, content = line.recv()
        told[number].append((kind, content) if kind == "begun" else kind)

    assert told[2] == [("begun", True), ("begun", None), "failed"]
    assert told[3][:2] == [("begun", True), ("begun", None)]


def test_no_more_are_heard_together_than_one_long_sound_is() -> None:
    assert heard_at_once([None, 2.0]) == [0]
    assert heard_at_once([2.0, None, 2.0]) == [0, 2]
    assert heard_at_once([59.0, 2.0]) == [0]
    assert heard_at_once([25.0, 25.0, 25.0]) == [0, 1]
    assert heard_at_once([1.0] * 20) == list(range(8))


def test_those_are_heard_together_that_are_of_a_length() -> None:
    assert heard_at_once([20.0, 2.0, 19.0, 3.0, 21.0]) == [0, 2, 4]
    assert heard_at_once([2.0, 30.0, 3.0, 29.0, 4.0, 1.0]) == [0, 2, 3, 4, 5]
