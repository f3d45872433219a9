"""A child process of the models without any: one clip ends it, another waits for company."""

import os
import sys
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from core.moment import Transcript
from core.pcm import Pcm
from pipeline.media.encoded import Encoded
from pipeline.spool.clip_sound import read_clip
from pipeline.store.format.drafts import Embedding
from pipeline.worker.model_child import Server
from pipeline.worker.model_process import Hand, Heard, Progress, Said, Vectors
from tests.waiting import waited

DEADLY = 666
"""The first sample of a clip that ends the process."""

WAITING = 5
"""Of one that is heard until three others wait."""


class Dying:
    """Says of each clip how many were heard with it."""

    server: Server

    def hear(self, clip: Path, progress: Progress) -> Heard:
        sound = read_clip(clip)[1]
        if sound[0] == WAITING:
            waited(lambda: len(self.server._hands[Hand.HEAVY]._asked) == 3)
        return _heard([sound])[0]

    def hear_together(self, clips: Sequence[tuple[Path, Progress]]) -> list[Heard]:
        return _heard([read_clip(clip)[1] for clip, _ in clips])

    def hear_again(self, clip: Path, model: str, progress: Progress) -> Heard:
        raise NotImplementedError

    def encode(self, clip: Path, target: Path, progress: Progress) -> Encoded:
        raise NotImplementedError

    def read(self, said: Sequence[Said], progress: Progress) -> list[Embedding | None]:
        raise NotImplementedError

    def embed(self, texts: Sequence[str], embedder: str) -> Vectors:
        return np.zeros((1, 384), np.float32)


def _heard(sounds: Sequence[Pcm]) -> list[Heard]:
    if any(sound[0] == DEADLY for sound in sounds):
        os._exit(1)
    return [Heard(Transcript(str(len(sounds))), None) for _ in sounds]


if __name__ == "__main__":
    models = Dying()
    models.server = Server(Connection(int(sys.argv[1])), models)
    models.server.serve()
    os._exit(0)
