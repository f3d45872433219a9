"""What sound costs as Opus by how it is encoded: processor time, bytes, and words heard otherwise.

    afterthought bench opus_settings [--every 4] [--json]

The recordings of speech/dev.jsonl under AFTERTHOUGHT_TEST_DATA. FFmpeg's own complexity, 10, is
what the others are compared with; all take turns on each recording.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import numpy as np

from bench.hearing.invented_words import loaded
from bench.hearing.word_errors import Errors, errors_of, percent
from bench.recordings import data_folder
from core.audio import RATE_HZ
from core.pcm import Pcm
from pipeline import media
from pipeline.hearing.transcribe_clip import hear
from pipeline.media import opus


@dataclass(frozen=True, slots=True)
class Setting:
    """How it is encoded."""

    complexity: int
    bits_per_s: int

    def encoded(self, pcm: Pcm, target: Path) -> float:
        """Write the file; the CPU seconds that it took."""
        how = mock.patch.multiple(opus, COMPLEXITY=self.complexity, OPUS_BITS_PER_S=self.bits_per_s)
        with how:
            began_s = time.process_time()
            opus.encode_opus(pcm, target)
            return time.process_time() - began_s


FIRST = Setting(10, 24_000)

SETTINGS = (
    FIRST,
    Setting(5, 24_000),
    Setting(3, 24_000),
    Setting(1, 24_000),
    Setting(1, 28_000),
    Setting(opus.COMPLEXITY, opus.OPUS_BITS_PER_S),
)


def main(argv: Sequence[str]) -> int:
    """Print a line for each way; the last is the product's own."""
    parser = argparse.ArgumentParser(prog="bench opus_settings")
    parser.add_argument("--every", type=int, default=4, help="take each nth recording only")
    parser.add_argument("--json", action="store_true", help="JSON, a line each")
    asked = parser.parse_args(argv)
    folder = data_folder() / "speech"
    rows = [json.loads(line) for line in (folder / "dev.jsonl").read_text("utf-8").splitlines()]
    rows = rows[:: asked.every]
    pcms = [np.concatenate(list(media.decode(folder / row["audio"]))) for row in rows]
    said = [row["text"] for row in rows]
    speech, whisper = loaded()
    cpu_s, size = dict.fromkeys(SETTINGS, 0.0), dict.fromkeys(SETTINGS, 0)
    heard: dict[Setting, list[str]] = {each: [] for each in SETTINGS}
    with tempfile.TemporaryDirectory() as temporary:
        target = Path(temporary) / "sound.mp4"
        for pcm in pcms:
            for setting in SETTINGS:
                cpu_s[setting] += setting.encoded(pcm, target)
                size[setting] += target.stat().st_size
                decoded = np.concatenate(list(media.decode(target)))
                heard[setting].append(hear(decoded, speech, whisper).text)
    seconds = sum(pcm.size for pcm in pcms) / RATE_HZ
    original = errors_of(said, [hear(pcm, speech, whisper).text for pcm in pcms])
    for setting in SETTINGS:
        _tell(setting, cpu_s[setting] / cpu_s[FIRST], size[setting] / seconds, asked.json)
        _tell_words(errors_of(said, heard[setting]), original, asked.json)
    return 0


def _tell(setting: Setting, ratio: float, bytes_a_second: float, as_json: bool) -> None:  # noqa: FBT001
    mb_an_hour = bytes_a_second * 3600 / 1e6
    if as_json:
        told = {"complexity": setting.complexity, "bits_per_s": setting.bits_per_s}
        print(json.dumps(told | {"cpu_ratio": round(ratio, 3), "mb_an_hour": round(mb_an_hour, 1)}))
    else:
        print(
            f"complexity {setting.complexity:2}, {setting.bits_per_s // 1000} kbit/s: "
            f"CPU {ratio:.2f} of complexity 10, {mb_an_hour:4.1f} MB an hour"
        )


def _tell_words(
    errors: Sequence[Errors],
    original: Sequence[Errors],
    as_json: bool,  # noqa: FBT001
) -> None:
    if as_json:
        told = {"wer": round(percent(errors), 2), "of_the_original": round(percent(original), 2)}
        print(json.dumps(told))
    else:
        print(
            f"    words wrong {percent(errors):5.2f} %, of the original {percent(original):.2f} %"
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
