"""Undoing the wearer's last act, which may lie in the journal or still in the spool.

Whoever undoes the last act goes through here; docs/journal-format.md says which one it is.
"""

from dataclasses import dataclass

from pipeline.spool.formats import read_batch, read_clip_head
from pipeline.spool.opening import LetterBroken
from pipeline.spool.spool import Letter, Spool
from pipeline.store import acts
from pipeline.store.acts import Reversed, Waiting
from pipeline.store.port import Archive


@dataclass(frozen=True, slots=True)
class Undone:
    """The act that was taken back; of it, how many moments still wait, and will be, too."""

    act: Reversed
    still_coming: int


async def undo(archive: Archive, spool: Spool, named: str | None = None) -> Undone:
    """Take back an act, or the last one. Raises NotFound, ActWaits."""
    waiting = waiting_acts(spool)
    done = await acts.undo(archive, named, waiting=waiting)
    coming = [moment for each in waiting if each.act == done.act for moment in each.moments]
    still = [moment for moment in coming if await archive.find_moment(moment) is None]
    return Undone(done, len(still))


def waiting_acts(spool: Spool) -> list[Waiting]:
    """The acts of the wearer's that wait for the worker, in letters that are whole."""
    found = [_of(letter) for letter in spool.waiting()]
    return [each for each in found if each is not None]


def _of(letter: Letter) -> Waiting | None:
    """None for what is no act of the wearer's, or gone or broken by now."""
    try:
        if letter.kind == "texts":
            texts = read_batch(letter.path).texts
            return Waiting(tuple(each.id for each in texts), texts[0].act)
        if letter.kind == "clip":
            clip = read_clip_head(letter.path).clip
            by_itself = clip.how == "selected" and clip.act is None
            return None if by_itself else Waiting((clip.id,), clip.act)
    except (LetterBroken, OSError):  # the worker's to set aside, or done by now
        pass
    return None
