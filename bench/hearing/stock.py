"""The other side, as it ships: `WhisperModel.transcribe(beam_size=5)`, in a process of its own.

    python -m bench.hearing.stock WEIGHTS [--vad] FILE...

Prints a text a line, as JSON. It rolls dice without a seed where its search fails.
"""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

BEAMS = 5


def opened(weights: Path) -> Callable[..., str]:
    """Stock faster-whisper with one thread: from a file, or samples as floats, to its text."""
    from faster_whisper import WhisperModel  # noqa: PLC0415 - heavy, and the other side's alone

    model = WhisperModel(str(weights), device="cpu", compute_type="int8", cpu_threads=1)

    def transcribe(sound: Any, *, vad_filter: bool = False) -> str:  # noqa: ANN401 - theirs
        parts, _ = model.transcribe(sound, beam_size=BEAMS, vad_filter=vad_filter)
        return " ".join(part.text.strip() for part in parts)

    return transcribe


def _tell(weights: str, rest: Sequence[str]) -> None:
    transcribe = opened(Path(weights))
    vad = "--vad" in rest
    for name in rest:
        if name != "--vad":
            print(json.dumps(transcribe(name, vad_filter=vad)), flush=True)


if __name__ == "__main__":
    _tell(sys.argv[1], sys.argv[2:])
