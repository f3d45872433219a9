"""A spool in memory: for tests and benchmarks that look at what was kept."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from core.audio import Samples
from core.capture_status import TakenBack
from core.facts import Fact
from core.spool_port import Clip, TypedText
from pipeline.spool.taken_back import FOR_S


@dataclass(slots=True)
class MemoryClip:
    """A clip that is written nowhere. With `broken`, the disk fails.

    `samples` were appended, `synced` of them are durable.
    """

    header: Clip
    samples: int
    synced: int = 0
    removed: bool = False
    closed: bool = False
    taken_back: bool = False
    broken: bool = False

    def append(self, pcm: Samples) -> None:
        self.samples += len(pcm)

    def sync(self) -> None:
        if self.broken:
            raise OSError(5, "Input/output error")
        self.synced = self.samples

    def close(self, samples: int) -> Path:
        if self.removed:
            raise FileNotFoundError(self.header.id)
        self.samples = min(samples, self.samples)
        self.sync()
        self.closed = True
        return Path(f"{self.header.id}.{self.header.revision}.clip")

    def remove(self) -> None:
        self.removed = True

    def take_back(self) -> None:
        if not self.removed:
            self.sync()
            self.taken_back = True

    @property
    def waits(self) -> bool:
        """True where the worker will find it."""
        return not (self.removed or self.taken_back)


@dataclass(slots=True)
class MemorySpool:
    """Keeps everything in lists. With `full`, it refuses as a full disk does.

    With `aged`, what was taken back lies there for longer than it may.
    """

    clips: list[MemoryClip] = field(default_factory=list)
    texts: dict[str, list[TypedText]] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    full: bool = False
    aged: bool = False
    free: int = 10**12

    def open_clip(self, clip: Clip, pcm: Samples) -> MemoryClip:
        self._need_room()
        opened = MemoryClip(clip, len(pcm), len(pcm))
        self.clips.append(opened)
        return opened

    def post_texts(self, batch: str, texts: Iterable[TypedText]) -> Path:
        self._need_room()
        self.texts[batch] = list(texts)
        return Path(f"{batch}.0.texts")

    def post_fact(self, fact: Fact) -> Path:
        self._need_room()
        self.facts[fact.id] = fact
        return Path(f"{fact.id}.fact")

    def waiting_count(self) -> int:
        clips = {each.header.id for each in self.clips if each.waits}
        return len(clips) + len(self.texts)

    def free_bytes(self) -> int:
        return 0 if self.full else self.free

    def taken_back(self) -> list[TakenBack]:
        return [TakenBack(each.header.id, FOR_S) for each in self._taken_back()]

    def bring_back(self, moment: str) -> bool:
        found = [each for each in self._taken_back() if each.header.id == moment]
        for each in found:
            each.taken_back, each.closed = False, True
        return bool(found)

    def erase_taken_back(self, grace_s: float = 0.0) -> list[str]:
        del grace_s
        due = self._taken_back() if self.aged else []
        for each in due:
            each.taken_back, each.removed = False, True
        return [each.header.id for each in due]

    @property
    def closed(self) -> dict[str, MemoryClip]:
        """The last revision of every keep that was closed, by its id."""
        return {each.header.id: each for each in self.clips if each.closed}

    def _taken_back(self) -> list[MemoryClip]:
        return [each for each in self.clips if each.taken_back]

    def _need_room(self) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
