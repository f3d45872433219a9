"""Enrolling the wearer's voice: what was read becomes a print, and what was known can be erased."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from core.audio import FRAME_S
from core.errors import NotFound
from core.pcm import Pcm
from core.settings import Settings
from pipeline import models
from pipeline.forget import forget
from pipeline.hearing.transcribe_clip import probabilities
from pipeline.speech.levelling import levelled
from pipeline.speech.silero import SileroSpeechModel
from pipeline.spool.spool import Spool
from pipeline.store import voices
from pipeline.store.port import Archive
from pipeline.voices.enrolling import SPOKEN, Enrolment, Read, enrolment
from pipeline.voices.voice_model import GE2EVoiceModel
from pipeline.voices.wearer import joined

Progress = Callable[[float], None]


class Reading:
    """The models by which a minute of reading becomes a print."""

    def __init__(self, settings: Settings, home: Path) -> None:
        """Raises ModelMissing with what brings the model."""
        self._voice = GE2EVoiceModel(models.find("voice", settings=settings, home=home))
        self._speech = SileroSpeechModel(models.find("speech", settings=settings, home=home))

    def heard(self, pcm: Pcm) -> Read:
        """This recording, and where in it somebody speaks."""
        return Read(pcm, list(probabilities(pcm, self._speech, lambda _: None)))

    def spoken_s(self, frames: Pcm) -> float:
        """Seconds of speech in the next whole frames of one stream."""
        if not frames.size:
            return 0.0
        judged = self._speech.feed(levelled(frames))
        return float((judged >= SPOKEN).sum()) * FRAME_S

    def enrolment(self, readings: Sequence[Read], name: str | None, tell: Progress) -> Enrolment:
        """The print of these recordings. Raises CannotEnrol."""
        return enrolment(readings, self._voice, name=name, progress=tell)


async def enrol(archive: Archive, made: Enrolment, *, add: bool) -> Enrolment:
    """Know the wearer by this from now on; with `add`, by what was known and this.

    A name of "" takes away the one from before, None leaves it. What came of it.
    """
    known = await voices.voice_print(archive)
    print_ = made.print
    if known is not None and known.model == print_.model:
        named = known.name if print_.name is None else print_.name
        print_ = replace(joined(known, print_) if add else print_, name=named)
    print_ = replace(print_, name=print_.name or None)
    await voices.enrol(archive, print_)
    return replace(made, print=print_)


async def forget_voice(archive: Archive, spool: Spool) -> tuple[int, bool]:
    """How many prints were erased for good, and whether all of it is done. Raises NotFound."""
    found = await voices.enrolments(archive)
    if not found:
        raise NotFound(
            "No voice is enrolled.", advice="`afterthought enrol` enrols yours, if you want it."
        )
    return len(found), await forget(archive, spool, found)
