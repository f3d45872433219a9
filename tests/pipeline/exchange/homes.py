"""What is in a home, to be compared: its rows, its files, its bytes."""

import asyncio
import hashlib
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.clock import FakeClock
from core.errors import UserError
from core.moment import Transcript
from core.paths import Home
from core.spool_port import Clip, TypedText
from pipeline.exchange.looking_through import BackupUnusable
from pipeline.exchange.restore import Restored, restore
from pipeline.forget import forget
from pipeline.spool.spool import Spool
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept, Sound
from pipeline.store.sound_files import MadeSound
from pipeline.store.sqlite.archive import open_archive
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.store.views.moment_fold import MomentRow

NOW = FakeClock().recorded_now()


def unwatched(done: int, total: int) -> None:
    """Nobody looks at how far it is."""
    assert 0 <= done <= total


async def rows(home: Path) -> list[MomentRow]:
    async with open_archive_to_read(home) as archive:
        return await archive.moments(hidden=True)


async def events(home: Path) -> list[Any]:
    async with open_archive_to_read(home) as archive:
        return await archive.latest_events(10_000)


async def problems(home: Path) -> list[str]:
    async with open_archive(home) as archive:
        return (await archive.check()).problems


async def note(home: Path, text: str) -> str:
    async with open_archive(home) as archive:
        kept = Kept(drafts.new_moment_id(), "typed", NOW, transcript=Transcript(text))
        await archive.append(drafts.moment_kept(kept, author="wearer"))
    return kept.id


async def forgotten(home: Path, moment: str) -> None:
    async with open_archive(home) as archive:
        await forget(archive, Spool(home / "spool"), [moment])


async def revise(home: Path, moment: str) -> None:
    """A moment's clip reaches further now; the sound that it had goes."""
    part, content = home / "sound" / "revised.part", b"reaches further"
    part.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    sound = Sound(sha256, sha256, len(content), 1)
    revised = drafts.clip_revised(
        Kept(moment, "press", NOW, sound=sound, revision=7), author="wearer"
    )
    async with open_archive(home) as archive:
        await archive.append(revised, sound=MadeSound(part, sha256))


def meanwhile(work: Coroutine[Any, Any, object]) -> None:
    """Do this in another thread's loop, as another process would, and wait for it."""
    thread = threading.Thread(target=lambda: asyncio.run(_done(work)))
    thread.start()
    thread.join()


async def _done(work: Coroutine[Any, Any, object]) -> None:
    await work


def letters(home: Path) -> Spool:
    """A clip and a batch that wait, a clip that was taken back, and a letter that was set aside."""
    spool = Spool(home / "spool")
    sound = np.arange(16_000, dtype=np.int16)
    spool.post_clip(Clip("00000000000000aa-0", "press", NOW), [sound])
    taken = spool.post_clip(Clip("00000000000000bb-0", "press", NOW), [sound])
    spool.take_back(taken)
    spool.post_texts("cc" * 8, [TypedText("00000000000000cc-0", "typed", "what waits", NOW)])
    odd = spool.post_texts("dd" * 8, [TypedText("00000000000000dd-0", "typed", "set aside", NOW)])
    spool.set_aside(odd, "it cannot be read")
    return spool


def names(folder: Path) -> list[str]:
    """Every file below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes, but for locks."""
    return {
        name: (folder / name).read_bytes()
        for name in names(folder)
        if not name.endswith((".lock", "-shm", "-wal"))
    }


async def put_back(home: Path, file: Path, *, yes: bool = False) -> Restored:
    return await restore(Home(home), file, unwatched, yes=yes)


async def refused(home: Path, file: Path, kind: type[UserError] = BackupUnusable) -> str:
    """The sentence with which it is refused; nothing of the home has changed."""
    before = contents(home)
    with pytest.raises(kind) as error:
        await put_back(home, file, yes=True)
    assert contents(home) == before
    assert not (home / "restoring").exists()
    return str(error.value)
