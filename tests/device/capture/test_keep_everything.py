import itertools

import numpy as np

from core.pcm import Pcm
from device.capture.keep_everything import KeepEverything
from device.memory.recent_sound import Sound
from pipeline.spool.fakes import MemorySpool
from tests.device.capture.test_engine import BLOCK, LoudDetector
from tests.device.memory.test_utterances import Threshold
from tests.device.sounding import at, end_of, source, start_of

SPEECH: Pcm = np.full(BLOCK, 5000, np.int16)
SILENCE: Pcm = np.zeros(BLOCK, np.int16)


def everything(spool: MemorySpool, ring_s: float = 30) -> KeepEverything:
    sound = Sound(Threshold(), ring_s)
    sound.listen_with(LoudDetector())
    return KeepEverything(source(), sound, spool, lambda _: None)


def test_everything_keeps_each_utterance_by_itself_and_no_sound_twice() -> None:
    spool = MemorySpool()
    capture = everything(spool)
    for block in [*([SPEECH] * 20 + [SILENCE] * 30) * 3, *[SPEECH] * 10]:
        capture.hear(block)
    capture.end()

    assert len(spool.clips) == 4
    assert all(end_of(one) <= start_of(two) for one, two in itertools.pairwise(spool.clips))


def test_speech_that_never_ends_is_kept_in_pieces() -> None:
    spool = MemorySpool()
    capture = everything(spool, ring_s=120)
    for _ in range(1800):
        capture.hear(SPEECH)
    capture.end()

    assert len(spool.clips) == 3
    assert sum(each.samples for each in spool.clips) == at(180)
