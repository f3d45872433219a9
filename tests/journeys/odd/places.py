"""Where in a home something odd may lie, and under which names."""

import os
from dataclasses import dataclass
from typing import Literal

ID = "0123456789abcdef-0"
WAITING = "fedcba9876543210-0"
"""The clip that waits while something odd lies beside it."""

SHA = "ab" * 32
_IN_BYTES = os.fsdecode(b"\xff\xfe")

Root = Literal["home", "runtime"]


@dataclass(frozen=True, slots=True)
class Place:
    """A name within the home, or within the folder for its sockets.

    Without what is `vital` nothing can go on: a sentence is the right answer until it is moved
    away. What is `named` has to be in what `doctor` says.
    """

    root: Root
    name: str
    vital: bool = False
    named: bool = False


def _in(folder: str, *names: str, named: bool = False) -> list[Place]:
    return [Place("home", f"{folder}/{name}", named=named) for name in names]


PLACES: tuple[Place, ...] = (
    *_in(
        "spool",
        f"{ID}.0.clip",
        f"{ID}.3.open",
        "0badc0de0badc0de.0.texts",
        f"{'ab' * 8}-7-gap_found.fact",
        f"{WAITING}.9.clip",
        f"{WAITING}.9.open",
        f"{_IN_BYTES}.0.clip",
        "a thought of mine.clip",
        f"{'a' * 240}.0.texts",
        "notes.txt",
        _IN_BYTES,
        named=True,
    ),
    *_in("spool", f"{ID}.0.clip.part", f"{WAITING}.0.clip.tries", "gone.0.texts.tries"),
    *_in("spool", "aside", "taken-back", ".hidden"),
    *_in("spool/aside", f"{ID}.0.clip", "b.0.texts", _IN_BYTES, named=True),
    *_in("spool/aside", f"{ID}.0.clip.why"),
    *_in("spool/taken-back", f"{ID}.0.clip", f"{ID}.part", _IN_BYTES),
    *_in("sound", f"{WAITING}.part", "ab", f"ab/{SHA}.mp4", "notes.txt", _IN_BYTES),
    *(
        Place("home", name)
        for name in ("notes.txt", _IN_BYTES, "exports", "models", "demo", "worker.lock")
    ),
    *(Place("home", name) for name in ("journal.json", "journal.json.part", "archive.db.part")),
    *(
        Place("home", name, vital=True)
        for name in ("archive.db", "tombstones", "settings.toml", "spool", "sound")
    ),
    *(Place("runtime", name) for name in ("worker.sock", "capture.sock", "notes.txt", _IN_BYTES)),
)
