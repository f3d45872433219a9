"""The child process that holds the models. Started by `model_process.py`, never by hand.

It serves queries and notes beside everything else, and of the rest one request after the
other, the short ones first: while it works on a long one, shorter ones are served between two
windows of sound or a few passages of a text. It ends when its line is closed.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import takewhile
from multiprocessing import reduction
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from core.access.memory import close_memory
from core.access.private import keep_to_ourselves
from core.errors import ModelMissing, UserError
from core.log import get_log
from core.machine import give_memory_back, profile
from core.moment import Transcript
from core.pcm import Pcm
from core.settings_file import load
from core.spool_port import Clip
from pipeline import embedders, media, models
from pipeline.hearing.packing import LONGEST_S
from pipeline.hearing.transcribe_clip import hear, hear_together, heard_at_once
from pipeline.meaning.placing import placed
from pipeline.media.encoded import Encoded
from pipeline.refining.second_model import second_model
from pipeline.spool.clip_sound import duration_ms, read_clip
from pipeline.store.format.drafts import Embedding
from pipeline.transcribers import open_own_words, open_second_transcriber, open_transcriber
from pipeline.worker.model_process import (
    Asked,
    Hand,
    Heard,
    Progress,
    Rank,
    Said,
    Vectors,
    hand_of,
)

if TYPE_CHECKING:  # each loads a library of its own, and most requests need but one of them
    from pipeline.hearing.transcriber import Transcriber
    from pipeline.meaning.embedder import Embedder
    from pipeline.speech.speech_model import SpeechModel
    from pipeline.voices.voice_model import VoiceModel


class Loaded(Protocol):
    """What the server needs of models that are in this process."""

    def hear(self, clip: Path, progress: Progress) -> Heard:
        """The words of a clip, and their passages and vectors."""

    def hear_together(self, clips: Sequence[tuple[Path, Progress]]) -> list[Heard]:
        """The very same of several short clips, at less cost than one after the other."""

    def hear_again(self, clip: Path, model: str, progress: Progress) -> Heard:
        """The same by a larger model, which the settings name."""

    def encode(self, clip: Path, target: Path, progress: Progress) -> Encoded:
        """The sound of a clip, encoded."""

    def read(self, said: Sequence[Said], progress: Progress) -> list[Embedding | None]:
        """Passages and vectors of what was typed or heard."""

    def embed(self, texts: Sequence[str], embedder: str) -> Vectors:
        """Vectors of queries."""


class LoadedModels:
    """The models in this process, each loaded when it is first needed."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._settings = load(home)
        self._longest_s = LONGEST_S[profile(self._settings.machine.profile)]
        self._resting_speech_models: list[SpeechModel] = []
        self._loading = threading.Lock()
        self._embedders: dict[str, Embedder] = {}
        self._second_transcribers: dict[str, Transcriber] = {}

    def hear(self, clip: Path, progress: Progress) -> Heard:
        """The words of a clip of the spool. The transcriber is loaded only if somebody speaks."""
        letter, pcm = read_clip(clip)
        heard = self._words(self._transcriber, pcm, progress)
        return self._with_voices(self._placed(heard, letter, pcm, progress), heard, pcm, progress)

    def hear_together(self, clips: Sequence[tuple[Path, Progress]]) -> list[Heard]:
        """The words of several short clips of the spool."""
        read = [read_clip(clip) for clip, _ in clips]
        told = [progress for _, progress in clips]
        sounds = [(pcm, tell) for (_, pcm), tell in zip(read, told, strict=True)]
        with self._speech_model() as speech_model:
            heard = hear_together(
                sounds, speech_model, self._transcriber, longest_s=self._longest_s
            )
        return [
            self._with_voices(self._placed(each, letter, pcm, tell), each, pcm, tell)
            for each, (letter, pcm), tell in zip(heard, read, told, strict=True)
        ]

    def hear_again(self, clip: Path, model: str, progress: Progress) -> Heard:
        """The same by the larger model of this name. Raises ModelMissing where it is not here."""
        if model not in self._second_transcribers:
            settings = load(self._home)  # it may have been named since this process began
            if second_model(settings, self._home).name != model:
                raise ModelMissing(
                    f"The larger model of now is not {model}.", advice="Run `refine` again."
                )
            second = open_second_transcriber(settings, self._home)
            self._second_transcribers = {model: second}
        letter, pcm = read_clip(clip)
        heard = self._words(self._second_transcribers[model], pcm, progress)
        return self._placed(heard, letter, pcm, progress)

    def _words(self, transcriber: Transcriber, pcm: Pcm, progress: Progress) -> Transcript:
        with self._speech_model() as speech_model:
            return hear(pcm, speech_model, transcriber, progress, longest_s=self._longest_s)

    def _placed(self, heard: Transcript, letter: Clip, pcm: Pcm, progress: Progress) -> Heard:
        transcript = self._with_own_words(heard)
        whole_s = duration_ms(pcm) / 1000
        embedder = self._embedder()
        embedding = placed(transcript, letter.speaker, embedder, lambda _: progress(whole_s))
        return Heard(transcript, embedding)

    def _with_voices(self, told: Heard, heard: Transcript, pcm: Pcm, progress: Progress) -> Heard:
        """And who speaks when, where the wearer has fetched what tells it."""
        if self._voice_model is None:
            return told
        whole_s = duration_ms(pcm) / 1000
        model = self._voice_model
        from pipeline.voices.hear_voices import hear_voices  # noqa: PLC0415

        voices = hear_voices(pcm, heard.words, model, lambda _: progress(whole_s))
        return replace(told, voices=voices)

    def encode(self, clip: Path, target: Path, progress: Progress) -> Encoded:
        """The sound of a clip of the spool, encoded into a new file."""
        return media.encode_opus(read_clip(clip)[1], target, progress)

    def read(self, said: Sequence[Said], progress: Progress) -> list[Embedding | None]:
        """Passages and vectors of what was typed or heard."""
        embedder = self._embedder()
        return [placed(transcript, speaker, embedder, progress) for transcript, speaker in said]

    def embed(self, texts: Sequence[str], embedder: str | None = None) -> Vectors:
        """Vectors of queries."""
        return self._embedder(embedder).embed(texts)

    @contextlib.contextmanager
    def _speech_model(self) -> Iterator[SpeechModel]:
        """One that nobody uses: it remembers its stream, and a short clip interrupts a long one."""
        from pipeline.speech.silero import SileroSpeechModel  # noqa: PLC0415

        resting = self._resting_speech_models
        model = resting.pop() if resting else SileroSpeechModel(self._path("speech"))
        yield model
        resting.append(model)

    @cached_property
    def _voice_model(self) -> VoiceModel | None:
        if not models.is_there("voice", settings=self._settings, home=self._home):
            return None
        from pipeline.voices.voice_model import GE2EVoiceModel  # noqa: PLC0415

        try:
            return GE2EVoiceModel(self._path("voice"))
        except ModelMissing as error:  # damaged: the words need none of it
            get_log().warning("voices_not_told_apart", reason=error.sentence)
            return None

    @cached_property
    def _transcriber(self) -> Transcriber:
        return open_transcriber(self._settings, self._home)

    @cached_property
    def _with_own_words(self) -> Callable[[Transcript], Transcript]:
        return open_own_words(self._settings)

    def _embedder(self, name: str | None = None) -> Embedder:
        """The one that is chosen, or that of this name. Both hands use it: the first loads it.

        Two are held only while an archive is embedded anew.
        """
        with self._loading:
            name = name or embedders.chosen(self._settings, self._home)
            if name not in self._embedders:
                self._embedders[name] = embedders.opened(name, self._settings, self._home)
                give_memory_back()
            return self._embedders[name]

    def _path(self, name: str) -> Path:
        return models.find(name, settings=self._settings, home=self._home)


class Server:
    """Answers the requests that come over the line, with two hands.

    One does what is light, beside whatever the other is at: a window of sound takes a second
    here and a minute on the slowest machine, and nobody who asks or notes something waits for it.
    """

    def __init__(self, line: Connection, loaded: Loaded) -> None:
        self._line = line
        self._loaded = loaded
        self._sending = threading.Lock()
        self._hands = {hand: _Waiting() for hand in Hand}
        self._between_s = dict.fromkeys(Hand, 0.0)

    def serve(self) -> None:
        """Until the line is closed; what is being done then is left."""
        for waiting in self._hands.values():
            threading.Thread(target=self._work, args=[waiting], daemon=True).start()
        with contextlib.suppress(EOFError, OSError):
            while True:
                asked = self._receive()
                self._hands[hand_of(asked)].put(asked)

    def _receive(self) -> Asked:
        asked: Asked = self._line.recv()
        if not asked.is_about_a_clip:
            return asked
        return asked._replace(about=reduction.recv_handle(self._line))

    def _work(self, waiting: _Waiting) -> None:
        with contextlib.suppress(BrokenPipeError):
            while True:
                self._answer_all(waiting.take())

    def _answer_all(self, some: Sequence[Asked]) -> None:
        """One request, or several clips that are heard together."""
        if len(some) == 1:
            self._answer(some[0])
            return
        for asked in some:
            self._send(asked, "begun", True)  # noqa: FBT003 - together with others
        with contextlib.ExitStack() as stack:
            clips = [stack.enter_context(_named(asked.about)) for asked in some]
            try:
                heard = self._heard_together(some, clips)
            except (BrokenPipeError, UserError) as error:
                if isinstance(error, BrokenPipeError):
                    raise
                heard = []
            except Exception:  # noqa: BLE001 - on whichever it was shows when each is by itself
                traceback.print_exc()
                heard = []
            if heard:
                for asked, each in zip(some, heard, strict=True):
                    self._send(asked, "done", each)
                return
            alone = [asked._replace(about=os.dup(asked.about)) for asked in some]
        for asked in alone:
            self._answer(asked)

    def _heard_together(self, some: Sequence[Asked], clips: Sequence[Path]) -> list[Heard]:
        """With the processor time that they took, shared out by how long each clip is."""
        began_s = time.process_time()
        tells = [partial(self._progress, asked) for asked in some]
        heard = self._loaded.hear_together(list(zip(clips, tells, strict=True)))
        used_s = time.process_time() - began_s
        all_s = sum(asked.seconds or 0.0 for asked in some)
        return [
            replace(each, cpu_s=used_s * (asked.seconds or 0.0) / all_s)
            for each, asked in zip(heard, some, strict=True)
        ]

    def _answer(self, asked: Asked) -> None:
        try:
            self._send(asked, "done", self._done(asked))
        except UserError as error:
            self._send(asked, "refused", error)
        except BrokenPipeError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, the worker is told
            traceback.print_exc()
            self._send(asked, "failed", type(error).__name__)

    def _done(self, asked: Asked) -> object:
        self._send(asked, "begun", None)

        def progress(done: float) -> None:
            self._progress(asked, done)

        match asked.what:
            case "hear":
                with _named(asked.about) as clip:
                    return self._heard(clip, progress)
            case "hear_again" if asked.model is not None:
                with _named(asked.about) as clip:
                    return self._loaded.hear_again(clip, asked.model, progress)
            case "encode" if asked.target is not None:
                with _named(asked.about) as clip:
                    return self._loaded.encode(clip, asked.target, progress)
            case "read":
                return self._loaded.read(asked.about, progress)
            case _:
                return self._loaded.embed(*asked.about)

    def _heard(self, clip: Path, progress: Progress) -> Heard:
        """With the processor time that it took, but for what came in between."""
        between_s, began_s = self._between_s[Hand.HEAVY], time.process_time()
        heard = self._loaded.hear(clip, progress)
        used_s = time.process_time() - began_s
        return replace(heard, cpu_s=used_s - (self._between_s[Hand.HEAVY] - between_s))

    def _progress(self, asked: Asked, done: float) -> None:
        """A sign of life; and the moment to do what is shorter and should not wait."""
        self._send(asked, "progress", float(done))
        hand, began_s = hand_of(asked), time.process_time()
        while shorter := self._hands[hand].take_below(asked.rank):
            self._answer_all(shorter)
        self._between_s[hand] += time.process_time() - began_s

    def _send(self, asked: Asked, kind: str, content: object) -> None:
        with self._sending:
            self._line.send((asked.number, hand_of(asked), kind, content))


class _Waiting:
    """The requests that wait for a hand, the short ones first."""

    def __init__(self) -> None:
        self._there = threading.Condition()
        self._asked: list[Asked] = []

    def put(self, asked: Asked) -> None:
        with self._there:
            self._asked.append(asked)
            self._asked.sort(key=lambda each: (each.rank, each.number))
            self._there.notify()

    def take(self) -> list[Asked]:
        """The first, with those behind it that may be heard together with it."""
        with self._there:
            self._there.wait_for(lambda: self._asked)
            return self._first()

    def take_below(self, rank: Rank) -> list[Asked]:
        """The same; nothing where none goes before this rank."""
        with self._there:
            is_there = self._asked and self._asked[0].rank < rank
            return self._first() if is_there else []

    def _first(self) -> list[Asked]:
        alike = list(takewhile(lambda asked: asked.rank is self._asked[0].rank, self._asked))
        chosen = heard_at_once([asked.seconds for asked in alike])
        some = [self._asked[at] for at in chosen]
        self._asked = [asked for at, asked in enumerate(self._asked) if at not in chosen]
        return some


@contextlib.contextmanager
def _named(descriptor: int) -> Iterator[Path]:
    """A name by which this process alone can open a file that it was handed."""
    try:
        yield Path(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)


def main() -> None:
    """Serve the line whose descriptor is named, with the models of the home that is."""
    keep_to_ourselves()
    close_memory()
    descriptor, home = sys.argv[1:]
    line = Connection(int(descriptor))
    with contextlib.suppress(KeyboardInterrupt):
        Server(line, LoadedModels(Path(home))).serve()
    os._exit(0)  # the worker is gone: nobody waits for what a hand is at, nor for its models


if __name__ == "__main__":
    main()
