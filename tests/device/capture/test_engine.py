import numpy as np
import pytest

from core.audio import FRAME_SAMPLES, RATE_HZ, Span
from core.errors import UserError
from core.pcm import Pcm
from device.capture import events
from device.capture.engine import Engine, Limits
from device.memory.recent_sound import Sound
from device.session.session import PauseAsked, PauseGesture
from device.session.values import RecordingBegan
from pipeline.spool.fakes import MemorySpool
from tests.device.memory.test_utterances import Threshold
from tests.device.sounding import at, end_of, source, start_of

BLOCK = 1600


class LoudDetector:
    """Whatever sounds is speech."""

    def judge(self, frames: Pcm) -> list[float]:
        loud = np.abs(frames.reshape(-1, FRAME_SAMPLES)).max(axis=1) > 1000
        return [0.9 if each else 0.0 for each in loud]

    def reset(self) -> None:
        return


class Room:
    """What the disk has left."""

    full = False

    def refusal(self) -> UserError | None:
        return UserError("It is full.", advice="Free some space.") if self.full else None


class Day:
    """An engine, and somebody who talks and presses."""

    def __init__(self, *, detector: bool = True) -> None:
        self.spool = MemorySpool()
        self.room = Room()
        self.events: list[events.OfKeep] = []
        self.sound = Sound(Threshold(), ring_s=30)
        if detector:
            self.sound.listen_with(LoudDetector())
        self.engine = Engine(
            source(), self.sound, self.spool, self.events.append, Limits(self.room.refusal)
        )

    def say(self, for_s: float) -> None:
        self._hear(np.full(BLOCK, 5000, np.int16), for_s)

    def silence(self, for_s: float) -> None:
        self._hear(np.zeros(BLOCK, np.int16), for_s)

    def press(self) -> None:
        self.engine.press(self.sound.now)
        self.engine.release(self.sound.now)

    def names(self) -> list[str]:
        return [events.name_of(each) for each in self.events]

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

    (clip,) = day.spool.closed.values()
    assert day.names() == ["taken", "kept", "closed"]
    assert at(4.2) < start_of(clip) < at(5)
    assert at(7) < end_of(clip) < at(8.1)


def test_everything_up_to_the_press_is_durable_when_kept_is_said() -> None:
    day = Day()
    day.say(2)
    day.press()
    day.silence(0.1)

    assert day.names() == ["taken", "kept"]
    (clip,) = day.spool.clips
    assert start_of(clip) + clip.synced >= at(2)


def test_the_tail_is_durable_at_least_each_second() -> None:
    day = Day()
    day.say(2)
    day.press()
    for _ in range(50):
        day.say(0.1)
        (clip,) = day.spool.clips
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

    first, again = day.spool.clips
    assert first.removed
    assert (again.header.id, again.header.revision, again.closed) == (first.header.id, 1, True)
    assert start_of(again) < at(2)


def test_a_full_disk_is_told_and_the_next_press_may_work() -> None:
    day = Day()
    day.say(2)
    day.spool.full = True
    day.press()
    day.silence(0.2)
    day.spool.full = False
    day.press()
    day.silence(2)

    assert day.names() == ["taken", "refused", "taken", "kept", "closed"]
    refused = day.events[1]
    assert isinstance(refused, events.Refused)
    assert "disk" in refused.sentence


def test_a_press_before_the_detector_is_ready_is_durable_at_once_and_cut_later() -> None:
    day = Day(detector=False)
    day.silence(5)
    day.say(2)
    day.press()
    day.silence(0.2)
    assert day.names() == ["taken", "kept"]
    assert start_of(day.spool.clips[0]) == 0

    day.engine.listen_with(LoudDetector())
    day.silence(2)

    (clip,) = day.spool.closed.values()
    assert at(4.2) < start_of(clip) < at(5)
    assert clip.header.revision == 1


def test_an_act_is_answered_with_what_came_of_it() -> None:
    day = Day()
    assert isinstance(day.engine.press(0), events.Refused)
    day.say(2)
    taken = day.engine.press(day.sound.now)

    assert taken == events.Taken(f"stream-{at(2)}", 0)


def test_at_the_reserve_of_the_disk_a_press_is_refused_and_nothing_is_begun() -> None:
    day = Day()
    day.say(2)
    day.room.full = True

    assert isinstance(day.engine.press(day.sound.now), events.Refused)
    assert day.spool.clips == []


def test_at_the_reserve_of_the_disk_a_recording_ends_with_what_it_has() -> None:
    day = Day()
    day.say(2)
    day.engine.do(RecordingBegan(day.sound.now))
    day.say(5)
    day.room.full = True
    day.say(0.1)

    (clip,) = day.spool.closed.values()
    assert clip.header.how == "recording"
    assert end_of(clip) == at(7.1)
    assert day.names()[-1] == "refused"


def test_a_revision_that_the_disk_refuses_leaves_the_keep_before_it_going_on() -> None:
    day = Day()
    day.say(2)
    day.silence(10)
    day.say(2)
    day.press()
    day.spool.full = True
    day.press()
    day.spool.full = False
    day.silence(3)

    (clip,) = day.spool.closed.values()
    assert clip.header.revision == 0
    assert day.names() == ["taken", "taken", "refused", "kept", "closed"]


def test_a_pause_by_the_gesture_sets_the_chains_clip_aside_and_wipes_the_ring() -> None:
    day = Day()
    day.say(2)
    day.silence(1)
    day.press()
    day.engine.press(day.sound.now, again=True)
    day.silence(2)
    day.engine.do(PauseGesture())

    assert [each.taken_back for each in day.spool.clips] == [True]
    assert day.spool.closed == {}
    assert day.names()[-1] == "taken_back"
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

    first, longer = day.spool.clips
    assert (first.header.revision, first.closed, first.taken_back) == (0, True, False)
    assert (longer.header.revision, longer.closed, longer.taken_back) == (1, False, True)


def test_paused_even_where_the_disk_refuses_what_was_open() -> None:
    changes: list[object] = []
    day = Day()
    day.engine = Engine(
        source(), day.sound, day.spool, day.events.append, Limits(change=changes.append)
    )
    day.say(2)
    day.press()
    clip = day.spool.clips[0]
    clip.broken = True
    day.engine.do(PauseAsked("page"))

    assert [type(each).__name__ for each in changes] == ["Pause"]
    assert not day.sound.ring._samples.any()


def test_without_a_detector_a_press_keeps_the_last_half_minute() -> None:
    day = Day(detector=False)
    day.engine.go_without_detector()
    day.say(20)
    day.press()
    day.silence(2)

    (clip,) = day.spool.closed.values()
    assert start_of(clip) == 0
    assert end_of(clip) == pytest.approx(at(20), abs=FRAME_SAMPLES)


def test_what_the_stream_ends_in_is_kept() -> None:
    day = Day()
    day.say(2)
    day.press()
    day.say(1)
    day.engine.end()

    (clip,) = day.spool.closed.values()
    assert end_of(clip) == at(3)


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

    (clip,) = day.spool.closed.values()
    assert at(1.5) < end_of(clip) - start_of(clip) < at(4)


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

    (clip,) = day.spool.closed.values()
    assert start_of(clip) >= at(5)


def test_a_hole_that_is_longer_than_the_ring_keeps_its_length_in_a_recording() -> None:
    day = Day()
    day.say(2)
    day.engine.do(RecordingBegan(day.sound.now))
    day.say(1)
    day.engine.hear(np.full(BLOCK, 5000, np.int16), lost_samples=at(45))
    day.say(1)
    day.engine.end()

    (clip,) = day.spool.closed.values()
    assert clip.samples == at(0.25 + 1 + 45 + 0.1 + 1)
