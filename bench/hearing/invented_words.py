"""Words that hearing invents on noise, and the words of speakers that this silence costs.

    afterthought bench invented_words [noise] [speech] [--hours 1 | --full] [--seed 1] [--json]

`noise`: recordings without a voice (AFTERTHOUGHT_TEST_DATA, noise/, `voice: none`) at three
gains, as they are and through the rooms of rir/, at five offsets, by the very path of a clip,
with the real models; doubtful words count. Each clip with a word is listed, with the word: they
are public noises. `--full` takes hours: it may be ended, and called again it goes on (`--record`).
`speech`: the recordings of speech/dev.jsonl with the gates and without, by
group: how many words that come out right without them are missing with them.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.hearing.noise.noises import Trial, sample, sounds, trials
from bench.hearing.noise.record import Clip, Invented, Record
from bench.hearing.word_errors import errors_of, groups, percent, right_words, summed
from bench.recordings import data_folder
from core.audio import FRAME_SAMPLES
from core.machine import calm_thread_pools
from core.moment import Transcript
from core.paths import home_at
from core.pcm import Pcm
from core.settings import Settings
from pipeline import media, models
from pipeline.hearing.packing import Pauses
from pipeline.hearing.transcribe_clip import hear

if TYPE_CHECKING:  # both load libraries, whose pools are to be held to one thread before
    from pipeline.hearing.transcriber import Transcriber
    from pipeline.speech.speech_model import SpeechModel

TELL_EVERY_S = 30.0

LOST_GOAL = 3.0
"""Percent of a group's words that the gates may cost."""

PARTS = ("noise", "speech")


class Asked:
    """A transcriber that counts how often it is asked."""

    def __init__(self, own: "Transcriber") -> None:
        self._own = own
        self.name = own.name
        self.times = 0

    def transcribe(self, pcm: Pcm) -> Transcript:
        self.times += 1
        return self._own.transcribe(pcm)

    def transcribe_together(
        self, pcms: Sequence[Pcm], pauses: Pauses | None = None
    ) -> list[Transcript]:
        self.times += len(pcms)
        return self._own.transcribe_together(pcms, pauses)


class AlwaysSpeech:
    """A speech model for which everything is speech: the gates before and after are open."""

    def feed(self, frames: Pcm) -> "np.typing.NDArray[np.float32]":
        return np.ones(frames.size // FRAME_SAMPLES, np.float32)

    def reset(self) -> None:
        """Nothing to forget."""


def main(argv: Sequence[str]) -> int:
    """Print what was asked for; 1 where a word was invented, or a group lost too many."""
    arguments = _arguments(argv)
    data = data_folder()
    calm_thread_pools()
    status = 0
    if "noise" in arguments.parts:
        status |= _noise(data, arguments)
    if "speech" in arguments.parts:
        status |= _speech(data, arguments)
    return status


def loaded() -> "tuple[SpeechModel, Transcriber]":
    """The models as the worker has them, in this process."""
    from pipeline.hearing.transcriber import WhisperTranscriber  # noqa: PLC0415
    from pipeline.hearing.whisper import Whisper  # noqa: PLC0415
    from pipeline.speech.silero import SileroSpeechModel  # noqa: PLC0415 - as said above

    home = home_at(None).path
    speech, whisper = (
        models.find(name, settings=Settings(), home=home) for name in ("speech", "transcriber")
    )
    return SileroSpeechModel(speech), WhisperTranscriber(Whisper(whisper))


def clips(
    data: Path, of: Sequence[Trial], speech: "SpeechModel", transcriber: "Transcriber"
) -> Iterator[Clip]:
    """What is heard in each clip of noise."""
    asked = Asked(transcriber)
    for trial, pcm in sounds(data, of):
        before = asked.times
        found = hear(pcm, speech, asked)
        doubtful = sum(word.doubtful for word in found.words)
        words = Invented(trial, found.text, len(found.words), doubtful) if found.words else None
        yield Clip(asked.times > before, words)


def _noise(data: Path, arguments: argparse.Namespace) -> int:
    every = trials(data)
    chosen = every if arguments.full else sample(every, 3600 * arguments.hours, arguments.seed)
    with Record(arguments.record, chosen) as record:
        if record.clips:
            print(f"Going on after {len(record.clips)} clips: {arguments.record}", file=sys.stderr)
        _go_on(data, chosen, record, arguments)
    found = record.invented
    told: dict[str, Any] = {
        "hours": round(sum(each.seconds for each in chosen) / 3600, 2),
        "clips": len(chosen),
        "asked": sum(clip.asked for clip in record.clips),
        "with_words": len(found),
        "words": sum(each.words for each in found),
        "doubtful": sum(each.doubtful for each in found),
    }
    if arguments.json:
        listed = [asdict(each.trial) | {"text": each.text} for each in found]
        print(json.dumps({"part": "noise", **told, "invented": listed}))
    else:
        print(
            "{hours} h of noise in {clips} clips; Whisper was asked about {asked} of them: {words} "
            "words in {with_words} clips, {doubtful} of them doubtful (goal: 0)".format(**told)
        )
    return int(bool(found))


def _go_on(
    data: Path, chosen: Sequence[Trial], record: Record, arguments: argparse.Namespace
) -> None:
    """Hear what is left, and say now and then how far it is."""
    left = chosen[len(record.clips) :]
    if not arguments.json:
        for each in record.invented:
            print(_line(each), flush=True)
    told_s = time.monotonic()
    for clip in clips(data, left, *loaded()) if left else ():
        record.add(clip)
        if clip.invented is not None and not arguments.json:
            print(_line(clip.invented), flush=True)
        if time.monotonic() - told_s >= TELL_EVERY_S:
            told_s = time.monotonic()
            share = len(record.clips) / len(chosen)
            words = sum(each.words for each in record.invented)
            print(
                f"{len(record.clips)} of {len(chosen)} clips ({share:.0%}), {words} words",
                file=sys.stderr,
                flush=True,
            )


def _line(found: Invented) -> str:
    t = found.trial
    return (
        f"{t.file} ({t.label}) {t.gain_db:+} dB, {t.room}, offset {t.offset}: "
        f"{found.words} words, {found.doubtful} doubtful: {found.text}"
    )


def _speech(data: Path, arguments: argparse.Namespace) -> int:
    folder = data / "speech"
    rows = [json.loads(line) for line in (folder / "dev.jsonl").read_text("utf-8").splitlines()]
    rows = rows[:: arguments.every]
    speech, whisper = loaded()
    gated, open_ = list[str](), list[str]()
    for row in rows:
        pcm = np.concatenate(list(media.decode(folder / row["audio"])))
        gated.append(hear(pcm, speech, whisper).text)
        open_.append(hear(pcm, AlwaysSpeech(), whisper).text)
    said = [row["text"] for row in rows]
    with_, without = errors_of(said, gated), errors_of(said, open_)
    right = [
        (right_words(one, a), right_words(one, b))
        for one, a, b in zip(said, gated, open_, strict=True)
    ]
    missed = False
    if not arguments.json:
        print(f"{'group':34} words   lost          WER with   without the gates")
    for name, positions in groups(rows).items():
        words = summed([with_[at] for at in positions]).words
        lost = sum(len(right[at][1] - right[at][0]) for at in positions)
        share = 100 * lost / max(words, 1)
        missed |= share > LOST_GOAL
        ours, bare = (percent([side[at] for at in positions]) for side in (with_, without))
        told = {"group": name, "words": words, "lost": lost, "lost_percent": round(share, 2)}
        if arguments.json:
            both = {"wer": round(ours, 2), "wer_without": round(bare, 2)}
            print(json.dumps({"part": "speech", **told, **both}))
        else:
            print(f"{name:34} {words:5} {lost:6} ({share:4.2f} %) {ours:9.2f} % {bare:9.2f} %")
    return int(missed)


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench invented_words", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("parts", metavar="PART", nargs="*", help="noise, speech; else both")
    parser.add_argument("--hours", type=float, default=1.0, help="of noise, chosen by chance")
    parser.add_argument("--full", action="store_true", help="all 31.5 hours of it")
    parser.add_argument("--seed", type=int, default=1, help="of the choice")
    parser.add_argument(
        "--record",
        type=Path,
        metavar="FILE",
        default=Path(tempfile.gettempdir(), "afterthought-invented-words.jsonl"),
        help="where it is noted how far the noise has come; a run that was ended goes on there",
    )
    parser.add_argument("--every", type=int, default=1, help="take each nth speech recording only")
    parser.add_argument("--json", action="store_true", help="JSON, a line each")
    arguments = parser.parse_args(argv)
    if unknown := [part for part in arguments.parts if part not in PARTS]:
        parser.error(f"there is no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    arguments.parts = arguments.parts or PARTS
    return arguments


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
