"""What the worker does for other installs: words of moments that they kept, by jobs in the store.

It goes below all that this install has to do for itself. What comes of it are events like any
other. The sync service brings the jobs, and takes them away where the lease has ended.
"""

import asyncio
import contextlib
from pathlib import Path

from core.clock import Recorded
from core.errors import UserError
from core.log import get_log
from core.spool_port import Clip
from pipeline import media
from pipeline.media import Handling
from pipeline.refining.drafting import heard_drafts, recognised
from pipeline.refining.hearing_again import HearingAgain, Report, ToRefine
from pipeline.spool.unnamed import open_unnamed, write_clip
from pipeline.store.port import Archive, Forgotten
from pipeline.store.sound_files import sound_path
from pipeline.store.work_port import Job, Work
from pipeline.worker.model_process import Models, ModelsFailed


class WorkForPeers:
    """Does one job after the other, beside the worker's loop."""

    def __init__(
        self, archive: Archive, work: Work, models: Models, spool: Path, report: Report
    ) -> None:
        self._archive = archive
        self._work = work
        self._models = models
        self._spool = spool
        self._report = report
        self._hearing_again = HearingAgain(archive, models, spool, report)
        self._task: asyncio.Task[None] | None = None
        self._job: Job | None = None

    @property
    def is_at_work(self) -> bool:
        """True while a job is in work."""
        return self._task is not None and not self._task.done()

    async def step(self, handling: Handling) -> None:
        """Begin what is to be done next, and stop what is to be done no more. Waits for neither."""
        job = await self._work.next_job()
        if self._task is not None and (self._task.done() or job != self._job):
            await self.aclose()
        if job is not None and self._task is None:
            self._job = job
            self._task = asyncio.create_task(self._do(job, handling))

    async def aclose(self) -> None:
        """Leave what is in work; its job stays."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = self._job = None

    async def _do(self, job: Job, handling: Handling) -> None:
        """Whatever becomes of it, it is over: whoever lent it sees by the moment how it went."""
        try:
            await (self._hear if job.kind == "words" else self._hear_again)(job, handling)
        except (UserError, ModelsFailed, OSError) as error:
            get_log().warning("not_done_for_peer", moment=job.moment, fault=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - a fault of ours on one job stops no other
            get_log().error("fault", moment=job.moment, fault=type(error).__name__)
        await self._work.drop(job.moment)

    async def _hear(self, job: Job, handling: Handling) -> None:
        row = await self._archive.find_moment(job.moment)
        if row is None or row.revision != job.revision or row.sound is None:
            return
        clip = Clip(row.id, "file", Recorded(), revision=row.revision, speaker=row.speaker)
        path = sound_path(self._archive.home, row.sound)
        with open_unnamed(self._spool) as unnamed, media.SoundFile(path, handling) as file:
            chunks = handling.guard(file.chunks())
            written = await asyncio.to_thread(write_clip, unnamed, clip, chunks)
            heard = await self._models.hear_candidate(written)
        voices = await recognised(self._archive, heard)
        with contextlib.suppress(Forgotten):
            await self._archive.append(*heard_drafts(row.id, row.revision, heard, voices))
            self._report({"event": "searchable", "moment": row.id})

    async def _hear_again(self, job: Job, handling: Handling) -> None:
        row = await self._archive.find_moment(job.moment)
        if row is not None and row.revision == job.revision and job.model is not None:
            asked = ToRefine(job.moment, job.model)
            await self._hearing_again.hear(asked, handling)
