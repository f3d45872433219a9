"""Models that need no weights: for tests, and for trying the worker on a machine without them."""

from collections.abc import Sequence
from pathlib import Path

from core.errors import ModelMissing
from core.moment import Transcript
from pipeline.meaning.fakes import FakeEmbedder
from pipeline.meaning.placing import placed
from pipeline.media.encoded import Encoded
from pipeline.spool.clip_sound import duration_ms, read_clip
from pipeline.store.format.drafts import Embedding
from pipeline.voices.turns import Voices
from pipeline.worker.encoding import encode_here
from pipeline.worker.model_process import Heard, ModelsFailed, Progress, Said, Vectors


class FakeModels:
    """Hears in every clip what it was told to; embeds by hashed words. Never slow, never busy.

    Hears `better` in what it hears again, where that is set.
    `failures` is how many of the next requests fail, as a child that dies would.
    """

    def __init__(
        self,
        transcript: Transcript | None = None,
        *,
        failures: int = 0,
        embedder: FakeEmbedder | None = None,
        voices: Voices | None = None,
    ) -> None:
        self.transcript = transcript or Transcript("", model="fake")
        self.voices = voices
        self.failures = failures
        self.cpu_s = 0.0
        self.better: Transcript | None = None
        self.heard: list[str] = []
        self.heard_again: list[tuple[str, str]] = []
        self._embedder = embedder or FakeEmbedder()

    async def hear(self, clip: Path, progress: Progress) -> Heard:
        self._fail_if_told()
        letter, pcm = read_clip(clip)
        self.heard.append(letter.id)
        progress(duration_ms(pcm) / 1000)
        embedding = placed(self.transcript, letter.speaker, self._embedder)
        return Heard(self.transcript, embedding, self.cpu_s, self.voices)

    async def hear_candidate(self, clip: Path) -> Heard:
        return await self.hear(clip, lambda _: None)

    async def hear_again(self, clip: Path, model: str, progress: Progress) -> Heard:
        self._fail_if_told()
        letter, pcm = read_clip(clip)
        self.heard_again.append((letter.id, model))
        progress(duration_ms(pcm) / 1000)
        heard = self.better or self.transcript
        return Heard(heard, placed(heard, letter.speaker, self._embedder))

    async def encode(self, clip: Path, target: Path, progress: Progress) -> Encoded:
        return await encode_here(read_clip(clip)[1], target, progress)

    def embedder(self) -> str:
        return self._embedder.name

    async def read(self, said: Sequence[Said]) -> list[Embedding | None]:
        self._fail_if_told()
        return [placed(transcript, speaker, self._embedder) for transcript, speaker in said]

    async def embed(self, texts: Sequence[str], embedder: str) -> Vectors:
        self._fail_if_told()
        if embedder != self._embedder.name:
            raise ModelMissing(f"This fake is not {embedder}.", advice="Ask another one.")
        return self._embedder.embed(texts)

    async def close(self) -> None:
        """There is nothing to let go."""

    def _fail_if_told(self) -> None:
        if self.failures:
            self.failures -= 1
            raise ModelsFailed("told to fail", "ended")
