"""Stock faster-whisper that is told the language of each file, in a process of its own.

    python -m bench.hearing.stock_languages WEIGHTS de=FILE fr=FILE ...

Prints a text a line, as JSON. Temperature 0: with its dice, sentences come out differently from
run to run.
"""

import json
import sys
from collections.abc import Sequence


def _tell(weights: str, named: Sequence[str]) -> None:
    from faster_whisper import WhisperModel  # noqa: PLC0415 - heavy, and the other side's alone

    model = WhisperModel(weights, device="cpu", compute_type="int8", cpu_threads=1)
    for each in named:
        language, _, file = each.partition("=")
        parts, _ = model.transcribe(file, language=language, beam_size=5, temperature=0)
        print(json.dumps(" ".join(part.text.strip() for part in parts)), flush=True)


if __name__ == "__main__":
    _tell(sys.argv[1], sys.argv[2:])
