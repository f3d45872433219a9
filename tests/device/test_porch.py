import itertools
from typing import Any

import numpy as np
import pytest

from core.audio import FRAME_SAMPLES, RATE_HZ, Pcm
from device.everything import Everything
from device.fakes import MemoryLetterbox
from device.porch import Porch
from device.sound import Sound
from tests.device.sounding import at
from tests.device.test_listening import Threshold

BLOCK = 1600


class LoudEars:
    """Whatever sounds is speech."""

    def judge(self, frames: Pcm) -> list[float]:
        loud = np.abs(frames.reshape(-1, FRAME_SAMPLES)).max(axis=1) > 1000
        return [0.9 if each else 0.0 for each in loud]


class Day:
    """A porch, and somebody who talks and presses."""

    def __init__(self, kind: type[Porch] | type[Everything] = Porch, *, ears: bool = True) -> None:
        self.letterbox = MemoryLetterbox()
        self.told: list[dict[str, Any]] = []
        self.sound = Sound(Threshold(), ring_s=30)
        if ears:
            self.sound.listen_with(LoudEars())
        self.porch = kind("stream", self.sound, self.letterbox, self.told.append)

    def say(self, for_s: float) -> None:
        self._hear(np.full(BLOCK, 5000, np.int16), for_s)

    def silence(self, for_s: float) -> None:
        self._hear(np.zeros(BLOCK, np.int16), for_s)

    def press(self) -> None:
        assert isinstance(self.porch, Porch)
        self.porch.press(self.sound.now)
        self.porch.release(self.sound.now)

    def events(self) -> list[str]:
        return [each["event"] for each in self.told]

    def _hear(self, block: Pcm, for_s: float) -> None:
        for _ in range(round(for_s * RATE_HZ / BLOCK)):
            self.porch.hear(block)


def test_a_press_keeps_what_was_said_before_it() -> None:
    day = Day()
    day.silence(5)
    day.say(2)
    day.silence(1)
    day.press()
    day.silence(2)

    (clip,) = day.letterbox.closed.values()
    assert day.events() == ["taken", "kept", "closed"]
    assert at(4.2) < clip.start < at(5)
    assert at(7) < clip.end < at(8.1)


def test_everything_up_to_the_press_is_durable_when_kept_is_said() -> None:
    day = Day()
    day.say(2)
    day.press()
    day.silence(0.1)

    assert day.events() == ["taken", "kept"]
    (clip,) = day.letterbox.clips
    assert clip.start + clip.synced >= at(2)


def test_the_tail_is_durable_at_least_each_second() -> None:
    day = Day()
    day.say(2)
    day.press()
    for _ in range(50):
        day.say(0.1)
        (clip,) = day.letterbox.clips
        assert clip.samples - clip.synced <= RATE_HZ


def test_pressed_again_the_longer_clip_takes_the_place_of_the_first() -> None:
    day = Day()
    day.say(2)
    day.silence(10)
    day.say(2)
    day.silence(1)
    day.press()
    day.silence(0.3)
    day.press()
    day.silence(3)

    first, again = day.letterbox.clips
    assert first.removed
    assert (again.moment, again.revision, again.closed) == (first.moment, 1, True)
    assert again.start < at(2)


def test_a_full_disk_is_told_and_the_next_press_may_work() -> None:
    day = Day()
    day.say(2)
    day.letterbox.full = True
    day.press()
    day.silence(0.2)
    day.letterbox.full = False
    day.press()
    day.silence(2)

    assert day.events() == ["taken", "refused", "taken", "kept", "closed"]
    assert "disk" in day.told[1]["sentence"]


def test_a_press_before_the_ears_are_ready_waits_and_is_cut_as_any_other() -> None:
    day = Day(ears=False)
    day.silence(5)
    day.say(2)
    day.press()
    assert day.events() == []

    assert isinstance(day.porch, Porch)
    day.porch.listen_with(LoudEars())
    day.silence(2)

    (clip,) = day.letterbox.closed.values()
    assert at(4.2) < clip.start < at(5)


def test_without_ears_a_press_keeps_the_last_half_minute() -> None:
    day = Day(ears=False)
    assert isinstance(day.porch, Porch)
    day.porch.be_deaf()
    day.say(20)
    day.press()
    day.silence(2)

    (clip,) = day.letterbox.closed.values()
    assert clip.start == 0
    assert clip.end == pytest.approx(at(20), abs=FRAME_SAMPLES)


def test_what_the_stream_ends_in_is_kept() -> None:
    day = Day()
    day.say(2)
    day.press()
    day.say(1)
    day.porch.end()

    (clip,) = day.letterbox.closed.values()
    assert clip.end == at(3)


def test_lost_samples_are_counted_and_keep_their_place() -> None:
    day = Day()
    day.say(1)
    day.porch.hear(np.full(BLOCK, 5000, np.int16), lost_samples=4000)

    assert day.sound.now == at(1) + 4000 + BLOCK
    assert day.sound.lost_samples == 4000


def test_begun_anew_no_press_reaches_back_over_that_instant() -> None:
    day = Day()
    day.say(5)
    assert isinstance(day.porch, Porch)
    day.porch.begin_anew()
    day.silence(1)
    day.say(2)
    day.silence(1)
    day.press()
    day.silence(2)

    (clip,) = day.letterbox.closed.values()
    assert clip.start >= at(5)


def test_everything_keeps_each_utterance_by_itself_and_no_sound_twice() -> None:
    day = Day(Everything)
    for _ in range(3):
        day.say(2)
        day.silence(3)
    day.say(1)
    day.porch.end()

    clips = day.letterbox.clips
    assert len(clips) == 4
    assert all(one.end <= two.start for one, two in itertools.pairwise(clips))


@pytest.mark.parametrize("minutes", [3])
def test_speech_that_never_ends_is_kept_in_pieces(minutes: int) -> None:
    day = Day(Everything)
    day.sound = Sound(Threshold())
    day.sound.listen_with(LoudEars())
    day.porch = Everything("stream", day.sound, day.letterbox, day.told.append)
    day.say(60 * minutes)
    day.porch.end()

    assert len(day.letterbox.clips) == minutes
    assert sum(each.samples for each in day.letterbox.clips) == at(60 * minutes)
