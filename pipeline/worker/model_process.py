"""The models, as the worker sees them: a child process that comes when needed and goes when idle.

In a process of their own their memory comes back when they rest, and a decode that is
stuck can be killed. What is short goes before what is long, also where that has begun. The
child's side is `model_child.py`.
"""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum
from io import IOBase
from multiprocessing import reduction
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from core.audio import RATE_HZ
from core.errors import UserError
from core.machine import GIVES_BACK, thread_pools
from core.moment import Transcript
from pipeline.embedders import MINI_LM
from pipeline.media.encoded import Encoded
from pipeline.spool.order import Turn, turn
from pipeline.spool.tries import Why, read_tries
from pipeline.store.format.drafts import Embedding

if TYPE_CHECKING:
    from pipeline.voices.turns import Voices

Progress = Callable[[float], None]
"""Told how many seconds of sound are done."""

Vectors = npt.NDArray[np.float32]

Said = tuple[Transcript, str | None]
"""What was typed or heard, and the speaker, where one is known."""

LONG_TEXT_SIGNS = 8_000
"""Some ten passages: a quarter of a second of work here, for which a query would wait."""


class Rank(IntEnum):
    """What goes before what, also where the other has begun."""

    QUERY = 0
    PRESSED = 1
    SHORT = 2
    LONG = 3
    CANDIDATE = 4
    AGAIN = 5


class Asked(NamedTuple):
    """One request to the child. The clip that it is about, if any, follows as a descriptor.

    `target` is where the encoded sound is to lie, `model` which one is to hear it again, and
    `seconds` how long a sound is that may be heard together with others.
    """

    number: int
    what: str
    about: Any
    rank: Rank
    target: Path | None = None
    model: str | None = None
    seconds: float | None = None

    @property
    def is_about_a_clip(self) -> bool:
        return self.what in {"hear", "hear_again", "encode"}


class Hand(IntEnum):
    """What the child does beside each other: what takes a blink of an eye, and all the rest."""

    LIGHT = 0
    HEAVY = 1


def hand_of(asked: Asked) -> Hand:
    """The hand that serves this. Pure.

    Sound is encoded beside whatever is being heard: what was pressed for is to be kept at once.
    """
    if asked.what == "encode":
        return Hand.LIGHT
    is_hearing = asked.what in {"hear", "hear_again"}
    return Hand.HEAVY if is_hearing or asked.rank is Rank.LONG else Hand.LIGHT


class ModelsFailed(Exception):
    """The child died, was stuck and killed, or raised what it should not. It may be tried again."""

    def __init__(self, sentence: str, why: Why = "broke") -> None:
        super().__init__(sentence)
        self.why: Why = why


@dataclass(frozen=True, slots=True)
class Heard:
    """What a clip comes to; `embedding` is None where there are no words.

    `voices` is None also where the model that tells them apart is not here. `cpu_s` is what it
    took of the processor, in all threads of the models' process.
    """

    transcript: Transcript
    embedding: Embedding | None
    cpu_s: float = 0.0
    voices: "Voices | None" = None


class Models(Protocol):
    """What the worker asks of models. All of it may take seconds; none of it blocks the loop."""

    async def hear(self, clip: Path, progress: Progress) -> Heard:
        """The words of a clip file of the spool, and their passages and vectors."""

    async def hear_candidate(self, clip: Path) -> Heard:
        """The same of what nobody pressed for: whatever was kept goes before it."""

    async def hear_again(self, clip: Path, model: str, progress: Progress) -> Heard:
        """The same by the larger model of this name. Everything else goes before it."""

    async def encode(self, clip: Path, target: Path, progress: Progress) -> Encoded:
        """The sound of a clip file of the spool, encoded into a new file."""

    def embedder(self) -> str:
        """The name of the embedder whose vectors `hear` and `read` give."""

    async def read(self, said: Sequence[Said]) -> list[Embedding | None]:
        """Passages and vectors of what was typed or heard; None for no words."""

    async def embed(self, texts: Sequence[str], embedder: str) -> Vectors:
        """Vectors of queries by the embedder of this name, float32 (n, dimensions), unit length."""

    async def close(self) -> None:
        """Let the models go. They come back when asked again."""


class ChildModels:
    """The real models, in a child process.

    It is started by the first request, ended after `idle_s` without one, and killed
    when it has said nothing for `stuck_s`: requests then raise ModelsFailed.
    """

    module = "pipeline.worker.model_child"

    def __init__(  # noqa: PLR0913 - each is a matter of its own
        self,
        home: Path,
        *,
        idle_s: float,
        stuck_s: float,
        threads: int = 1,
        embedder: Callable[[], str] = lambda: MINI_LM,
        hearing: Callable[[], object] = lambda: None,
    ) -> None:
        """`embedder` gives the name of the embedder that is chosen now.

        `hearing` gives those settings of now that the child reads as it starts: where they
        are others, the next request that finds it idle has a new child.
        """
        self._home = home
        self.embedder = embedder
        self._idle_s = idle_s
        self._stuck_s = stuck_s
        self._threads = threads
        self._hearing = hearing
        self._started_with: object = None
        self._child: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None
        self._waiting: dict[int, _Request] = {}
        self._number = 0
        self._heard = dict.fromkeys(Hand, 0)
        self._sender = ThreadPoolExecutor(1, "to-models")
        self._rest: asyncio.TimerHandle | None = None

    async def hear(self, clip: Path, progress: Progress) -> Heard:
        with clip.open("rb") as file:
            rank = _rank_of(file, clip)
            # What the models failed on before drags no other clip along.
            is_alone = rank is Rank.LONG or read_tries(clip) is not None
            seconds = None if is_alone else _seconds_of(file)
            asked = Asked(0, "hear", file, rank, seconds=seconds)
            heard: Heard = await self._ask(asked, progress)
        return heard

    async def hear_candidate(self, clip: Path) -> Heard:
        with clip.open("rb") as file:
            asked = Asked(0, "hear", file, Rank.CANDIDATE)
            heard: Heard = await self._ask(asked)
        return heard

    async def hear_again(self, clip: Path, model: str, progress: Progress) -> Heard:
        with clip.open("rb") as file:
            asked = Asked(0, "hear_again", file, Rank.AGAIN, model=model)
            heard: Heard = await self._ask(asked, progress)
        return heard

    async def encode(self, clip: Path, target: Path, progress: Progress) -> Encoded:
        with clip.open("rb") as file:
            asked = Asked(0, "encode", file, _rank_of(file, clip), target)
            encoded: Encoded = await self._ask(asked, progress)
        return encoded

    async def read(self, said: Sequence[Said]) -> list[Embedding | None]:
        rank = _rank(sum(len(transcript.text) for transcript, _ in said) > LONG_TEXT_SIGNS)
        read: list[Embedding | None] = await self._ask(Asked(0, "read", list(said), rank))
        return read

    async def embed(self, texts: Sequence[str], embedder: str) -> Vectors:
        about = (list(texts), embedder)
        vectors: Vectors = await self._ask(Asked(0, "embed", about, Rank.QUERY))
        return vectors

    async def close(self) -> None:
        self._end()

    async def _ask(self, asked: Asked, progress: Progress | None = None) -> Any:  # noqa: ANN401 - what the child answers depends on what it is asked
        is_again = False
        while True:
            try:
                return await self._ask_once(asked, progress)
            except _NotAlone:  # which of several it was shows when each is by itself
                asked = asked._replace(seconds=None)
            except _NotBegun as error:  # another request ended the child; there is a new one
                if is_again and not error.is_of_another:
                    raise
                is_again = True

    async def _ask_once(self, asked: Asked, progress: Progress | None) -> Any:  # noqa: ANN401
        line = self._started()
        self._number += 1
        asked = asked._replace(number=self._number)
        future = asyncio.get_running_loop().create_future()
        request = _Request(future, progress, hand_of(asked))
        self._waiting[asked.number] = request
        try:
            self._send(line, asked)
            return await self._answer(request)
        finally:
            self._waiting.pop(asked.number, None)
            self._rest_later()

    def _send(self, line: Connection, asked: Asked) -> None:
        """From a thread: while the child works, a large request waits to be taken in.

        Where the child is gone, `_hear_child` learns it.
        """
        if isinstance(asked.about, IOBase):
            own = os.dup(asked.about.fileno())
            sent = self._sender.submit(_send_file, line, asked._replace(about=None), own)
            sent.add_done_callback(lambda _: os.close(own))
        else:
            self._sender.submit(line.send, asked)

    async def _answer(self, request: "_Request") -> Any:  # noqa: ANN401 - as in _ask
        """Wait as long as its hand gives signs of life, to whichever request."""
        while True:
            heard = self._heard[request.hand]
            done, _ = await asyncio.wait({request.future}, timeout=self._stuck_s)
            if done:
                return request.future.result()
            if self._heard[request.hand] == heard:
                self._end()
                self._fail("The models said nothing for too long and were ended.", "stuck")

    def _started(self) -> Connection:
        if self._rest is not None:
            self._rest.cancel()
        if not self._waiting and self._hearing() != self._started_with:
            self._end()
        if self._line is None:
            self._started_with = self._hearing()
            ours, theirs = socket.socketpair()
            with theirs:
                number = theirs.fileno()
                self._child = subprocess.Popen(
                    [sys.executable, "-m", self.module, str(number), self._home],
                    pass_fds=[number],
                    stdin=subprocess.DEVNULL,
                    env={**os.environ, **thread_pools(self._threads), **GIVES_BACK},
                )
            self._line = Connection(ours.detach())
            asyncio.get_running_loop().add_reader(self._line.fileno(), self._hear_child)
        return self._line

    def _hear_child(self) -> None:
        if self._line is None:
            return
        try:
            number, hand, kind, content = self._line.recv()
        except (EOFError, OSError):
            self._end()
            self._fail("The models ended.", "ended")
            return
        self._heard[hand] += 1
        request = self._waiting.get(number)
        if request is not None:
            request.take(kind, content)

    def _rest_later(self) -> None:
        if not self._waiting and self._line is not None:
            loop = asyncio.get_running_loop()
            self._rest = loop.call_later(self._idle_s, self._end)

    def _end(self) -> None:
        if self._line is not None:
            asyncio.get_running_loop().remove_reader(self._line.fileno())
            line, self._line = self._line, None
            if self._child is not None:
                self._child.kill()
                self._child.wait()
                self._child = None
            self._sender.submit(line.close)  # after what may still be sent on it

    def _fail(self, sentence: str, why: Why) -> None:
        is_of_another = any(request.is_begun for request in self._waiting.values())
        for request in self._waiting.values():
            request.fail(sentence, why, is_of_another=is_of_another)


class _NotBegun(ModelsFailed):
    """The child ended before it came to this request; `is_of_another`: it was at another one."""

    is_of_another = False


class _NotAlone(ModelsFailed):
    """The child ended at this request and at others at once."""


class _Request:
    """One question to the child, and its answer to come."""

    def __init__(self, future: asyncio.Future[Any], progress: Progress | None, hand: Hand) -> None:
        self.future = future
        self.hand = hand
        self._progress = progress
        self.is_begun = False
        self._is_together = False

    def take(self, kind: str, content: object) -> None:
        """Whatever comes; with `begun`, whether others are worked on at once."""
        self.is_begun = True
        if kind == "begun":
            self._is_together = bool(content)
        if self.future.done():
            return
        if kind == "progress" and self._progress is not None and isinstance(content, float):
            self._progress(content)
        elif kind == "done":
            self.future.set_result(content)
        elif kind == "refused" and isinstance(content, UserError):
            self.future.set_exception(content)
        elif kind == "failed":
            self.future.set_exception(ModelsFailed(str(content)))

    def fail(self, sentence: str, why: Why, *, is_of_another: bool) -> None:
        if self.future.done():
            return
        if self.is_begun:
            kind = _NotAlone if self._is_together else ModelsFailed
            self.future.set_exception(kind(sentence, why))
            return
        error = _NotBegun(sentence, why)
        error.is_of_another = is_of_another
        self.future.set_exception(error)


def _rank_of(clip: IO[bytes], path: Path) -> Rank:
    its_turn = turn("clip", path.name, os.fstat(clip.fileno()).st_size)
    return Rank.PRESSED if its_turn is Turn.PRESSED else _rank(its_turn is Turn.LONG)


def _seconds_of(clip: IO[bytes]) -> float:
    """A little more than its sound lasts, since what else is in it counts too."""
    return os.fstat(clip.fileno()).st_size / (2 * RATE_HZ)


def _rank(is_long: bool) -> Rank:  # noqa: FBT001 - it names what is asked
    return Rank.LONG if is_long else Rank.SHORT


def _send_file(line: Connection, asked: Asked, descriptor: int) -> None:
    line.send(asked)
    reduction.send_handle(line, descriptor, None)
