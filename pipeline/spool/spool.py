"""The spool: what was kept, durable before anybody is told so, waiting for the worker.

Formats and names are in docs/journal-format.md. Repeating is harmless: a letter carries
its ids, and whoever works on it asks the journal first.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from core.audio import Samples
from core.capture_status import TakenBack
from core.facts import Fact
from core.files import clear_away, make_folder, sweep_parts, sync_folder, write_durably
from core.spool_port import Clip, OpenClip, TypedText
from pipeline.spool import aside, listing
from pipeline.spool import taken_back as apart
from pipeline.spool.aside import SetAside
from pipeline.spool.erasing import erase_letters, erase_moments
from pipeline.spool.formats import BrokenLine, clip_bytes
from pipeline.spool.listing import Odd
from pipeline.spool.lying import Lying, lying
from pipeline.spool.names import KINDS, OPEN, TRIES, moment_and_revision
from pipeline.spool.open_clip import DiskClip, is_being_written
from pipeline.spool.opening import LetterBroken
from pipeline.spool.order import Kind, Turn, turn
from pipeline.spool.tries import tries_path


@dataclass(frozen=True, slots=True)
class Letter:
    """A file in the spool: one clip, a batch of texts, or a fact."""

    path: Path
    kind: Kind
    turn: Turn = Turn.SHORT
    posted_ns: int = 0


class Spool:
    """The spool of one home, on its disk. Any process may post; only the worker takes out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def post_clip(self, clip: Clip, chunks: Iterable[Samples]) -> Path:
        """Durable when this returns; where it lies. When the disk refuses (OSError), nothing is."""
        self._make()
        path = self._path(clip)
        write_durably(path, clip_bytes(clip, (chunk.tobytes() for chunk in chunks)))
        return path

    def open_clip(self, clip: Clip, pcm: Samples) -> OpenClip:
        """A clip that goes on: durable up to here when this returns. OSError: nothing is."""
        self._make()
        return DiskClip(self._path(clip), b"".join(clip_bytes(clip)), pcm)

    def post_texts(self, batch: str, texts: Iterable[TypedText]) -> Path:
        """Durable when this returns; where it lies. `batch` is a random id of the sender's."""
        self._make()
        lines = (json.dumps(asdict(each)).encode() + b"\n" for each in texts)
        path = self.folder / f"{batch}.0.texts"
        write_durably(path, lines)
        return path

    def post_fact(self, fact: Fact) -> Path:
        """Durable when this returns; where it lies. Posting it again is harmless."""
        self._make()
        path = self.folder / f"{fact.id}.fact"
        told = asdict(replace(fact, details=dict(fact.details)))
        write_durably(path, [json.dumps(told).encode()])
        return path

    def waiting(self) -> list[Letter]:
        """What waits, by its turn: facts, notes, what was pressed for, what is short, what is long.

        Each turn in the order in which it was posted. Of a moment, its last revision; while that
        is being written, none. Reads the folder once: who works through many asks once.
        """
        names = listing.letters(self.folder)
        highest = _highest_revisions(names)
        letters = [
            self._letter(name, KINDS[suffix])
            for name, suffix in names
            if suffix in KINDS and (suffix != ".clip" or _is_highest(name, highest))
        ]
        return sorted(letters, key=lambda each: (each.turn, each.posted_ns, each.path.name))

    def waiting_count(self) -> int:
        """How many clips and batches of texts wait to become moments, open clips among them."""
        names = listing.letters(self.folder)
        return len(_highest_revisions(names)) + sum(suffix == ".texts" for _, suffix in names)

    def oldest_ms(self) -> int | None:
        """The wall time at which the oldest of what waits to become moments was posted.

        None where nothing does. An open clip does not wait: its sound is still coming.
        """
        posted_ns = [
            state.st_mtime_ns
            for name, suffix in listing.letters(self.folder)
            if suffix in {".clip", ".texts"} and (state := _state(self.folder / name)) is not None
        ]
        return min(posted_ns) // 1_000_000 if posted_ns else None

    def free_bytes(self) -> int:
        """What the disk of the spool has left for us."""
        folder = self.folder
        while not folder.exists():
            folder = folder.parent
        disk = os.statvfs(folder)
        return disk.f_bavail * disk.f_frsize

    def close_orphans(self) -> list[Odd]:
        """Make letters of the open clips whose writers were killed. For the worker.

        Those that could not be looked at, and why: they are left for the next time.
        """
        left = []
        for name, suffix in listing.letters(self.folder):
            if suffix == OPEN:
                try:
                    self._close_orphan(self.folder / name)
                except FileNotFoundError:  # its writer has closed it
                    continue
                except OSError as error:
                    left.append(Odd(self.folder / name, error.strerror or "unknown"))
                except LetterBroken as error:
                    left.append(Odd(self.folder / name, error.reason))
        return left

    def _close_orphan(self, path: Path) -> None:
        if not is_being_written(path):
            path.replace(path.with_suffix(".clip"))
            sync_folder(self.folder)

    def take_back(self, path: Path) -> Path:
        """Move a clip that waits, open or closed, out of every model's sight; where it lies.

        Durable on return. Raises FileNotFoundError where it is not there any more.
        """
        return apart.take_back(path)

    def taken_back(self) -> list[TakenBack]:
        """The clips that a pause took back, and how long each can be brought back yet."""
        return apart.taken_back(self.folder)

    def bring_back(self, moment: str) -> bool:
        """Make a letter of it again; False where it is not there: erased, or forgotten."""
        return apart.bring_back(self.folder, moment)

    def erase_taken_back(self, grace_s: float = 0.0) -> list[str]:
        """Erase what was due for so long; the moments that will not be. For anybody."""
        return apart.erase(self.folder, apart.FOR_S + grace_s)

    def remove(self, letter: Letter) -> None:
        """Take out a letter that was worked on, what it supersedes, and its failures' count."""
        if letter.kind == "clip":
            self._remove_superseded(letter.path)
        letter.path.unlink(missing_ok=True)
        clear_away(tries_path(letter.path))

    def set_aside(self, path: Path, reason: str) -> SetAside:
        """Move what cannot be worked on out of the way, whole. Raises OSError.

        `reason` is a sentence without its end, and has no word of the wearer in it.
        """
        lies = aside.put(self.folder, path, reason)
        clear_away(tries_path(path))
        return lies

    def set_lines_aside(self, letter: Letter, lines: Iterable[BrokenLine]) -> SetAside:
        """Keep these lines of a batch apart, as they are; the letter itself stays. Raises OSError.

        May be repeated after a kill: they lie there once.
        """
        return aside.put_lines(self.folder, letter.path.name, list(lines))

    def odd(self) -> list[Odd]:
        """What lies among the letters and is none, though it is called like one."""
        return listing.odd(self.folder)

    def foreign(self) -> list[Odd]:
        """What is not ours and in nobody's way, here and in the folders of the spool."""
        return listing.foreign(self.folder)

    def aside(self, most: int | None = None) -> list[SetAside]:
        """What was set aside, and why; of very many, the first."""
        return aside.lying(self.folder, most)

    def aside_count(self) -> int:
        """How much was set aside."""
        return aside.count(self.folder)

    def found_aside(self, letter: str, moment: str) -> SetAside | None:
        """Where this moment lies, if the letter of this name was set aside with it."""
        return aside.find(self.folder, letter, moment)

    def erase(self, moments: Iterable[str]) -> bool:
        """Remove every file and every text of these moments: they were forgotten.

        False where the disk fails to read something in which they may be.
        """
        return erase_moments(self.folder, moments)

    def lying(self) -> list[Lying]:
        """All clips and texts that lie here, those set aside or taken back among them."""
        return lying(self.folder)

    def erase_letters(self, paths: Iterable[Path]) -> None:
        """Remove these files whole, whatever is in them: they were forgotten."""
        erase_letters(paths)

    def sweep(self) -> None:
        """Remove what was never kept: posts whose sender was killed before they were whole."""
        sweep_parts(self.folder)
        for count in self.folder.glob(f"*{TRIES}"):
            has_letter = os.path.lexists(count.with_suffix(""))
            if count.is_file() and not has_letter:  # a version before this left it behind
                count.unlink(missing_ok=True)

    def _remove_superseded(self, path: Path) -> None:
        moment, revision = moment_and_revision(path.name)
        if not revision:  # there is none before it, and the folder may hold thousands
            return
        for older in self.folder.glob(f"{moment}.*"):
            is_clip = older.suffix in {".clip", OPEN}
            if is_clip and moment_and_revision(older.name)[1] < revision:
                older.unlink(missing_ok=True)

    def _letter(self, name: str, kind: Kind) -> Letter:
        path = self.folder / name
        state = _state(path)
        if state is None:
            return Letter(path, kind)
        return Letter(path, kind, turn(kind, name, state.st_size), state.st_mtime_ns)

    def _path(self, clip: Clip) -> Path:
        return self.folder / f"{clip.id}.{clip.revision}.clip"

    def _make(self) -> None:
        make_folder(self.folder)


def _state(path: Path) -> os.stat_result | None:
    """None where it was taken out in between, or lies on a place of the disk that fails."""
    try:
        return path.lstat()
    except OSError:
        return None


def _highest_revisions(names: Iterable[tuple[str, str]]) -> dict[str, int]:
    """By moment, of the clips among these files."""
    highest: dict[str, int] = {}
    for name, suffix in names:
        if suffix in {".clip", OPEN}:
            moment, revision = moment_and_revision(name)
            highest[moment] = max(revision, highest.get(moment, 0))
    return highest


def _is_highest(name: str, highest: dict[str, int]) -> bool:
    moment, revision = moment_and_revision(name)
    return revision == highest.get(moment)
