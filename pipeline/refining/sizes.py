"""How large a Whisper is: by its parameters, whatever the numbers on the disk are."""

import math
import os
import struct
from pathlib import Path
from typing import BinaryIO

_VERSION = 6

_SCALE = "_scale"
"""Ends the name of what belongs to int8 numbers and is no parameter."""


def parameters(weights: Path) -> int | None:
    """Of a `model.bin` of CTranslate2; None where the file is gone or of another kind.

    Reads the names and shapes, and none of the numbers.
    """
    try:
        with weights.open("rb") as file:
            return _counted(file)
    except (OSError, ValueError, struct.error):
        return None


def _counted(file: BinaryIO) -> int:
    if _number(file, "I") != _VERSION:
        raise ValueError
    _text(file)
    _number(file, "I")
    total = 0
    for _ in range(_number(file, "I")):
        name = _text(file)
        shape = [_number(file, "I") for _ in range(_number(file, "B"))]
        _number(file, "B")
        file.seek(_number(file, "I"), os.SEEK_CUR)
        total += 0 if name.endswith(_SCALE) else math.prod(shape)
    return total


def _number(file: BinaryIO, kind: str) -> int:
    return int(struct.unpack(f"<{kind}", file.read(struct.calcsize(f"<{kind}")))[0])


def _text(file: BinaryIO) -> str:
    return file.read(_number(file, "H"))[:-1].decode()
