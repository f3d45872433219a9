from typing import Any

import numpy as np
import pytest

from core.audio import FRAME_SAMPLES, RATE_HZ, Pcm, Span
from device.capture.engine import Engine
from device.fakes import MemoryLetterbox
from device.memory.recent_sound import Sound
from device.session.session import PauseAsked, PauseGesture
from device.session.values import RecordingBegan
from tests.device.memory.test_utterances import Threshold
from tests.device.sounding import at

BLOCK = 1600


class LoudDetector:
    """Whatever sounds is speech."""

    def judge(self, frames: Pcm) -> list[float]:
        loud = np.abs(frames.reshape(-1, FRAME_SAMPLES)).max(axis=1) > 1000
        return [0.9 if each else 0.0 for each in loud]

    def reset(self) -> None:
        return


class Day:
    """An engine, and somebody who talks and presses."""

    def __init__(self, *, detector: bool = True) -> None:
        self.letterbox = MemoryLetterbox()
        self.told: list[dict[str, Any]] = []
        self.sound = Sound(Threshold(), ring_s=30)
        if detector:
            self.sound.listen_with(LoudDetector())
        self.engine = Engine("stream", self.sound, self.letterbox, self.told.append)

    def say(self, for_s: float) -> None:
        self._hear(np.full(BLOCK, 5000, np.int16), for_s)

    def silence(self, for_s: float) -> None:
        self._hear(np.zeros(BLOCK, np.int16), for_s)

    def press(self) -> None:
        self.engine.press(self.sound.now)
        self.engine.release(self.sound.now)

    def events(self) -> list[str]:
        return [each["event"] for each in self.told]

    def _hear(self, block: Pcm, for_s: float) -> None:
        for _ in range(round(for_s * RATE_HZ / BLOCK)):
            self.engine.hear(block)


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


def test_a_press_before_the_detector_is_ready_is_durable_at_once_and_cut_later() -> None:
    day = Day(detector=False)
    day.silence(5)
    day.say(2)
    day.press()
    day.silence(0.2)
    assert day.events() == ["taken", "kept"]
    assert day.letterbox.clips[0].start == 0

    day.engine.listen_with(LoudDetector())
    day.silence(2)

    (clip,) = day.letterbox.closed.values()
    assert at(4.2) < clip.start < at(5)
    assert clip.revision == 1


def test_an_act_is_answered_with_what_came_of_it() -> None:
    day = Day()
    assert day.engine.press(0)["outcome"] == "refused"
    day.say(2)
    taken = day.engine.press(day.sound.now)

    assert taken["outcome"] == "taken"
    assert taken["keep"] == f"stream-{at(2)}"


def test_at_the_reserve_of_the_disk_a_press_is_refused_and_nothing_is_begun() -> None:
    day = Day()
    day.say(2)
    day.letterbox.at_reserve = True

    assert day.engine.press(day.sound.now)["outcome"] == "refused"
    assert day.letterbox.clips == []


def test_at_the_reserve_of_the_disk_a_recording_ends_with_what_it_has() -> None:
    day = Day()
    day.say(2)
    day.engine.do(RecordingBegan(day.sound.now))
    day.say(5)
    day.letterbox.at_reserve = True
    day.say(0.1)

    (clip,) = day.letterbox.closed.values()
    assert clip.recording
    assert clip.end == at(7.1)
    assert day.events()[-1] == "refused"


def test_a_revision_that_the_disk_refuses_leaves_the_keep_before_it_going_on() -> None:
    day = Day()
    day.say(2)
    day.silence(10)
    day.say(2)
    day.press()
    day.letterbox.full = True
    day.press()
    day.letterbox.full = False
    day.silence(3)

    (clip,) = day.letterbox.closed.values()
    assert clip.revision == 0
    assert day.events() == ["taken", "taken", "refused", "kept", "closed"]


def test_a_pause_by_the_gesture_sets_the_chains_clip_aside_and_wipes_the_ring() -> None:
    day = Day()
    day.say(2)
    day.silence(1)
    day.press()
    day.engine.press(day.sound.now, again=True)
    day.silence(2)
    day.engine.do(PauseGesture())

    assert [each.taken_back for each in day.letterbox.clips] == [True]
    assert day.letterbox.closed == {}
    assert day.events()[-1] == "taken_back"
    assert not day.sound.ring.copy(0, day.sound.now).any()
    assert not day.sound.ring._samples.any()


def test_what_was_kept_before_the_chain_stays_kept_as_it_was() -> None:
    day = Day()
    day.say(2)
    day.silence(10)
    day.say(2)
    day.silence(1)
    day.press()
    day.silence(1)
    day.press()
    day.engine.press(day.sound.now, again=True)
    day.silence(2)
    day.engine.do(PauseGesture())

    first, longer = day.letterbox.clips
    assert (first.revision, first.closed, first.taken_back) == (0, True, False)
    assert (longer.revision, longer.closed, longer.taken_back) == (1, False, True)


def test_paused_even_where_the_disk_refuses_what_was_open() -> None:
    changes: list[object] = []
    day = Day()
    day.engine = Engine("stream", day.sound, day.letterbox, day.told.append, change=changes.append)
    day.say(2)
    day.press()
    clip = day.letterbox.clips[0]
    clip.broken = True
    day.engine.do(PauseAsked("page"))

    assert [type(each).__name__ for each in changes] == ["Pause"]
    assert not day.sound.ring._samples.any()


def test_without_a_detector_a_press_keeps_the_last_half_minute() -> None:
    day = Day(detector=False)
    day.engine.be_deaf()
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
    day.engine.end()

    (clip,) = day.letterbox.closed.values()
    assert clip.end == at(3)


def test_lost_samples_keep_their_place() -> None:
    day = Day()
    day.say(1)
    day.engine.hear(np.full(BLOCK, 5000, np.int16), lost_samples=4000)

    assert day.sound.now == at(1) + 4000 + BLOCK
    assert not day.sound.ring.copy(at(1), at(1) + 4000).any()


def test_after_a_hole_of_hours_what_comes_is_judged_as_before() -> None:
    day = Day()
    day.say(1)
    day.engine.hear(np.zeros(BLOCK, np.int16), lost_samples=at(8 * 3600))
    day.silence(1)
    day.say(2)
    day.silence(1)
    day.press()
    day.silence(2)

    (clip,) = day.letterbox.closed.values()
    assert at(1.5) < clip.end - clip.start < at(4)


def test_what_the_motor_does_is_no_speech() -> None:
    day = Day()
    day.silence(3)
    day.sound.ignore(Span(day.sound.now, day.sound.now + at(0.5)))
    day.say(0.5)
    day.silence(2)

    assert list(day.sound.heard.utterances) == []


def test_begun_anew_no_press_reaches_back_over_that_instant() -> None:
    day = Day()
    day.say(5)
    day.engine.begin_anew()
    day.silence(1)
    day.say(2)
    day.silence(1)
    day.press()
    day.silence(2)

    (clip,) = day.letterbox.closed.values()
    assert clip.start >= at(5)


def test_a_hole_that_is_longer_than_the_ring_keeps_its_length_in_a_recording() -> None:
    day = Day()
    day.say(2)
    day.engine.do(RecordingBegan(day.sound.now))
    day.say(1)
    day.engine.hear(np.full(BLOCK, 5000, np.int16), lost_samples=at(45))
    day.say(1)
    day.engine.end()

    (clip,) = day.letterbox.closed.values()
    assert clip.samples == at(0.25 + 1 + 45 + 0.1 + 1)
