"""Recordings through the capture path, faster than real time (a root)."""

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from core.access.unswapped_file import UnswappedFile
from core.audio import RATE_HZ
from core.clock import Recorded
from core.command_line import Screen
from core.errors import UserError
from core.paths import Home
from core.pcm import Pcm
from core.settings import Policy
from core.settings_file import load
from core.text.counting import counted
from core.text.painted import painted
from device.capture import events
from device.capture.candidates.explained import explained
from device.capture.candidates.of_file import FileCandidates, WeighedPiece
from device.capture.clip_writer import ClipSource
from device.capture.engine import Engine
from device.capture.keep_everything import KeepEverything
from device.machine.cpu_time import cpu_s
from device.memory.recent_sound import Sound, SpeechDetector
from device.memory.utterances import FAINT
from device.ports import BLOCK_SAMPLES
from device.session.selection import Rules, rules_of
from pipeline.commands import json_shapes
from pipeline.commands.naming import short_id
from pipeline.commands.outcomes import why_not_kept
from pipeline.imports import as_text
from pipeline.media import Account, SoundFile
from pipeline.selection.verdict import Verdict
from pipeline.speech import speech_detector
from pipeline.spool.formats import clip_bytes
from pipeline.spool.spool import Spool
from pipeline.store.format.drafts import new_act_id
from pipeline.store.port import Reader
from pipeline.store.sqlite.connection import understood
from pipeline.store.sqlite.reader import open_archive_to_read
from pipeline.store.views.moment_fold import MomentRow
from pipeline.taking_in import handling
from pipeline.worker.delivery import Delivery, delivering
from pipeline.worker.judging import Candidate
from pipeline.worker.model_process import ModelsFailed

Capture = Engine | KeepEverything | FileCandidates

TOGETHER = 32
"""Clips to one delivery: the spool stays small, and the models stay loaded."""


class NotJudged(UserError):
    """The models failed on an utterance that nobody pressed for."""

    code = "models_failed"


@dataclass(frozen=True, slots=True)
class Asked:
    """One call of `hear`: what keeps, and the act that everything it keeps is.

    `explain`: every utterance is told, with why it was kept or passed over.
    """

    policy: Policy
    presses_s: Sequence[float]
    explain: bool
    act: str
    rules: Rules


@dataclass(slots=True)
class Clips:
    """The clips of one file that lie in the spool, remembered until they are delivered."""

    source: str
    screen: Screen
    closed: dict[str, events.Closed] = field(default_factory=dict)

    def report(self, event: events.OfKeep) -> None:
        """Receive what happens: a moment that is revised stays one; a refusal is said."""
        match event:
            case events.Closed(keep):
                self.closed[keep] = event
            case events.Refused(sentence):
                self.screen.say(f"{self.source}: a press was refused. {sentence}")

    def take(self, *, all_of_them: bool) -> list[events.Closed]:
        """The clips to deliver: until the file has ended, the last one may yet be revised."""
        found = sorted(self.closed.values(), key=lambda each: each.start)
        taken = found if all_of_them else found[:-1]
        for each in taken:
            del self.closed[each.keep]
        return taken


@dataclass(slots=True)
class Summary:
    """The sum of one file, in seconds of its sound."""

    heard_s: float = 0.0
    speech_s: float = 0.0
    transcribed_s: float = 0.0
    kept_s: float = 0.0
    account: Account = field(default_factory=Account)
    passed: Counter[str] | None = None

    def add(self, seconds: float, words: str) -> None:
        self.kept_s += seconds
        self.transcribed_s += 0.0 if words == "no_words" else seconds

    def told(self, used_s: float) -> dict[str, Any]:
        found = {
            "heard_s": self.heard_s,
            "speech_s": self.speech_s,
            "transcribed_s": self.transcribed_s,
            "kept_s": self.kept_s,
            "damaged_s": self.account.damaged_s + self.account.missing_s,
            "gaps_s": self.account.gaps_s,
            "cpu_s": used_s,
        }
        told: dict[str, Any] = {name: round(value, 3) for name, value in found.items()}
        return told if self.passed is None else {**told, "passed": dict(self.passed)}


async def hear(  # noqa: PLR0913 - what the command line names
    home: Home,
    files: Sequence[str],
    policy: Policy,
    presses_s: Sequence[float],
    screen: Screen,
    *,
    explain: bool = False,
) -> int:
    """Hear every file; the exit status. A bad file is told, and the rest go on."""
    settings = load(home.path)
    model = speech_detector.load(settings, home.path, faint=FAINT)
    how = handling(home.path, settings, Spool(home.spool), again="hear it again")
    asked = Asked(policy, presses_s, explain, new_act_id(), rules_of(settings.selection))
    status, used_before_s = 0, 0.0
    async with delivering(home, settings) as delivery:
        for name in files:
            listener = Listener(home, asked, model, delivery, screen)
            try:
                with SoundFile(Path(name), how) as sound:
                    summary = await listener.hear(Path(name), sound)
            except UserError as error:
                if error.code not in {"sound_unreadable", "disk_reserve"}:
                    raise
                screen.refuse(error, file=name)
                status = 1
                continue
            status |= listener.status
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
        asked: Asked,
        model: SpeechDetector,
        delivery: Delivery,
        screen: Screen,
    ) -> None:
        self._home = home
        self._asked = asked
        self._model = model
        self._delivery = delivery
        self._screen = screen
        self._summary = Summary(passed=Counter() if asked.policy == "ambient" else None)
        self.status = 0

    async def hear(self, path: Path, sound: SoundFile) -> Summary:
        """Its moments, printed as they come, and what it came to. Raises UserError."""
        chunks = sound.chunks()
        with understood(self._home.path):
            blocks = _blocks(chain([next(chunks)], chunks))
            clips = Clips(as_text(path.name), self._screen)
            capture = self._capture(sound.recorded_at(), clips)
            await self._run(path, blocks, capture, clips)
        self._summary.heard_s = capture.sound.now / RATE_HZ
        self._summary.speech_s = capture.sound.heard.speech_samples / RATE_HZ
        self._summary.account = sound.account
        for remark in sound.remarks():
            self._screen.say(remark)
        return self._summary

    async def _run(
        self,
        path: Path,
        blocks: Iterable[Pcm],
        capture: Capture,
        clips: Clips,
    ) -> None:
        presses = sorted(round(each * RATE_HZ) for each in self._asked.presses_s)
        for block in blocks:
            capture.hear(block)
            while presses and presses[0] <= capture.sound.now:
                _press(capture, presses.pop(0))
            if isinstance(capture, FileCandidates):
                await self._judge_all(path, capture.take())
            elif len(clips.closed) > TOGETHER:
                await self._deliver(path, clips.take(all_of_them=False))
        for each in presses:
            self._screen.say(f"{path.name} ends before {each / RATE_HZ:.1f} s; pressed at its end.")
            _press(capture, capture.sound.now)
        capture.end()
        if isinstance(capture, FileCandidates):
            await self._judge_all(path, capture.take())
        await self._deliver(path, clips.take(all_of_them=True))

    async def _deliver(self, path: Path, closed: Sequence[events.Closed]) -> None:
        if not closed:
            return
        await self._delivery.finish([each.path for each in closed], lambda _: None)
        async with open_archive_to_read(self._home.path) as archive:
            for each in closed:
                await self._show(archive, path, each)

    async def _show(self, archive: Reader, path: Path, closed: events.Closed) -> None:
        row = await archive.find_moment(closed.keep)
        if row is None:
            rests = self._delivery.why_it_rests(closed.path)
            wrong = why_not_kept(Spool(self._home.spool), closed.path, closed.keep, rests)
            self._screen.refuse(wrong, file=str(path), id=closed.keep)
            self.status = 1
            return
        self._summary.add(closed.seconds, row.words)
        await self._tell_moment(archive, path, row, closed.start / RATE_HZ, closed.seconds)
        why = self._delivery.why_it_waits(closed.path)
        if why is not None:
            name = await short_id(archive, self._screen, row.id)
            self._screen.say(f"{name}: its words will follow. {why}")

    async def _tell_moment(
        self, archive: Reader, path: Path, row: MomentRow, start_s: float, seconds: float
    ) -> None:
        end_s = start_s + seconds
        value = {
            "file": str(path),
            "id": row.id,
            "start_s": round(start_s, 3),
            "end_s": round(end_s, 3),
            "text": row.text,
            "language": row.language,
            "other_language": row.other_language,
            "words": _in_the_file(json_shapes.words(await archive.transcript(row)), start_s),
            "reasons": json_shapes.reasons(row),
        }
        span = f"{start_s:8.1f} to {end_s:.1f} s"
        name = await short_id(archive, self._screen, row.id)
        self._screen.value(value, painted(name, "dim") + f"  {span}  {json_shapes.said(row)}")

    async def _judge_all(self, path: Path, found: Sequence[WeighedPiece]) -> None:
        """Have the candidates of these written down; each is kept, or passed over for a reason."""
        for each in found:
            verdict = None
            if each.weighed.is_candidate:
                verdict = await self._judged(path, each)
                if verdict is None:
                    continue
                self._summary.transcribed_s += len(each.pcm) / RATE_HZ
            await self._tell_verdict(path, each, verdict)

    async def _judged(self, path: Path, each: WeighedPiece) -> Verdict | None:
        """The worker's verdict; None where its models failed, which is told."""
        content = clip_bytes(each.clip, [each.pcm.tobytes()])
        file = UnswappedFile(content, "no_swap")  # the file itself lies on a disk
        try:
            signals = {"emphasis": each.weighed.emphasis}
            return await self._delivery.judge(Candidate(file.fileno(), signals))
        except ModelsFailed as error:
            place = f"at {each.start_s:.1f} s"
            wrong = NotJudged(f"The models failed {place}: {error}", advice="Hear it again.")
            self._screen.refuse(wrong, file=str(path), start_s=round(each.start_s, 3))
            self.status = 1
            return None
        finally:
            file.wipe()

    async def _tell_verdict(self, path: Path, each: WeighedPiece, verdict: Verdict | None) -> None:
        """Count it; tell of what was kept, or of everything where that was asked for."""
        seconds = len(each.pcm) / RATE_HZ
        if verdict is not None and verdict.moment is not None:
            self._summary.kept_s += seconds
        elif self._summary.passed is not None:
            reasons = each.weighed.reasons if verdict is None else verdict.reasons
            self._summary.passed.update(reasons[:1])
        if self._asked.explain:
            value, sentence = explained(each, verdict)
            self._screen.value({"file": str(path), **value}, sentence)
        elif verdict is not None and verdict.moment is not None:
            async with open_archive_to_read(self._home.path) as archive:
                row = await archive.moment(verdict.moment)
                await self._tell_moment(archive, path, row, each.start_s, seconds)

    def _capture(self, began: Recorded, clips: Clips) -> Capture:
        self._model.reset()
        sound = Sound(speech_detector.new_gate())
        sound.listen_with(self._model)
        policy = self._asked.policy
        source = ClipSource(
            secrets.token_hex(8),
            lambda position: began.moved(position * 1000 // RATE_HZ),
            "press" if policy == "button" else "selected",
            ("everything",) if policy == "everything" else (),
            clips.source,
            self._asked.act,
        )
        if policy == "ambient":
            return FileCandidates(source, sound, self._asked.rules)
        kind = Engine if policy == "button" else KeepEverything
        return kind(source, sound, Spool(self._home.spool), clips.report)


def _press(capture: Capture, at: int) -> None:
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


def _sentence(name: str, told: Mapping[str, Any]) -> str:
    passed = sum(told.get("passed", {}).values())
    over = f" {counted(passed, 'utterance was', 'utterances were')} passed over." if passed else ""
    return (
        f"{name}: heard {told['heard_s']:.1f} s, speech {told['speech_s']:.1f} s, "
        f"kept {told['kept_s']:.1f} s, transcribed {told['transcribed_s']:.1f} s, "
        f"in {told['cpu_s']:.1f} s of CPU.{over}"
    )
