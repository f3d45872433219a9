"""Files of the spool's disk that have no name: gone once they are closed, and after any kill."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from core.audio import Samples
from core.spool_port import Clip
from pipeline.spool.formats import clip_bytes


def open_unnamed(folder: Path) -> IO[bytes]:
    """An empty file on the disk of this folder, which is made if need be."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=folder, suffix=".part")


def write_clip(file: IO[bytes], clip: Clip, chunks: Iterable[Samples]) -> Path:
    """Write a clip that is not kept into such a file; where this user's processes find it."""
    file.writelines(clip_bytes(clip, (chunk.tobytes() for chunk in chunks)))
    file.flush()
    return Path(f"/proc/{os.getpid()}/fd/{file.fileno()}")
