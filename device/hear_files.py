"""Recordings through the capture path, faster than real time (a root)."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from core.audio import RATE_HZ, Pcm
from core.clock import Recorded
from core.command_line import Screen
from core.errors import UserError
from core.paths import Home
from core.settings import load
from device.capture.engine import Engine
from device.capture.keep_everything import KeepEverything
from device.machine.cpu_time import cpu_s
from device.memory.recent_sound import Sound, SpeechDetector
from device.memory.utterances import FAINT
from device.ports import BLOCK_SAMPLES
from pipeline import media
from pipeline.commands import json_shapes
from pipeline.imports import as_text
from pipeline.speech import speech_detector
from pipeline.spool.open_clip import OpenClip
from pipeline.spool.spool import Clip, Spool
from pipeline.store.sqlite.connection import understood
from pipeline.store.sqlite.reader import Reader, open_archive_to_read
from pipeline.worker.delivery import Delivery, delivering

Policy = Literal["button", "everything"]

TOGETHER = 16
"""Clips to one delivery: the spool stays small, and the models stay loaded."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A clip that lies in the spool, and where it lies in its file."""

    moment: str
    start_s: float
    end_s: float
    letter: Path


@dataclass(slots=True)
class Clips:
    """The letterbox of one file: clips go to the spool, and are remembered until delivered."""

    spool: Spool
    recorded: Recorded
    source: str
    how: Literal["press", "selected"]
    reasons: tuple[str, ...]
    screen: Screen
    closed: dict[str, Closed] = field(default_factory=dict)

    def refusal(self) -> None:
        """A file that is heard may fill the disk; the wearer asked for it."""

    def open_clip(
        self, moment: str, revision: int, start: int, pcm: Pcm, *, recording: bool = False
    ) -> OpenClip:
        assert not recording, "nobody records a file"
        recorded = self.recorded.moved(start * 1000 // RATE_HZ)
        clip = Clip(moment, self.how, recorded, self.reasons, revision, source=self.source)
        return self.spool.open_clip(clip, pcm)

    def told(self, event: dict[str, Any]) -> None:
        """A moment that is revised stays one; a refusal is for whoever asked for the press."""
        if event["event"] == "closed":
            start_s = event["start"] / RATE_HZ
            letter = self.spool.folder / event["letter"]
            closed = Closed(event["keep"], start_s, start_s + event["seconds"], letter)
            self.closed[closed.moment] = closed
        elif event["event"] == "refused":
            self.screen.say(f"{self.source}: a press was refused. {event['sentence']}")

    def take(self, *, all_of_them: bool) -> list[Closed]:
        """What may be delivered: the last one may yet be revised, until the file has ended."""
        found = sorted(self.closed.values(), key=lambda each: each.start_s)
        taken = found if all_of_them else found[:-1]
        for each in taken:
            del self.closed[each.moment]
        return taken


@dataclass(slots=True)
class Summary:
    """What one file came to, in seconds of its sound."""

    heard_s: float = 0.0
    speech_s: float = 0.0
    transcribed_s: float = 0.0
    kept_s: float = 0.0

    def add(self, closed: Closed, words: str) -> None:
        seconds = closed.end_s - closed.start_s
        self.kept_s += seconds
        self.transcribed_s += 0.0 if words == "no_words" else seconds

    def told(self, used_s: float) -> dict[str, float]:
        found = {
            "heard_s": self.heard_s,
            "speech_s": self.speech_s,
            "transcribed_s": self.transcribed_s,
            "kept_s": self.kept_s,
            "cpu_s": used_s,
        }
        return {name: round(value, 3) for name, value in found.items()}


async def hear(
    home: Home, files: Sequence[str], policy: Policy, presses_s: Sequence[float], screen: Screen
) -> int:
    """Hear every file; the exit status. A bad file is told, and the rest go on."""
    settings = load(home.path)
    model = speech_detector.load(settings, home.path, faint=FAINT)
    status, used_before_s = 0, 0.0
    async with delivering(home, settings) as delivery:
        for name in files:
            listener = Listener(home, policy, model, delivery, screen)
            try:
                summary = await listener.hear(Path(name), presses_s)
            except UserError as error:
                if error.code != "sound_unreadable":
                    raise
                screen.refuse(error, file=name)
                status = 1
                continue
            used_s = cpu_s()
            told = summary.told(used_s - used_before_s)
            used_before_s = used_s
            screen.value({"file": name, "summary": told}, _sentence(name, told))
    return status


class Listener:
    """Hears one file."""

    def __init__(
        self,
        home: Home,
        policy: Policy,
        model: SpeechDetector,
        delivery: Delivery,
        screen: Screen,
    ) -> None:
        self._home = home
        self._policy = policy
        self._model = model
        self._delivery = delivery
        self._screen = screen
        self._summary = Summary()

    async def hear(self, path: Path, presses_s: Sequence[float]) -> Summary:
        """Its moments, printed as they come, and what it came to. Raises UserError."""
        chunks = media.decode(path, broken=self._screen.say)
        with understood(self._home.path):
            blocks = _blocks(chain([next(chunks)], chunks))
            clips = self._clips(path)
            sound = self._sound()
            await self._run(path, blocks, sound, clips, presses_s)
        self._summary.heard_s = sound.now / RATE_HZ
        self._summary.speech_s = sound.heard.speech_samples / RATE_HZ
        return self._summary

    async def _run(
        self,
        path: Path,
        blocks: Iterable[Pcm],
        sound: Sound,
        clips: Clips,
        presses_s: Sequence[float],
    ) -> None:
        stream = secrets.token_hex(8)
        presses = sorted(round(each * RATE_HZ) for each in presses_s)
        kind = KeepEverything if self._policy == "everything" else Engine
        capture = kind(stream, sound, clips, clips.told)
        for block in blocks:
            capture.hear(block)
            while presses and presses[0] <= sound.now:
                _press(capture, presses.pop(0))
            if len(clips.closed) > TOGETHER:
                await self._deliver(path, clips.take(all_of_them=False))
        for each in presses:
            self._screen.say(f"{path.name} ends before {each / RATE_HZ:.1f} s; pressed at its end.")
            _press(capture, sound.now)
        capture.end()
        await self._deliver(path, clips.take(all_of_them=True))

    async def _deliver(self, path: Path, closed: Sequence[Closed]) -> None:
        if not closed:
            return
        await self._delivery.finish([each.letter for each in closed], lambda _: None)
        async with open_archive_to_read(self._home.path) as archive:
            for each in closed:
                await self._show(archive, path, each)

    async def _show(self, archive: Reader, path: Path, closed: Closed) -> None:
        row = await archive.moment(closed.moment)
        self._summary.add(closed, row.words)
        value = {
            "file": str(path),
            "id": row.id,
            "start_s": round(closed.start_s, 3),
            "end_s": round(closed.end_s, 3),
            "text": row.text,
            "words": _in_the_file(json_shapes.words(await archive.transcript(row)), closed.start_s),
            "reasons": json_shapes.reasons(row),
        }
        span = f"{closed.start_s:8.1f} to {closed.end_s:.1f} s"
        self._screen.value(value, f"{row.id}  {span}  {json_shapes.said(row)}")

    def _clips(self, path: Path) -> Clips:
        pressed = self._policy == "button"
        return Clips(
            Spool(self._home.spool),
            media.recorded_at(path),
            as_text(path.name),
            "press" if pressed else "selected",
            () if pressed else ("everything",),
            self._screen,
        )

    def _sound(self) -> Sound:
        self._model.reset()
        sound = Sound(speech_detector.new_gate())
        sound.listen_with(self._model)
        return sound


def _press(capture: Engine | KeepEverything, at: int) -> None:
    if isinstance(capture, Engine):
        capture.press(at)
        capture.release(at)


def _in_the_file(words: list[dict[str, Any]], start_s: float) -> list[dict[str, Any]]:
    return [
        {
            **word,
            "start_s": round(word["start_s"] + start_s, 3),
            "end_s": round(word["end_s"] + start_s, 3),
        }
        for word in words
    ]


def _blocks(chunks: Iterable[Pcm]) -> Iterator[Pcm]:
    """The same sound as a microphone brings it."""
    for chunk in chunks:
        for start in range(0, len(chunk), BLOCK_SAMPLES):
            yield chunk[start : start + BLOCK_SAMPLES]


def _sentence(name: str, told: dict[str, float]) -> str:
    return (
        f"{name}: heard {told['heard_s']:.1f} s, speech {told['speech_s']:.1f} s, "
        f"kept {told['kept_s']:.1f} s, transcribed {told['transcribed_s']:.1f} s, "
        f"in {told['cpu_s']:.1f} s of CPU."
    )
