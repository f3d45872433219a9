"""What the models failed on, once more: by the wearer's wish, or since the models are others."""

import asyncio
import secrets
from collections.abc import Callable
from pathlib import Path

from core.clock import Clock, Recorded
from core.errors import UserError
from core.files import clear_away, make_folder, read_small, write_durably
from core.log import get_log
from core.spool_port import Clip, ClipOrigin, TypedText
from pipeline import media
from pipeline.media import Handling
from pipeline.spool.names import HEARD_WITH
from pipeline.spool.spool import Spool
from pipeline.spool.tries import Conditions, failed_letter, failed_letters, moments_of, tries_path
from pipeline.store.port import Reader
from pipeline.store.sound_files import sound_path
from pipeline.store.views.moment_fold import MomentRow

EVERY_S = 60.0
"""How often it is looked whether the models are others than those that failed."""

_ORIGINS: dict[str, ClipOrigin] = {
    "file": "file",
    "press": "press",
    "recording": "recording",
    "selected": "selected",
}


async def language_is_open(archive: Reader, row: MomentRow) -> bool:
    """True where it is in a language that was not listed, or is hardly English."""
    if row.other_language is not None:
        return True
    if row.language is not None or row.words != "words":
        return False
    transcript = await archive.transcript(row)
    return transcript is not None and transcript.may_be_another_language


async def lacks_something(archive: Reader, row: MomentRow) -> bool:
    """True where the models failed on this moment, or other ones may know its language."""
    if row.words == "failed" or await language_is_open(archive, row):
        return True
    return row.id in {each.id for each in await archive.lacking()}


def post_again(spool: Spool, home: Path, row: MomentRow, handling: Handling) -> Path | None:
    """A letter by which the models get this moment again; None where it has neither sound nor text.

    Decodes the sound: send it to a thread. Raises UserError.
    """
    if row.how not in _ORIGINS:
        text = TypedText(row.id, "typed", row.text, Recorded(), row.speaker)
        return spool.post_texts(secrets.token_hex(8), [text])
    if row.sound is None:
        return None
    clip = Clip(row.id, _ORIGINS[row.how], Recorded(), revision=row.revision, speaker=row.speaker)
    with media.SoundFile(sound_path(home, row.sound), handling) as sound:
        return spool.post_clip(clip, handling.guard(sound.chunks()))


async def try_again(archive: Reader, spool: Spool, handling: Handling, moment: str | None) -> int:
    """How many moments the models are given again: this one, or all on which they failed.

    What waits for its next try is due at once. Raises NotFound, UserError.
    """
    waiting = {
        each: letter for letter, _ in failed_letters(spool.folder) for each in moments_of(letter)
    }
    if moment is not None:
        named = [moment]
    else:
        named = list(dict.fromkeys([*(row.id for row in await archive.lacking()), *waiting]))
    given = 0
    for each in named:
        if each in waiting:
            tries_path(waiting[each]).unlink(missing_ok=True)
            given += 1
            continue
        row = await archive.moment(each)
        if await lacks_something(archive, row):
            letter = await asyncio.to_thread(post_again, spool, archive.home, row, handling)
            given += letter is not None
    return given


class HearAgain:
    """Gives the models once more what they failed on, where they are others than the last time."""

    def __init__(self, archive: Reader, spool: Spool, clock: Clock) -> None:
        self._archive = archive
        self._spool = spool
        self._clock = clock
        self._due_s = clock.monotonic_s()
        self._heard_with: str | None = None

    async def now_and_then(self, conditions: Callable[[], Conditions], handling: Handling) -> None:
        """Looking at all models each time would cost a Zero 1 % of its processor."""
        now_s = self._clock.monotonic_s()
        if now_s >= self._due_s:
            self._due_s = now_s + EVERY_S
            await self.if_others(conditions().models, handling)

    async def if_others(self, models: str, handling: Handling) -> None:
        """`models` names those that are here. Once for each name, across restarts."""
        if self._heard_with is None:
            self._heard_with = self._read()
        if models == self._heard_with:
            return
        for row in await self._archive.lacking():
            await self._post(row, handling)
        self._heard_with = models
        self._write(models)

    async def _post(self, row: MomentRow, handling: Handling) -> None:
        if failed_letter(self._spool.folder, row.id) is not None:  # it is due by itself
            return
        try:
            await asyncio.to_thread(post_again, self._spool, self._archive.home, row, handling)
        except UserError as error:  # its sound is gone, or the disk is full
            get_log().warning("not_heard_again", moment=row.id, reason=error.code)

    def _read(self) -> str:
        try:
            return read_small(self._spool.folder / HEARD_WITH).decode("utf-8", "replace")
        except OSError:  # it was never written, or what lies there is no file
            return ""

    def _write(self, models: str) -> None:
        path = make_folder(self._spool.folder) / HEARD_WITH
        clear_away(path)
        write_durably(path, [models.encode()])
