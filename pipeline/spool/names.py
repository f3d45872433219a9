"""How the letters of the spool are called, and what their names say."""

import re
from pathlib import Path

from core.spool_port import Clip

from .order import Kind

OPEN = ".open"
"""A clip that is still being written."""

TRIES = ".tries"
"""How often working on a letter has failed; it goes with the letter."""

HEARD_WITH = "heard-with"
"""The models with which everything was heard again that others had failed on."""

KINDS: dict[str, Kind] = {".clip": "clip", ".texts": "texts", ".fact": "fact"}
"""By suffix, what the worker works on."""

LETTER_LIKE = frozenset({*KINDS, OPEN})
"""Suffixes of letters, of which some are still being written."""

_ID = r"[A-Za-z0-9_-]{1,120}"
_LETTER = re.compile(rf"{_ID}\.[0-9]{{1,9}}\.(?:clip|open|texts)|{_ID}\.fact")
_OF_IDS_ALONE = re.compile(
    r"[0-9a-f]{8,}(?:-[0-9a-f]+)*"
    r"(?:\.[0-9]{1,9}\.(?:clip|open|texts)|-(?:gap_found|pause_began|pause_ended|clock_stepped|passed_over)\.fact)"
)


def is_id(value: object) -> bool:
    """True for what may be an id, and so a part of a name: nothing in it means a folder."""
    return isinstance(value, str) and re.fullmatch(_ID, value) is not None


def is_letter(name: str) -> bool:
    """True where a letter of ours may be called so."""
    return _LETTER.fullmatch(name) is not None


def is_of(path: Path, clip: Clip) -> bool:
    """True where this file may hold this clip: its name says the same, or it has no name."""
    if path.parent.name == "fd":
        return True
    return path.stem == f"{clip.id}.{clip.revision}"


def moment_and_revision(name: str) -> tuple[str, int]:
    """What the name of a clip says; revision 0 where it says none."""
    moment, _, revision = name.rpartition(".")[0].rpartition(".")
    return moment, int(revision) if revision.isascii() and revision.isdigit() else 0


def without_words(name: str) -> str:
    """A name as the log may have it: one that is not made of ids may have been somebody's words."""
    return name if _OF_IDS_ALONE.fullmatch(name) else "of another name"
