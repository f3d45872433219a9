import numpy as np

from device.memory.recent_sound import Sound
from device.memory.stream_clock import StreamClock
from pipeline.speech.speech_gate import SpeechGate


def stream_clock(seconds: float) -> StreamClock:
    made = StreamClock(Sound(SpeechGate()))
    made.sound.take_in(np.zeros(round(seconds * 16_000), np.int16))
    return made


def test_before_any_block_now_is_the_beginning() -> None:
    assert stream_clock(0).position(1234.5) == 0


def test_an_instant_is_found_by_the_newest_blocks_arrival() -> None:
    tied = stream_clock(2)
    tied.tie(100.0)

    assert tied.position(99.5) == 24_000
    assert tied.position(100.25) == 36_000


def test_where_sound_stopped_coming_an_instant_is_at_most_a_second_ahead() -> None:
    tied = stream_clock(2)
    tied.tie(100.0)

    assert tied.position(500.0) == 48_000


def test_an_instant_before_the_stream_is_its_beginning() -> None:
    tied = stream_clock(2)
    tied.tie(100.0)

    assert tied.position(1.0) == 0
