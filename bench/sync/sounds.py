"""Archives of many moments with sound, of bytes that are as hard to compress as Opus is."""

import asyncio
import hashlib
import os
from pathlib import Path

from core.clock import Recorded
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept, Sound
from pipeline.store.sound_files import MadeSound, sound_folder
from pipeline.store.sqlite.archive import SqliteArchive, open_archive

_FIRST_MS = 1_700_000_000_000


def keep_sounds(home: Path, moments: int, bytes_each: int) -> None:
    """So many moments with so much sound each."""
    asyncio.run(_keep_all(home, moments, bytes_each))


async def _keep_all(home: Path, moments: int, bytes_each: int) -> None:
    sound_folder(home).mkdir(parents=True, exist_ok=True)
    async with open_archive(home) as archive:
        await archive.connection.execute("PRAGMA synchronous = OFF")
        for number in range(moments):
            await keep(archive, number, os.urandom(bytes_each))


async def keep(archive: SqliteArchive, number: int, content: bytes) -> None:
    """One moment with this sound."""
    sha256 = hashlib.sha256(content).hexdigest()
    part = sound_folder(archive.home) / "made.part"
    part.write_bytes(content)
    kept = Kept(
        drafts.new_moment_id(),
        "press",
        Recorded(_FIRST_MS + 60_000 * number, 60, source="given"),
        duration_ms=len(content) // 3,
        sound=Sound(sha256, sha256, len(content), 16_000),
    )
    draft = drafts.moment_kept(kept, author="wearer")
    await archive.append(draft, sound=MadeSound(part, sha256))
