"""The child process that holds the models. Started by `model_service.py`, never by hand.

It serves one request after the other; while it hears a long clip, short ones (a
query's vector) are served between two windows. It ends when its line is closed.
"""

import sys
import traceback
from collections.abc import Callable, Sequence
from functools import cached_property
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from core.access.memory import close_memory
from core.access.private import keep_to_ourselves
from core.errors import UserError
from core.moment import Transcript
from core.pcm import Pcm
from core.settings import ModelSettings
from core.settings_file import load
from pipeline import models
from pipeline.hearing.transcribe_clip import hear
from pipeline.hearing.transcriber import Transcriber, WhisperTranscriber
from pipeline.meaning.embedder import MiniLmEmbedder, open_embedder
from pipeline.meaning.placing import placed
from pipeline.speech.speech_model import SileroSpeechModel, SpeechModel
from pipeline.spool.clip_sound import read_clip
from pipeline.store.format.drafts import Embedding
from pipeline.worker.model_process import Heard, Progress, Vectors


class LoadedModels:
    """The models in this process, each loaded when it is first needed."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._settings = load(home)

    def hear(self, clip: Path, progress: Progress) -> Heard:
        """The words of a clip of the spool. The transcriber is loaded only if somebody speaks."""
        letter, pcm = read_clip(clip)
        transcript = hear(pcm, self._speech_model, self._transcriber, progress)
        return Heard(transcript, placed(transcript, letter.speaker, self._embedder))

    def read(self, texts: Sequence[tuple[str, str | None]]) -> list[Embedding | None]:
        """Passages and vectors of typed texts."""
        return [placed(Transcript(text), speaker, self._embedder) for text, speaker in texts]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of queries."""
        return self._embedder.embed(texts)

    @cached_property
    def _speech_model(self) -> SpeechModel:
        return SileroSpeechModel(self._path("speech"))

    @cached_property
    def _transcriber(self) -> Transcriber:
        return _WhenNeeded(lambda: self._path("transcriber"), self._settings.models)

    @cached_property
    def _embedder(self) -> MiniLmEmbedder:
        return open_embedder(self._path("embedder"), threads=self._settings.models.threads)

    def _path(self, name: str) -> Path:
        return models.find(name, settings=self._settings, home=self._home)


class _WhenNeeded:
    """Whisper, loaded when somebody speaks: a clip of noise should not cost 200 MB."""

    def __init__(self, folder: Callable[[], Path], chosen: ModelSettings) -> None:
        own = chosen.transcriber_path
        self.name = "whisper-tiny.en" if own is None else own.name
        self._folder = folder
        self._threads = chosen.threads

    @cached_property
    def _whisper(self) -> Transcriber:
        return WhisperTranscriber(self._folder(), threads=self._threads, name=self.name)

    def transcribe(self, pcm: Pcm) -> Transcript:
        return self._whisper.transcribe(pcm)


class Server:
    """Answers the requests that come over the line."""

    def __init__(self, line: Connection, loaded: LoadedModels) -> None:
        self._line = line
        self._loaded = loaded
        self._postponed: list[tuple[int, str, Any]] = []

    def serve(self) -> None:
        """Until the line is closed."""
        while True:
            try:
                number, what, about = (
                    self._postponed.pop(0) if self._postponed else self._line.recv()
                )
            except (EOFError, OSError):
                return
            self._answer(number, what, about)

    def _answer(self, number: int, what: str, about: Any) -> None:  # noqa: ANN401 - as it was sent
        answers: dict[str, Callable[[], object]] = {
            "hear": lambda: self._loaded.hear(about, lambda done_s: self._progress(number, done_s)),
            "read": lambda: self._loaded.read(about),
            "embed": lambda: self._loaded.embed(about),
        }
        try:
            self._line.send((number, "done", answers[what]()))
        except UserError as error:
            self._line.send((number, "refused", error))
        except BrokenPipeError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, the worker is told
            traceback.print_exc()
            self._line.send((number, "failed", type(error).__name__))

    def _progress(self, number: int, done_s: float) -> None:
        """A sign of life; and the moment to serve what is short and should not wait."""
        self._line.send((number, "progress", float(done_s)))
        while self._line.poll():
            request = self._line.recv()
            if request[1] == "embed":
                self._answer(*request)
            else:
                self._postponed.append(request)


def main() -> None:
    """Serve the line whose descriptor is named, with the models of the home that is."""
    keep_to_ourselves()
    close_memory()
    descriptor, home = sys.argv[1:]
    line = Connection(int(descriptor))
    try:
        Server(line, LoadedModels(Path(home))).serve()
    except (BrokenPipeError, KeyboardInterrupt):  # the worker is gone: nobody waits for an answer
        sys.exit(1)


if __name__ == "__main__":
    main()
