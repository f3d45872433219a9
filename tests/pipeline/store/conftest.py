"""A real archive on disk for every test of the store."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from core.clock import FakeClock
from core.moment import Transcript, Word
from pipeline.store.format import drafts
from pipeline.store.format.drafts import Kept, Sound
from pipeline.store.sound_files import MadeSound, sound_path
from pipeline.store.sqlite.archive import SqliteArchive, open_archive


@pytest.fixture
async def archive(home: Path) -> AsyncIterator[SqliteArchive]:
    async with open_archive(home, clock=FakeClock(), machine=b"this machine") as opened:
        yield opened


@pytest.fixture
def typed(archive: SqliteArchive) -> "Typed":
    return Typed(archive)


class Typed:
    """Puts typed moments into an archive, a second apart."""

    def __init__(self, archive: SqliteArchive) -> None:
        self._archive = archive
        self._clock = FakeClock()

    async def __call__(self, text: str, speaker: str | None = None) -> str:
        self._clock.advance(1)
        moment = drafts.new_moment_id()
        kept = Kept(
            moment,
            "typed",
            self._clock.recorded_now(),
            transcript=Transcript(text),
            speaker=speaker,
        )
        await self._archive.append(drafts.moment_kept(kept, author="wearer"))
        return moment


@pytest.fixture
def spoken() -> Transcript:
    words = (Word("pill", 0, 300, 0.9), Word("box", 320, 640, 0.4, doubtful=True))
    return Transcript("pill box", words, "whisper-tiny.en", -0.3)


@pytest.fixture
def keep_sound(archive: SqliteArchive, home: Path) -> Callable[[bytes], Awaitable[Path]]:
    async def keep(content: bytes) -> Path:
        sha256 = hashlib.sha256(content).hexdigest()
        part = home / "sound" / "a.part"
        part.parent.mkdir(exist_ok=True)
        part.write_bytes(content)
        kept = Kept(
            drafts.new_moment_id(),
            "file",
            FakeClock().recorded_now(),
            sound=Sound(sha256, sha256, len(content), 1),
        )
        await archive.append(
            drafts.moment_kept(kept, author="wearer"), sound=MadeSound(part, sha256)
        )
        return sound_path(home, sha256)

    return keep
