"""Forgetting: moments go for good, out of the archive, the spool and the sound.

Whoever forgets goes through here. docs/journal-format.md lists the steps; each may be
repeated after a kill, and `finish_forgetting` at a worker's start takes those that are left.
"""

from collections.abc import Sequence

from pipeline.spool.spool import Spool
from pipeline.store.port import Archive


async def forget(
    archive: Archive, spool: Spool, moments: Sequence[str], *, here: bool = False
) -> None:
    """Make the bytes of these moments go, by the wearer's wish; irreversible.

    When this returns they are in no file of the archive's folder. With `here`, only this
    copy forgets.
    """
    await archive.begin_forgetting(moments, here=here)
    await finish_forgetting(archive, spool)


async def finish_forgetting(archive: Archive, spool: Spool) -> None:
    """Take the steps that follow the commit; also those that a kill left of an earlier forget."""
    spool.erase(await archive.apply_tombstones())
    await archive.erase_remains()
