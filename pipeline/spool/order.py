"""What goes first of what waits: letters by kind and size. Pure."""

from enum import IntEnum
from typing import Literal

from core.audio import RATE_HZ

Kind = Literal["clip", "texts", "fact"]

NOTE_BYTES = 16 * 1024
"""What somebody typed; and an import of a few lines."""

LONG_CLIP_BYTES = 60 * 2 * RATE_HZ
"""A minute of sound: two of work on the slowest machine, and for more nobody sits and waits."""

LONG_TEXT_BYTES = 256 * 1024
"""Seven seconds of work here. An import's letter has 256 lines, mostly a tenth of this: were it
long, it would wait behind hours of sound."""


class Turn(IntEnum):
    """Who comes before whom; within a turn, whoever was there first."""

    FACT = 0
    NOTE = 1
    PRESSED = 2
    SHORT = 3
    LONG = 4


def turn(kind: Kind, name: str, size_bytes: int) -> Turn:
    """The turn of a letter of this name and size.

    Who pressed looks at the page, and must not wait behind a folder of old recordings. A press
    has a place in its stream; files and texts begin theirs, at 0.
    """
    if kind == "fact":
        return Turn.FACT
    if size_bytes > (LONG_CLIP_BYTES if kind == "clip" else LONG_TEXT_BYTES):
        return Turn.LONG
    if kind == "texts":
        return Turn.NOTE if size_bytes <= NOTE_BYTES else Turn.SHORT
    return Turn.SHORT if name.partition(".")[0].endswith("-0") else Turn.PRESSED
