"""Forgetting: moments go for good, out of the archive, the spool and the sound.

Whoever forgets goes through here. docs/journal-format.md lists the steps; each may be
repeated after a kill, and `finish_forgetting` at a worker's start takes those that are left.
"""

from collections.abc import Sequence
from pathlib import Path

from pipeline.spool.spool import Spool
from pipeline.store.port import Archive, Reader
from pipeline.to_forget import everything


async def forget(
    archive: Archive,
    spool: Spool,
    moments: Sequence[str],
    *,
    letters: Sequence[Path] = (),
    here: bool = False,
) -> bool:
    """True once the bytes of these moments are in no file of the archive's folder; irreversible.

    False while another program reads an older state of the archive, or the disk fails to read a
    letter in which they may be: then they are out of everybody's sight, and the worker erases the
    rest once it can. `letters` are files of the spool that go whole, whatever is in them. With
    `here`, only this copy forgets. What a moment took the place of has its sound, and goes too.
    """
    await archive.begin_forgetting(await with_replaced(archive, moments), here=here)
    spool.erase_letters(letters)
    return await finish_forgetting(archive, spool)


async def with_replaced(archive: Reader, moments: Sequence[str]) -> list[str]:
    """These moments and those whose place they took, each once."""
    found = list(moments)
    for moment in moments:
        for event in await archive.events_of(moment):
            found += event.payload.get("replaces", [])
    return list(dict.fromkeys(found))


async def forget_everything(archive: Archive, spool: Spool) -> bool:
    """The same for every moment, and for whatever lies in the spool or was set aside."""
    chosen = await everything(archive, spool)
    is_done = True
    if chosen.moments or chosen.letters or chosen.voices:
        going = [*chosen.moments, *chosen.voices]
        is_done = await forget(archive, spool, going, letters=chosen.letters)
    await archive.erase_aside()
    return is_done


async def finish_forgetting(archive: Archive, spool: Spool) -> bool:
    """True once nothing is left to do of any forget, those among them that a kill cut short."""
    spool.sweep()  # what a killed sender left half written has no name to be forgotten by
    is_spool_done = spool.erase(await archive.apply_tombstones())
    return await archive.erase_remains() and is_spool_done
