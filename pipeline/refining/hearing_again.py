"""One moment heard again by the worker, which alone writes: its sound, the model, the journal.

Nothing of it lies in the spool. What is left to do follows from the archive, so a worker that is
killed has lost one moment's work and nothing else.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.clock import Recorded
from core.moment import Transcript
from core.spool_port import Clip
from pipeline import media
from pipeline.media import Handling
from pipeline.refining.rules import judged
from pipeline.spool.unnamed import open_unnamed, write_clip
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Refined
from pipeline.store.port import Archive, Forgotten
from pipeline.store.sound_files import sound_path
from pipeline.store.views.moment_fold import MomentRow
from pipeline.worker.model_process import Heard, Models

Report = Callable[[dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class ToRefine:
    """One moment, the model that hears it again, and the act of the wearer that it is part of.

    `act` is None where no wearer asked for it: this install does it for another one.
    `heard` is what an engine of another machine heard; without it, a model of this one hears.
    """

    moment: str
    model: str
    act: str | None = None
    heard: Transcript | None = None


class HearingAgain:
    """Hears moments again, one at a time."""

    def __init__(self, archive: Archive, models: Models, spool: Path, report: Report) -> None:
        self._archive = archive
        self._models = models
        self._spool = spool
        self._report = report

    async def hear(self, asked: ToRefine, handling: Handling) -> str:
        """What came of it: `better`, `same`, `kept`, or `changed` where its words did meanwhile.

        Raises NotFound, ModelsFailed, and UserError where its sound cannot be read or the model
        is not here. A text of the wearer's stays.
        """
        row = await self._archive.moment(asked.moment)
        earlier = await self._archive.transcript(row)
        if row.sound is None or earlier is None or earlier.model is None:
            return "changed"
        if asked.heard is None:
            heard = await self._heard(row, row.sound, asked.model, handling)
        else:
            heard = await self._given(row, asked.heard)
        outcome = judged(earlier, heard.transcript)
        if not await self._noted(row, asked, heard if outcome == "better" else None):
            return "changed"
        if outcome == "better":
            self._report({"event": "searchable", "moment": row.id})
        return outcome

    async def _heard(self, row: MomentRow, sound: str, model: str, how: Handling) -> Heard:
        """By way of a file without a name: nothing of it is left, also after a kill."""
        clip = Clip(row.id, "file", Recorded(), speaker=row.speaker)
        total_s = (row.duration_ms or 0) / 1000
        told = {"event": "progress", "moment": row.id, "step": "words", "total_s": total_s}
        path = sound_path(self._archive.home, sound)
        with open_unnamed(self._spool) as unnamed, media.SoundFile(path, how) as file:
            written = await asyncio.to_thread(write_clip, unnamed, clip, how.guard(file.chunks()))
            return await self._models.hear_again(
                written, model, lambda done_s: self._report({**told, "done_s": done_s})
            )

    async def _given(self, row: MomentRow, transcript: Transcript) -> Heard:
        if not transcript.words:
            return Heard(transcript, None)
        (embedding,) = await self._models.read([(transcript, row.speaker)])
        return Heard(transcript, embedding)

    async def _noted(self, before: MomentRow, asked: ToRefine, heard: Heard | None) -> bool:
        """Put it into the journal; False where the moment is no longer what was heard."""
        better = None if heard is None else Refined(heard.transcript, heard.embedding)
        refined = drafts.moment_refined(
            before.id, asked.model, revision=before.revision, better=better, act=asked.act
        )
        try:
            async with self._archive.thought() as thought:
                now = await thought.find_moment(before.id)
                if now is None or now.transcript != before.transcript:
                    return False
                await thought.append(refined)
        except Forgotten:
            return False
        return True
