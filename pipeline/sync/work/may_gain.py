"""Which moments may gain by a model: all that are there, one by one, and then what is heard new.

Each is looked at once while the service runs. What was heard again by this model once is in the
journal, so a restart does nothing twice.
"""

from collections import deque
from dataclasses import dataclass

from pipeline.refining.rules import candidate
from pipeline.refining.second_model import SecondModel
from pipeline.store.port import Reader
from pipeline.store.sound_files import sound_path
from pipeline.store.work_port import Job, Work

_PAGE = 64
_LOOKED_AT = 16
"""In one call: each costs a few look-ups."""


@dataclass(frozen=True, slots=True)
class Gain:
    """Work that is worth doing, in whose line its moment is, and how long its sound lasts."""

    job: Job
    origin: str
    seconds: float


class MayGain:
    """Of the moments that this install kept (`own`), or of those that others did."""

    def __init__(self, archive: Reader, work: Work, model: SecondModel, *, own: bool) -> None:
        self._archive, self._work, self._model, self._own = archive, work, model, own
        self._left = deque[str]()
        self._beyond: str | None = ""
        self._mark = -1

    async def next(self) -> Gain | None:
        """The next that is worth it; None where none is, of some that were looked at."""
        for _ in range(_LOOKED_AT):
            if not self._left:
                await self._look()
            if not self._left:
                return None
            found = await self._gain(self._left.popleft())
            if found is not None:
                return found
        return None

    def put_back(self, gain: Gain) -> None:
        """It is looked at again after all others."""
        self._left.append(gain.job.moment)

    async def _look(self) -> None:
        """Some more of those that were there at first; and once they are through, what is new."""
        new, self._mark = await self._work.heard_since(self._mark)
        self._left.extend(new)
        if self._beyond is not None:
            page = await self._work.heard_beyond(self._beyond, _PAGE, own=self._own)
            self._left.extend(page)
            self._beyond = page[-1] if page else None

    async def _gain(self, moment: str) -> Gain | None:
        row = await self._archive.find_moment(moment)
        if (
            row is None
            or row.sound is None
            or await self._work.is_own(row.kept_origin) != self._own
        ):
            return None
        if not sound_path(self._archive.home, row.sound).is_file():
            return None
        heard = await self._archive.transcript(row)
        tried = {
            event.payload["model"]
            for event in await self._archive.events_of(moment)
            if event.kind == "moment_refined" and event.payload["revision"] == row.revision
        }
        found = candidate(row, heard, self._model, tried)
        if found is None:
            return None
        job = Job(moment, row.revision, "better", self._model.name)
        return Gain(job, row.kept_origin, found.seconds)
