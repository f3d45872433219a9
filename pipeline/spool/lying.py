"""Whatever of the wearer's lies in the spool: waiting, set aside, taken back.

A forget asks here. What cannot be read is there, too, by the name of its file alone.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.clock import Recorded

from .aside import FOLDER as ASIDE
from .formats import id_in, read_batch, read_clip_head
from .names import LETTER_LIKE, is_id
from .opening import LetterBroken
from .taken_back import FOLDER as TAKEN_BACK


@dataclass(frozen=True, slots=True)
class Lying:
    """A clip or a text in a file of the spool; its moment and its time, where they are known."""

    path: Path
    moment: str | None = None
    recorded: Recorded | None = None

    @property
    def letter(self) -> str:
        """What its file is named by: the id of a clip's moment, or that of a batch."""
        return self.path.name.partition(".")[0]


def lying(spool: Path) -> list[Lying]:
    """All clips and texts, broken ones among them; a batch of texts is as many as it has lines."""
    return [
        each
        for folder in (spool, spool / ASIDE, spool / TAKEN_BACK)
        for path in _letters(folder)
        for each in (_texts(path) if path.suffix == ".texts" else [_clip(path)])
    ]


def _letters(folder: Path) -> list[Path]:
    if not folder.is_dir():  # also where it is a link to itself
        return []
    with os.scandir(folder) as entries:
        files = [Path(each.path) for each in entries if each.is_file(follow_symlinks=False)]
    return sorted(path for path in files if path.suffix in LETTER_LIKE - {".fact"})


def _clip(path: Path) -> Lying:
    try:
        clip = read_clip_head(path).clip
    except (LetterBroken, OSError):
        name = Lying(path).letter
        return Lying(path, name if is_id(name) else None)
    return Lying(path, clip.id, clip.recorded)


def _texts(path: Path) -> Iterator[Lying]:
    try:
        batch = read_batch(path)
    except (LetterBroken, OSError):
        yield Lying(path)
        return
    yield from (Lying(path, each.id, each.recorded) for each in batch.texts)
    for broken in batch.broken:
        moment = id_in(broken.line)
        yield Lying(path, moment if is_id(moment) else None)
