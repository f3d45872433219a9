"""The child serves what is short before what is long, also where that has begun."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import Pipe, reduction
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest

from core.moment import Transcript
from pipeline.store.format.drafts import Embedding
from pipeline.worker.model_child import Server
from pipeline.worker.model_process import Asked, Heard, Progress, Rank, Vectors


class Diary:
    """Models that write down what they do, piece by piece, and what comes in between."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.meanwhile: dict[str, Callable[[], None]] = {}

    def hear(self, clip: Path, progress: Progress) -> Heard:
        self._work(clip.read_text(encoding="ascii"), progress)
        return Heard(Transcript(""), None)

    def read(
        self, texts: Sequence[tuple[str, str | None]], progress: Progress
    ) -> list[Embedding | None]:
        self._work(texts[0][0], progress)
        return [None]

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.done.append(texts[0])
        return np.zeros((1, 384), np.float32)

    def _work(self, name: str, progress: Progress) -> None:
        for piece in (1, 2):
            self.done.append(f"{name} {piece}")
            self.meanwhile.pop(f"{name} {piece}", lambda: None)()
            progress(piece)


@pytest.fixture
def diary() -> Diary:
    return Diary()


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
        number, kind, _ = line.recv()
        told += [number] if kind == "done" else []
    return told


def read(number: int, name: str, rank: Rank) -> Asked:
    return Asked(number, "read", [(name, None)], rank)


def test_short_work_is_done_between_two_pieces_of_long_work(line: Connection, diary: Diary) -> None:
    def ask_more() -> None:
        line.send(read(2, "other long", Rank.LONG))
        line.send(read(3, "short", Rank.SHORT))
        line.send(Asked(4, "embed", ["query"], Rank.QUERY))

    diary.meanwhile["long 1"] = ask_more
    line.send(read(1, "long", Rank.LONG))

    assert answers(line, 4) == [4, 3, 1, 2]
    assert diary.done == [
        *("long 1", "query", "short 1", "short 2"),
        *("long 2", "other long 1", "other long 2"),
    ]


def test_a_query_goes_before_short_work_that_goes_before_long(
    line: Connection, diary: Diary
) -> None:
    diary.meanwhile["long 1"] = lambda: line.send(read(2, "short", Rank.SHORT))
    diary.meanwhile["short 1"] = lambda: line.send(Asked(3, "embed", ["query"], Rank.QUERY))
    line.send(read(1, "long", Rank.LONG))

    assert answers(line, 3) == [3, 2, 1]


def test_a_short_clip_is_heard_in_the_middle_of_a_long_one(
    line: Connection, diary: Diary, tmp_path: Path
) -> None:
    def hear(number: int, name: str, rank: Rank) -> None:
        (tmp_path / name).write_text(name, encoding="ascii")
        descriptor = os.open(tmp_path / name, os.O_RDONLY)
        line.send(Asked(number, "hear", None, rank))
        reduction.send_handle(line, descriptor, None)
        os.close(descriptor)

    diary.meanwhile["long 1"] = lambda: hear(2, "short", Rank.SHORT)
    hear(1, "long", Rank.LONG)

    assert answers(line, 2) == [2, 1]
    assert diary.done == ["long 1", "short 1", "short 2", "long 2"]
