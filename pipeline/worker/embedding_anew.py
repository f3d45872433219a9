"""Gives each moment vectors of the embedder that is chosen now, in the background.

They are of this install alone: a peer may have chosen another embedder. What is left follows from
the archive, so a worker that was killed goes on where it stopped. Until its turn comes, a moment
is found by the vectors that it has.
"""

from collections.abc import Sequence

from core.clock import Clock
from core.errors import UserError
from core.log import get_log
from core.moment import Transcript
from pipeline.store.format.drafts import Embedding
from pipeline.store.port import Archive
from pipeline.store.views.moment_fold import MomentRow
from pipeline.worker.model_process import Models, ModelsFailed

LOOK_EVERY_S = 60.0
"""How often it is looked whether there is something to do."""

MOST_AT_ONCE, MOST_SIGNS = 16, 2_000
"""Of one step: a twentieth of a second of work here, for which a note may wait."""


class EmbeddingAnew:
    """The moments of one archive whose vectors another embedder made; the newest go first."""

    def __init__(self, archive: Archive, models: Models, clock: Clock) -> None:
        self._archive = archive
        self._models = models
        self._clock = clock
        self._look_again_s = clock.monotonic_s()
        self._embedder = ""
        self._left: list[str] = []
        self._done, self._of = 0, 0
        self._failed: set[str] = set()

    def told(self) -> dict[str, int] | None:
        """How many moments are done, of how many; None where nothing is to be done."""
        return {"done": self._done, "of": self._of} if self._left else None

    async def step(self) -> bool:
        """Do a few of them; True where more are left. Raises ArchiveUnusable."""
        await self._look()
        if not self._left:
            return False
        some = await self._take_next()
        try:
            embeddings = await self._embedded(some)
        except UserError:  # whoever keeps something is told that the model is missing
            self._left = []
            return False
        made = [(row, each) for row, each in embeddings if self._is_right(row, each) and each]
        await self._archive.embed_for_itself(made)
        self._done = self._of - len(self._left)
        return bool(self._left)

    async def _look(self) -> None:
        """Now and then, and at once where another embedder is chosen, ask for what is left."""
        embedder, now_s = self._models.embedder(), self._clock.monotonic_s()
        if embedder != self._embedder:
            self._embedder, self._left, self._failed = embedder, [], set()
        elif self._left or now_s < self._look_again_s:
            return
        self._look_again_s = now_s + LOOK_EVERY_S
        found = await self._archive.embedded_otherwise(embedder)
        self._left = [each for each in found if each not in self._failed]
        self._done, self._of = 0, len(self._left)
        if self._left:
            get_log().info("embedding_anew", moments=self._of)

    async def _take_next(self) -> list[tuple[MomentRow, Transcript]]:
        """The newest that are left, as many as one step does."""
        some: list[tuple[MomentRow, Transcript]] = []
        signs = 0
        while self._left and len(some) < MOST_AT_ONCE and signs < MOST_SIGNS:
            row = await self._archive.find_moment(self._left.pop())
            transcript = None if row is None else await self._archive.transcript(row)
            if row is not None and transcript is not None:
                some.append((row, transcript))
                signs += len(transcript.text)
        return some

    async def _embedded(
        self, some: Sequence[tuple[MomentRow, Transcript]]
    ) -> list[tuple[MomentRow, Embedding | None]]:
        """Where the models fail on them together, one by one."""
        said = [(transcript, row.speaker) for row, transcript in some]
        try:
            embeddings = await self._models.read(said)
        except ModelsFailed:
            if len(some) == 1:
                return [(some[0][0], None)]
            return [each for one in some for each in await self._embedded([one])]
        return [(row, each) for (row, _), each in zip(some, embeddings, strict=True)]

    def _is_right(self, row: MomentRow, embedding: Embedding | None) -> bool:
        """What is not is left as it is: tried again for ever, it would fill the disk."""
        is_right = embedding is not None and embedding.model == self._embedder
        if not is_right:
            self._failed.add(row.id)
            get_log().warning("not_embedded_anew", moment=row.id)
        return is_right
