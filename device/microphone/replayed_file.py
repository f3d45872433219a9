"""A sound file as the microphone, in real time. The root hands in what decodes it."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from core.audio import RATE_HZ
from core.pcm import Pcm
from device.ports import BLOCK_SAMPLES, Block, Ended, FromMicrophone

Decode = Callable[[], Iterable[Pcm]]


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a replay, in seconds of its sound."""

    seconds: float
    at_s: float
    playing: bool


class ReplayedFile:
    """Plays a file once, then silence; `play` starts it again. Sound never stops coming.

    `speed` above 1 is for tests. With `waits`, nothing plays before the first `play`.
    """

    def __init__(
        self, name: str, seconds: float, decode: Decode, *, speed: float = 1.0, waits: bool = False
    ) -> None:
        self.name = name
        self._seconds = seconds
        self._decode = decode
        self._speed = speed
        self._again = threading.Event()
        self._stopped = threading.Event()
        self._played_samples = 0
        self._playing = False
        self._thread: threading.Thread | None = None
        if not waits:
            self._again.set()

    def start(self, deliver: Callable[[FromMicrophone], None]) -> None:
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, args=(deliver,), daemon=True)
        self._thread.start()

    def relax(self, *, on: bool) -> bool:  # noqa: ARG002 - a file pays no heed
        """False: a file is played for somebody who listens, so nothing is held back."""
        return False

    def hurry(self) -> None:
        """Do nothing: a file has no sound of this instant."""

    def stop(self) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(2.0)

    def play(self) -> None:
        """Play from the beginning, from the next block on."""
        self._again.set()

    def progress(self) -> Progress:
        return Progress(self._seconds, self._played_samples / RATE_HZ, self._playing)

    def _run(self, deliver: Callable[[FromMicrophone], None]) -> None:
        due_s = time.monotonic()
        for pcm, ended in self._blocks():
            due_s += BLOCK_SAMPLES / RATE_HZ / self._speed
            if self._stopped.wait(max(0.0, due_s - time.monotonic())):
                return
            deliver(Block(pcm, time.monotonic()))
            if ended:
                deliver(Ended())

    def _blocks(self) -> Iterator[tuple[Pcm, bool]]:
        """Whole blocks for ever, and with each whether the file ended with it."""
        silence: Pcm = np.zeros(BLOCK_SAMPLES, np.int16)
        while True:
            if not self._again.is_set():
                yield silence, False
                continue
            self._again.clear()
            self._played_samples, self._playing = 0, True
            for block in _even(self._decode()):
                self._played_samples += len(block)
                yield _whole(block), False
                if self._again.is_set():
                    break
            else:
                self._playing = False
                yield silence, True


def _even(chunks: Iterable[Pcm]) -> Iterator[Pcm]:
    """The same sound in blocks of one size, but for the last."""
    rest: Pcm = np.zeros(0, np.int16)
    for chunk in chunks:
        rest = np.concatenate([rest, chunk])
        while len(rest) >= BLOCK_SAMPLES:
            yield rest[:BLOCK_SAMPLES]
            rest = rest[BLOCK_SAMPLES:]
    if len(rest):
        yield rest


def _whole(block: Pcm) -> Pcm:
    return np.pad(block, (0, BLOCK_SAMPLES - len(block)))
