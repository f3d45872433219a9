"""Sound files in, anything that FFmpeg reads, to 16 kHz mono; and out, as Opus in MP4.

The one package that says `av`. What needs FFmpeg loads it when it is first asked for: it takes
20 MB and a tenth of a second, and the worker at rest and a typed note do without.
"""

import importlib
from typing import TYPE_CHECKING, Any

from pipeline.media.encoded import Encoded
from pipeline.media.handling import Handling
from pipeline.media.timeline import Account

if TYPE_CHECKING:
    from pipeline.media.opus import encode_opus
    from pipeline.media.sound_file import SoundFile, decode

__all__ = ["Account", "Encoded", "Handling", "SoundFile", "decode", "encode_opus"]

_WITH_FFMPEG = {
    "SoundFile": "pipeline.media.sound_file",
    "decode": "pipeline.media.sound_file",
    "encode_opus": "pipeline.media.opus",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever has this name
    if name not in _WITH_FFMPEG:
        raise AttributeError(f"{__name__} has no {name}")
    return getattr(importlib.import_module(_WITH_FFMPEG[name]), name)
