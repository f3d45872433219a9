"""What a home brings to the work: the handling of a sound file, and the state of its models."""

import importlib.metadata
from functools import partial
from pathlib import Path

import numpy as np

from core.audio import FRAME_SAMPLES, RATE_HZ
from core.disk_reserve import DiskReserve
from core.errors import ModelMissing
from core.machine import available_bytes
from core.pcm import Pcm
from core.settings import Settings
from pipeline import models
from pipeline.media import Handling
from pipeline.media.tracks import loudness
from pipeline.speech import speech_detector
from pipeline.spool.spool import Spool
from pipeline.spool.tries import Conditions
from pipeline.spool.unnamed import open_unnamed

SPEECH = 0.5
"""The probability from which on a frame is speech, as Silero's authors have it."""


def handling(
    home: Path, settings: Settings, spool: Spool, *, again: str, track: int | None = None
) -> Handling:
    """The handling of a file that is taken into this home.

    `again` is what the wearer does once the disk has room: `keep it again`.
    """
    reserve = DiskReserve(spool, settings.device.reserve_mb * 1_000_000, again)
    return Handling(
        copy=partial(open_unnamed, spool.folder),
        guard=reserve.guard,
        judge=lambda pcm: speech_s(pcm, settings, home),
        track=track,
    )


def speech_s(pcm: Pcm, settings: Settings, home: Path) -> float:
    """Seconds of speech; of anything that is no silence where there is no speech model."""
    try:
        detector = speech_detector.load(settings, home, faint=SPEECH)
    except ModelMissing:
        return loudness(pcm)
    judged = detector.judge(pcm[: len(pcm) // FRAME_SAMPLES * FRAME_SAMPLES])
    return int(np.count_nonzero(np.array(judged) >= SPEECH)) * FRAME_SAMPLES / RATE_HZ


def conditions(settings: Settings, home: Path) -> Conditions:
    """The models that are here now, the version of ours that asks them, and the memory free."""
    ours = importlib.metadata.version("afterthought")
    which = models.fingerprint(settings=settings, home=home)
    return Conditions(f"{ours} {which}", available_bytes())
