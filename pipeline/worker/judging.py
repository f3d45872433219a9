"""Judging what nobody pressed for: its sound comes as an open file, and no disk sees it.

One utterance at a time, and whatever was kept goes before it. What is passed over leaves nothing
behind: no file, no event, no word in the log.
"""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.access.memory import swaps_on_disk
from core.access.unswapped_file import NoMemory, Protection, UnswappedFile, protection
from core.errors import WrongUsage
from core.files import what_it_is
from core.spool_port import Clip
from pipeline.refining.drafting import recognised
from pipeline.selection.archive_signals import When, archive_signals
from pipeline.selection.learning import answers_of, learned
from pipeline.selection.score import PRIOR, Signals, Weights, decided
from pipeline.selection.signals import text_signals
from pipeline.selection.verdict import Verdict
from pipeline.spool.clip_sound import read_clip
from pipeline.spool.opening import LetterBroken
from pipeline.store.format.readable import texts_of
from pipeline.store.passage_port import PassageTable
from pipeline.store.port import Archive
from pipeline.worker.ingest import Ingest
from pipeline.worker.model_process import Heard, Models

MOST_BYTES = 10 * 60 * 2 * 16_000
"""Ten minutes of sound. Utterances end at pauses, and the longest are cut far below this."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An utterance that came through the first stage: its clip's file, open for reading.

    `signals` are what that stage knows without a word, each from 0 to 1. The file is laid out
    as a clip of the spool, and stays its owner's to close.
    """

    file: int
    signals: Signals


class Judging:
    """Judges one utterance at a time. Belongs to the worker's loop."""

    def __init__(
        self,
        archive: Archive,
        models: Models,
        ingest: Ingest,
        behind: Callable[[], AbstractAsyncContextManager[None]],
        past: Callable[[], Awaitable[PassageTable]],
    ) -> None:
        """`behind` is entered once nothing that was kept is being worked on.

        `past` gives what there is to compare with; what is no past of it is left out here.
        """
        self._archive = archive
        self._models = models
        self._ingest = ingest
        self._behind = behind
        self._past = past
        self._one = asyncio.Lock()
        self.keeps_others = False
        """True where words that others say may be kept, although the wearer is enrolled."""
        self._mark = -1
        self._weights = PRIOR

    async def judge(self, candidate: Candidate) -> Verdict:
        """Keep it as a moment, or pass it over. Repeating is harmless: its id is the moment's.

        Raises WrongUsage for a file that is no clip, ModelsFailed, and UserError where somebody
        has to act first. Whoever is cancelled leaves nothing behind, unless it was kept already.
        """
        async with self._one:
            async with self._behind():
                pass
            with _copied(candidate.file) as path:
                clip = _clip(path)
                return await self._known(clip) or await self._judged(path, clip, candidate)

    async def _known(self, clip: Clip) -> Verdict | None:
        """What was made of it before; a forget is the last word."""
        if await self._archive.is_forgotten(clip.id):
            return Verdict(None, 0.0, ("nothing_stood_out",))
        row = await self._archive.find_moment(clip.id)
        return None if row is None else Verdict(row.id, 1.0, tuple(texts_of(row.reasons)))

    async def _judged(self, path: Path, clip: Clip, candidate: Candidate) -> Verdict:
        heard = await self._models.hear_candidate(path)
        verdict = await self._weighed(path, clip, candidate, heard)
        return replace(verdict, cpu_s=heard.cpu_s)

    async def _weighed(self, path: Path, clip: Clip, candidate: Candidate, heard: Heard) -> Verdict:
        why_not = _without_words(heard)
        if why_not is not None:
            return Verdict(None, 0.0, (why_not,))
        text = heard.transcript.text
        voices = await recognised(self._archive, heard)
        counts = (
            text if voices is None or self.keeps_others else voices.wearers_words(heard.transcript)
        )
        signals = {**candidate.signals, **text_signals(counts, heard.transcript.language)}
        if counts == text:
            signals |= await self._against_archive(clip, heard)
        if voices is not None and voices.own_voice is not None:
            signals["own_voice"] = voices.own_voice * voices.share
            if not (voices.is_wearers or self.keeps_others):
                return Verdict(None, 0.0, ("not_own_voice",), signals, text)
        decision = decided(signals, await self._weights_now())
        if not decision.is_kept:
            return Verdict(None, decision.score, decision.reasons, signals, text)
        kept = replace(clip, reasons=decision.reasons)
        await self._ingest.keep_selected(path, kept, heard, in_thousandths(signals))
        return Verdict(clip.id, decision.score, decision.reasons, signals, text)

    async def _weights_now(self) -> Weights:
        """By what the wearer answered so far; worked out anew where that has changed."""
        is_taught, mark = await self._archive.taught_since(self._mark)
        if is_taught:
            self._weights = learned(answers_of(await self._archive.lessons())).weights
        self._mark = mark
        return self._weights

    async def _against_archive(self, clip: Clip, heard: Heard) -> dict[str, float]:
        if heard.embedding is None:
            return {}
        vectors = [
            np.frombuffer(each, "<f2").astype(np.float32) for each in heard.embedding.vectors
        ]
        when = When(clip.id, clip.recorded.at_ms)
        return archive_signals(await self._past(), heard.embedding.model, vectors, when)


def in_thousandths(signals: Signals) -> dict[str, int]:
    """As the journal has them, which knows no number with a fraction."""
    return {name: round(1000 * value) for name, value in sorted(signals.items())}


def _without_words(heard: Heard) -> str | None:
    """Why there is nothing to judge; None where there is."""
    if heard.transcript.text.strip():
        return None
    return "no_words" if heard.transcript.other_language is None else "other_language"


def _clip(path: Path) -> Clip:
    try:
        clip, pcm = read_clip(path)
    except LetterBroken as error:
        raise _no_clip(error.reason) from error
    if clip.how != "selected" or not len(pcm):
        raise _no_clip("it is no utterance to select from")
    return clip


def _no_clip(reason: str) -> WrongUsage:
    return WrongUsage(f"This cannot be judged: {reason}.", advice="Hand in a clip of the spool.")


@contextlib.contextmanager
def _copied(file: int) -> Iterator[Path]:
    """A copy in memory that is not swapped, wiped in the end; where this user's processes find it.

    The owner may cut the file off at any time (a pause does), and what is mapped then would end
    the process that reads it.
    """
    state = os.fstat(file)
    wrong = what_it_is(state) or ("it is too long" if state.st_size > MOST_BYTES else None)
    if wrong is not None:
        raise _no_clip(wrong)
    try:
        copy = UnswappedFile.copy_of(file, _protection())
    except EOFError as error:
        raise _no_clip("it was taken back") from error
    try:
        yield Path(f"/proc/{os.getpid()}/fd/{copy.fileno()}")
    finally:
        copy.wipe()


def _protection() -> Protection:
    """As capture has it; where there is no such memory, any that comes to no disk will do.

    Raises NoMemory.
    """
    try:
        return protection()
    except NoMemory:
        if swaps_on_disk():
            raise
        return "no_swap"
